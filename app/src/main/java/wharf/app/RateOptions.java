package wharf.app;

import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import wharf.ftp.server.Rates;

/// How fast files may be moved, as the command line says it.
final class RateOptions {
  @Spec(Spec.Target.MIXEE)
  private @Nullable CommandSpec verb;

  @Option(
      names = "--rate-up",
      paramLabel = "SIZE",
      description =
          "Each account, and each address of those without one, may upload so many bytes a second,"
              + " as 500K or 2M (default: any).")
  private @Nullable String up;

  @Option(names = "--rate-down", paramLabel = "SIZE", description = "The same of downloads.")
  private @Nullable String down;

  @Option(
      names = "--address-rate-up",
      paramLabel = "SIZE",
      description =
          "All sessions from one address together may upload so many bytes a second (default:"
              + " any).")
  private @Nullable String upByAddress;

  @Option(
      names = "--address-rate-down",
      paramLabel = "SIZE",
      description = "The same of downloads.")
  private @Nullable String downByAddress;

  Rates.Settings settings() {
    return new Rates.Settings(
        rate("--rate-up", up),
        rate("--rate-down", down),
        rate("--address-rate-up", upByAddress),
        rate("--address-rate-down", downByAddress));
  }

  private long rate(String option, @Nullable String said) {
    try {
      long rate = said == null ? Long.MAX_VALUE : Amount.ofBytes(said);
      if (rate < 1) {
        throw new IllegalArgumentException("a rate is at least 1 byte a second");
      }
      return rate;
    } catch (IllegalArgumentException e) {
      throw new ParameterException(
          Objects.requireNonNull(verb).commandLine(), option + ": " + e.getMessage(), e);
    }
  }
}
