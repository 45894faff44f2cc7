package wharf.app;

import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import wharf.ftp.client.FtpUrl;

/// A place on a server under a name of its own, with how it is reached. Never has a password.
///
/// @param tls null for what is usual
/// @param pins fingerprints; empty where others decide
record Bookmark(
    String name,
    FtpUrl url,
    @Nullable TlsWish tls,
    List<String> pins,
    @Nullable Path caFile,
    @Nullable Path passwordFile) {
  Bookmark {
    pins = List.copyOf(pins);
  }

  /// Whether `name` can be one's.
  static boolean isName(String name) {
    return name.matches("[\\p{L}\\p{N}][\\p{L}\\p{N}._-]{0,63}");
  }
}
