package wharf.files;

import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.time.Instant;
import java.util.Arrays;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// What is known of a file or directory. Anything else (pipe, device, socket) is not served, so
/// what is no directory is a regular file.
///
/// @param directory whether it is a directory
/// @param size in bytes; for a directory whatever the file system says
/// @param modified when its content last changed
/// @param mode the nine POSIX permission bits, as in `0644`
/// @param key the same for two names of the same file, and no other while both exist; printable,
///   without spaces and semicolons; null when the file system has none
public record FileFacts(
    boolean directory, long size, Instant modified, int mode, @Nullable String key) {

  /// Whether somebody may read it: a hint, for listings. Only opening it tells whether this process
  /// may; asking the system for each entry would cost a call and a race.
  public boolean readable() {
    return (mode & 0444) != 0;
  }

  /// Whether somebody may write it; a hint like [#readable()].
  public boolean writable() {
    return (mode & 0222) != 0;
  }

  /// The permissions that nine bits stand for, as in `0644`.
  static Set<PosixFilePermission> permissions(int mode) {
    return Arrays.stream(PosixFilePermission.values())
        .filter(permission -> (mode & bit(permission)) != 0)
        .collect(Collectors.toUnmodifiableSet());
  }

  private static int bit(PosixFilePermission permission) {
    return switch (permission) {
      case OWNER_READ -> 0400;
      case OWNER_WRITE -> 0200;
      case OWNER_EXECUTE -> 0100;
      case GROUP_READ -> 0040;
      case GROUP_WRITE -> 0020;
      case GROUP_EXECUTE -> 0010;
      case OTHERS_READ -> 0004;
      case OTHERS_WRITE -> 0002;
      case OTHERS_EXECUTE -> 0001;
    };
  }

  static FileFacts of(PosixFileAttributes attributes) {
    int mode = 0;
    for (PosixFilePermission permission : attributes.permissions()) {
      mode |= bit(permission);
    }
    return new FileFacts(
        attributes.isDirectory(),
        attributes.size(),
        attributes.lastModifiedTime().toInstant(),
        mode,
        key(attributes));
  }

  /// The JDK says "(dev=fe01,ino=1234)", of which "fe01-1234" is kept.
  private static @Nullable String key(BasicFileAttributes attributes) {
    Object key = attributes.fileKey();
    if (key == null) {
      return null;
    }
    String text = key.toString();
    int comma = text.indexOf(",ino=");
    return text.startsWith("(dev=") && comma > 0 && text.endsWith(")")
        ? text.substring(5, comma) + '-' + text.substring(comma + 5, text.length() - 1)
        : text;
  }
}
