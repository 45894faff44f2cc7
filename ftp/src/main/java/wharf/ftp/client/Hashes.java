package wharf.ftp.client;

import java.time.Duration;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// The hashes that a server tells: by HASH (draft-bryan-ftpext-hash), by the older XSHA256, XMD5,
/// XCRC and their like, and in its reply to an upload, as Wharf's server does.
final class Hashes {
  private static final Pattern RECEIPT =
      Pattern.compile("\\b([A-Z]+-?\\d+)[ :=]+(\\p{XDigit}+)\\b");
  private static final Pattern RANGE = Pattern.compile("(\\d{1,18})-(\\d{1,18})");

  /// How quickly the slowest server is expected to read and hash a file, in bytes per second.
  private static final long SLOWEST = 20_000_000;

  private final ControlConnection control;
  private final Duration timeout;
  private final Map<String, String> features;
  private final Set<HashAlgorithm> byHash = EnumSet.noneOf(HashAlgorithm.class);
  private final Set<HashAlgorithm> byCommand = EnumSet.noneOf(HashAlgorithm.class);
  private @Nullable HashAlgorithm chosen;
  private boolean ranges;

  /// @param features as FEAT told them
  Hashes(ControlConnection control, Duration timeout, Map<String, String> features) {
    this.control = control;
    this.timeout = timeout;
    this.features = features;
    this.ranges = features.containsKey("RANG");
    for (String name : features.getOrDefault("HASH", "").split("[;, ]+", -1)) {
      HashAlgorithm.named(name.replace("*", "")).ifPresent(byHash::add);
    }
    Arrays.stream(HashAlgorithm.values()).filter(this::hasCommand).forEach(byCommand::add);
  }

  private boolean hasCommand(HashAlgorithm algorithm) {
    return features.containsKey(algorithm.command());
  }

  /// What a server said.
  ///
  /// @param command how it was asked
  /// @param end how many bytes it is of, if the server tells
  record Told(String command, HashAlgorithm algorithm, String hex, OptionalLong end) {}

  /// The one to compare files by.
  Optional<HashAlgorithm> preferred() {
    return offered().stream().findFirst();
  }

  /// The ones on offer.
  Set<HashAlgorithm> offered() {
    Set<HashAlgorithm> all = EnumSet.copyOf(byHash);
    all.addAll(byCommand);
    return all;
  }

  /// Says that hashes matter, so that a server that can tells them with its replies to uploads.
  void wantReceipts(HashAlgorithm algorithm) throws FtpException {
    if (byHash.contains(algorithm)) {
      boolean _ = choose(algorithm);
    }
  }

  /// Gets ready for HASH to be said ahead, for the algorithm that is [#preferred].
  ///
  /// @return whether it may be
  boolean maySayAhead() throws FtpException {
    Optional<HashAlgorithm> algorithm = preferred();
    return algorithm.isPresent() && byHash.contains(algorithm.get()) && choose(algorithm.get());
  }

  /// What was answered to a HASH that was said ahead.
  Optional<Told> told(Reply reply, HashAlgorithm algorithm) {
    return read(reply, "HASH", algorithm);
  }

  private boolean choose(HashAlgorithm algorithm) throws FtpException {
    if (chosen == algorithm) {
      return true;
    }
    // Said even of the one that is the server's usual one: else it does not know that anybody
    // cares.
    Reply reply = control.command("OPTS", "HASH " + algorithm);
    if (reply.done()) {
      chosen = algorithm;
      return true;
    }
    byHash.remove(algorithm);
    return false;
  }

