package wharf.app.interop;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.extension.AnnotatedElementContext;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.io.TempDirFactory;

/// Temporary folders on the disk of the checkout: `/tmp` may be memory, and the files are large.
final class UnderTarget implements TempDirFactory {
  @Override
  public Path createTempDirectory(AnnotatedElementContext element, ExtensionContext context)
      throws IOException {
    return make();
  }

  /// A new one, which stays.
  static Path make() throws IOException {
    Path target = Files.createDirectories(Path.of("target", "interop").toAbsolutePath());
    return Files.createTempDirectory(target, "run");
  }
}
