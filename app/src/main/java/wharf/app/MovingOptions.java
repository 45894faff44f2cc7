package wharf.app;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import wharf.ftp.client.BatchOptions;
import wharf.ftp.client.Comparison;
import wharf.ftp.client.Filter;
import wharf.ftp.client.MirrorOptions;
import wharf.ftp.client.Retries;
import wharf.ftp.client.Throttle;
import wharf.ftp.client.TransferOptions;

/// What all verbs that move files have in common: how many at once, which, and how it is told.
final class MovingOptions {
  /// More make no transfer faster, and servers shut out who comes with so many.
  private static final int MOST_SESSIONS = 64;

  /// Over a slow line, twice as many sessions move small files twice as fast.
  private static final int FOR_MANY = 8;

  @Spec(Spec.Target.MIXEE)
  private @Nullable CommandSpec spec;

  @Option(
      names = {"-j", "--jobs"},
      paramLabel = "N",
      description =
          "Move up to N files at the same time (default: 4, and up to 8 while very many small ones"
              + " wait); fewer where the server takes no more.")
  private @Nullable Integer jobs;

  @Option(
      names = "--retries",
      paramLabel = "N",
      description =
          "Try N times again, later and later, when the connection breaks or the server is busy"
              + " (default: ${DEFAULT-VALUE}).")
  private int retries = 5;

  @Option(
      names = "--restart",
      description = "Move all files anew: also those that are there, and without their parts.")
  private boolean restart;

  @Option(
      names = {"-c", "--continue"},
      hidden = true,
      description = "Go on from what an earlier run left; that is done anyway.")
  private boolean resume;

  @Option(
      names = "--checksum",
      description = "Compare files by hash, not by size and time, to see which are there.")
  private boolean checksum;

  @Option(names = "--newer", description = "Move only files that are newer than those there.")
  private boolean newer;

  @Option(
      names = "--no-verify",
      description = "Compare no hashes afterwards; sizes are compared in any case.")
  private boolean noVerify;

  @Option(
      names = "--limit-rate",
      paramLabel = "RATE",
      description = "Move at most so many bytes in a second, all files together: 500K, 2M.")
  private @Nullable String limitRate;

  @Option(
      names = "--segments",
      paramLabel = "N",
      description =
          "Fetch a large file in up to N pieces at the same time, when that makes it faster"
              + " (default: ${DEFAULT-VALUE}); 1 for never.")
  private int segments = 4;

  @Option(
      names = "--compress",
      description = "Compress files on their way, where the server can (MODE Z).")
  private boolean compress;

  @Option(
      names = "--include",
      paramLabel = "GLOB",
      description = "Of files in folders only those that fit; may be given again.")
  private List<String> include = new ArrayList<>();

  @Option(
      names = "--exclude",
      paramLabel = "GLOB",
      description =
          "Leave out what fits: *.tmp by name, build/*.o by path, cache/ for folders; may be given"
              + " again.")
  private List<String> exclude = new ArrayList<>();

  @Option(
      names = {"-L", "--follow-links"},
      description = "Take links in folders for what they lead to; else they are left out.")
  private boolean followLinks;

  @Option(
      names = {"-n", "--dry-run"},
      description = "Change nothing, only tell what would be done.")
  private boolean rehearsal;

  @Option(names = "--json", description = "Print what was done as one JSON object.")
  private boolean json;

  @Option(names = "--json-lines", description = "Print a JSON object as each thing is done.")
  private boolean jsonLines;

  @Option(
      names = "--progress",
      paramLabel = "WHEN",
      description =
          "auto: on a terminal; lines: every few seconds, wherever it goes; never (default:"
              + " ${DEFAULT-VALUE}).")
  private Wanted progress = Wanted.AUTO;

  private boolean background;

  /// When progress is told.
  private enum Wanted {
    AUTO,
    LINES,
    NEVER
  }

  /// The same as a command of `wharf shell`, which has decided some of it for all commands.
  void within(ShellSession.Style style) {
    jsonLines |= style.json() && !json;
    background = style.background();
  }

  /// How many sessions there may be.
  int jobs() {
    if (jobs == null) {
      return FOR_MANY;
    }
    if (jobs < 1 || jobs > MOST_SESSIONS) {
      throw usage("--jobs is 1 to %d, not %d".formatted(MOST_SESSIONS, jobs));
    }
    return jobs;
  }

  Retries retries() {
    if (retries < 0) {
      throw usage("--retries is 0 or more, not " + retries);
    }
    return Retries.usual().times(retries);
  }

  /// @param usually how files are compared if nothing else is asked for
  BatchOptions files(Comparison usually) {
    if ((restart ? 1 : 0) + (checksum ? 1 : 0) + (newer ? 1 : 0) > 1) {
      throw usage("--restart, --checksum and --newer exclude each other");
    }
    Comparison comparison =
        restart
            ? Comparison.NONE
            : checksum ? Comparison.CHECKSUM : newer ? Comparison.NEWER : usually;
    BatchOptions files =
        BatchOptions.usual().transfer(transfer()).comparison(comparison).rehearsal(rehearsal);
    return jobs == null ? files : files.usually(jobs());
  }

  TransferOptions transfer() {
    if (segments < 1 || segments > MOST_SESSIONS) {
      throw usage("--segments is 1 to %d, not %d".formatted(MOST_SESSIONS, segments));
    }
    return TransferOptions.usual()
        .resume(!restart)
        .verify(!noVerify)
        .limit(limit())
        .segments(segments)
        .compress(compress);
  }

  private @Nullable Throttle limit() {
    if (limitRate == null) {
      return null;
    }
    try {
      long rate = Amount.ofBytes(limitRate);
      if (rate > 0) {
        return Throttle.of(rate);
      }
    } catch (IllegalArgumentException e) {
      throw usage("--limit-rate: " + e.getMessage());
    }
    throw usage("--limit-rate 0 would move nothing");
  }

  /// For files that were named. A single file is moved again unless it is known to be the same; of
  /// a tree, what may be.
  ///
  /// @param recursive whether folders are moved, too
  MirrorOptions named(boolean recursive) {
    return tree(false).files(files(recursive ? Comparison.SIZE_AND_TIME : Comparison.SAME_TIME));
  }

  MirrorOptions tree(boolean delete) {
    return new MirrorOptions(
        files(Comparison.SIZE_AND_TIME), new Filter(include, exclude), delete, followLinks);
  }

  boolean rehearsal() {
    return rehearsal;
  }

  boolean json() {
    if (json && jsonLines) {
      throw usage("--json and --json-lines exclude each other");
    }
    return json;
  }

  boolean jsonLines() {
    return jsonLines;
  }

  /// Whether something was asked for that a stream of bytes cannot be.
  boolean needFiles() {
    return resume || json || jsonLines || rehearsal || checksum || newer;
  }

  ProgressLines.Manner manner(Surroundings around, boolean quiet) {
    if (quiet || progress == Wanted.NEVER) {
      return ProgressLines.Manner.NONE;
    }
    if (progress == Wanted.LINES) {
      return ProgressLines.Manner.LINES;
    }
    if (!around.lively()) {
      return ProgressLines.Manner.NONE;
    }
    return background ? ProgressLines.Manner.LAST : ProgressLines.Manner.DRAWN;
  }

  private ParameterException usage(String message) {
    if (spec == null) {
      throw new IllegalStateException("picocli did not set the command");
    }
    return new ParameterException(spec.commandLine(), message);
  }
}