  /// The hash of a file as the server has it.
  ///
  /// @param size of the file, which tells how long it may take; -1 if it is not known
  /// @return nothing when the server cannot tell this one
  Optional<Told> of(String path, HashAlgorithm algorithm, long size) throws FtpException {
    if (byHash.contains(algorithm) && choose(algorithm)) {
      Reply reply = patiently("HASH", path, size);
      Optional<Told> told = read(reply, "HASH", algorithm);
      if (told.isPresent()) {
        return told;
      }
      refusedFor(reply, "HASH", path);
      byHash.remove(algorithm);
    }
    if (byCommand.contains(algorithm)) {
      String command = algorithm.command();
      Reply reply = patiently(command, path, size);
      if (!reply.done() && path.contains(" ")) {
        // Perhaps it took the end of the name for a range.
        reply = patiently(command, "\"" + path.replace("\"", "\"\"") + "\"", size);
      }
      Optional<Told> told = read(reply, command, algorithm);
      if (told.isPresent()) {
        return told;
      }
      refusedFor(reply, command, path);
      byCommand.remove(algorithm);
    }
    return Optional.empty();
  }

  /// The same for who only wants to compare: a server that refuses to tell is one that cannot.
  Optional<Told> ifTold(String path, HashAlgorithm algorithm, long size) throws FtpException {
    try {
      return of(path, algorithm, size);
    } catch (FtpException.Refused | FtpException.NotPermitted | FtpException.NotFound _) {
      return Optional.empty();
    }
  }

  /// The hash of the first `end` bytes of a file, where RANG restricts HASH to them
  /// (draft-bryan-ftp-range).
  ///
  /// @return nothing when the server cannot tell it
  Optional<Told> ofFirst(String path, HashAlgorithm algorithm, long end) throws FtpException {
    if (!ranges || !byHash.contains(algorithm) || !choose(algorithm)) {
      return Optional.empty();
    }
    ranges = control.command("RANG", "0 " + (end - 1)).wantsMore();
    if (!ranges) {
      return Optional.empty();
    }
    Reply reply = patiently("HASH", path, end);
    Optional<Told> told = read(reply, "HASH", algorithm);
    long last = told.map(it -> it.end().orElse(-1)).orElse(-1L);
    if (last == end || last == end - 1) {
      return told;
    }
    // It was not taken for HASH, and would be for the next download.
    ranges = false;
    Reply _ = control.command("RANG", "1 0");
    return Optional.empty();
  }

  private Reply patiently(String verb, String argument, long size) throws FtpException {
    return control.command(verb, argument, timeout.plusSeconds(Math.max(0, size) / SLOWEST));
  }

  /// Of a command that is not there after all, or is answered in riddles, nothing is said.
  private static void refusedFor(Reply reply, String verb, String path) throws FtpException {
    FtpException refusal = Refusal.of(reply, verb, path);
    boolean unsupported = refusal instanceof FtpException.Refused refused && refused.unsupported();
    if (reply.code() >= 400 && !unsupported) {
      throw refusal;
    }
  }

  /// The first word that can be the hash: HASH tells the algorithm and the range before it and the
  /// name behind it, the others may tell anything.
  private static Optional<Told> read(Reply reply, String command, HashAlgorithm algorithm) {
    if (!reply.done()) {
      return Optional.empty();
    }
    OptionalLong end = OptionalLong.empty();
    for (String word : reply.text().strip().split("[ =,]+", -1)) {
      Matcher range = RANGE.matcher(word);
      if (range.matches()) {
        end = OptionalLong.of(Long.parseLong(range.group(2)));
      } else if (word.matches("\\p{XDigit}{" + algorithm.digits() + "}")) {
        return Optional.of(new Told(command, algorithm, word.toLowerCase(Locale.ROOT), end));
      }
    }
    return Optional.empty();
  }

  /// The hash in the reply to an upload.
  static Optional<String> inReceipt(Reply reply, HashAlgorithm algorithm) {
    Matcher found = RECEIPT.matcher(reply.text());
    while (found.find()) {
      if (found.group(1).equals(algorithm.toString())
          && found.group(2).length() == algorithm.digits()) {
        return Optional.of(found.group(2).toLowerCase(Locale.ROOT));
      }
    }
    return Optional.empty();
  }
}
