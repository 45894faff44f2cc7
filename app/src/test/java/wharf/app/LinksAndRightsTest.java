package wharf.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// What the verbs make of links that the server shows as folders, and of its refusals.
@Timeout(60)
class LinksAndRightsTest {
  @TempDir Path folder;

  @Test
  void aLinkToAFolderAboveIsNoWayDown() throws Exception {
    try (Served served = new Served(folder)) {
      Path _ = served.file("pub/deep/file", 3);
      Path _ = Files.createSymbolicLink(served.root.resolve("pub/deep/up"), Path.of(".."));
      Path _ = Files.createSymbolicLink(served.root.resolve("pub/deep/here"), Path.of("."));
      Ran ran = served.wharf("find", served.open("pub"));
      assertThat(ran.out().lines()).hasSizeLessThan(20).contains("pub/deep/file");
      assertThat(ran.err()).contains("in a circle");
      assertThat(ran.code()).isEqualTo(ExitCode.FAILED.number());
    }
  }

  @Test
  void whatOneMayNotDoIsNotPermitted() throws Exception {
    try (Served served = new Served(folder)) {
      Path file = served.file("file", 3);
      Ran ran = served.wharf("rm", served.open("file"));
      assertThat(ran.code()).as(ran.err()).isEqualTo(ExitCode.NOT_PERMITTED.number());
      assertThat(ran.err()).contains("may not").doesNotContain("check the name");
      assertThat(file).exists();
      assertThat(served.wharf("rm", served.own("file")).code()).isZero();
      assertThat(file).doesNotExist();
    }
  }
}
