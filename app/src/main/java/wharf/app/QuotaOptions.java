package wharf.app;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import wharf.files.Quota;

/// How much the folder may hold. Worker processes count together, in a file that goes with the
/// server; the environment tells them where it is.
final class QuotaOptions implements AutoCloseable {
  private static final String COUNT = "WHARF_WORKER_COUNT";

  @Spec(Spec.Target.MIXEE)
  private @Nullable CommandSpec verb;

  @Option(
      names = "--quota",
      paramLabel = "SIZE",
      description = "The folder may hold so many bytes, as 500M or 20G (default: any).")
  private @Nullable String size;

  @Option(
      names = "--quota-files",
      paramLabel = "N",
      description = "It may hold so many files and directories (default: any).")
  private long files = Long.MAX_VALUE;

  private @Nullable Path count;

  /// The quota, of this process alone.
  Quota quota() {
    try {
      return Quota.of(size == null ? Long.MAX_VALUE : Amount.ofBytes(size), files);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(
          Objects.requireNonNull(verb).commandLine(),
          size != null && files >= 0
              ? "--quota: " + e.getMessage()
              : "--quota-files is at least 0, not " + files,
          e);
    }
  }

  /// The same with a count that workers can share.
  ///
  /// @param state where the program keeps what it is to find again; used if it can be written
  Quota sharing(Path state) throws IOException {
    Quota quota = quota();
    if (quota.isNone()) {
      return quota;
    }
    Path file = folder(state, "count").resolve("count");
    count = file;
    return quota.sharedIn(file);
  }

  /// A new folder for this user alone. Not where things are tidied up while programs still run, if
  /// possible.
  static Path folder(Path state, String name) throws IOException {
    if (state.isAbsolute()) {
      try {
        return Files.createTempDirectory(Files.createDirectories(state), name);
      } catch (IOException e) {
        // A service may have no home.
      }
    }
    return Files.createTempDirectory("wharf-" + name);
  }

  /// The same with the count of the server that this worker belongs to.
  Quota joining(Map<String, String> environment) throws IOException {
    String shared = environment.get(COUNT);
    return shared == null ? quota() : quota().joining(Path.of(shared));
  }

  /// Tells a worker that is to be started.
  void tell(Map<String, String> environment) {
    if (count != null) {
      environment.put(COUNT, count.toString());
    }
  }

  /// Nobody needs the count any more.
  @Override
  public void close() throws IOException {
    if (count != null) {
      Files.deleteIfExists(count);
      Files.deleteIfExists(count.getParent());
    }
  }
}
