package wharf.app;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/// How a server is reached: what a command line may say, and a bookmark may keep.
final class SiteOptions {
  @Option(
      names = "--tls",
      paramLabel = "WHEN",
      description = {
        "prefer (default): protected by TLS where the server offers it, and where it ever did;"
            + " require: or not at all; off: in the clear. With ftps:// TLS begins with the"
            + " connection."
      })
  @Nullable TlsWish tls;

  @Option(
      names = "--pin",
      paramLabel = "SHA256",
      converter = Pin.class,
      description =
          "Believe the certificate with this fingerprint and no other; TLS is required then. May be"
              + " given again.")
  List<String> pins = new ArrayList<>();

  @Option(
      names = "--ca-file",
      paramLabel = "FILE",
      description =
          "Believe whom the authorities in FILE (PEM) vouch for and nobody else; TLS is required"
              + " then.")
  @Nullable Path caFile;

  @Option(
      names = "--password-file",
      paramLabel = "FILE",
      description = "Read the password from the first line of FILE.")
  @Nullable Path passwordFile;

  /// Reads a fingerprint.
  static final class Pin implements picocli.CommandLine.ITypeConverter<String> {
    @Override
    public String convert(String text) {
      try {
        return Fingerprint.of(text);
      } catch (IllegalArgumentException e) {
        throw new TypeConversionException(String.valueOf(e.getMessage()));
      }
    }
  }
}
