package wharf.app.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static wharf.app.interop.RealClient.Operation.DOWNLOAD;
import static wharf.app.interop.RealClient.Operation.RESUME_DOWNLOAD;
import static wharf.app.interop.RealClient.Operation.UPLOAD;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import wharf.server.ServerModel;

/// A file of 1 GiB, and one of 5 GiB that is nearly all hole: beyond what 32 bits can count.
///
/// What is downloaded whole goes through a pipe into the digest, and what was uploaded is deleted
/// at once: so the disk needs to hold 11 GiB at most.
@Tag("interop")
@Tag("large")
final class LargeFilesTest {
  private static final long GIB = 1L << 30;

  /// What is lacking of the 5 GiB when that download is resumed.
  private static final long REST = 64L << 20;

  @TempDir(factory = UnderTarget.class)
  private static Path made;

  private static String sha256OfGibibyte = "";
  private static String sha256OfSparse = "";

  @TempDir(factory = UnderTarget.class)
  Path folder;

  @BeforeAll
  static void make() throws IOException {
    sha256OfGibibyte = Content.sha256(Content.random(made.resolve("gibibyte"), GIB, 1));
    sha256OfSparse = Content.sha256(Content.sparse(made.resolve("sparse"), 5 * GIB));
  }

  @ForClients(
      value = DOWNLOAD,
      models = {"virtual", "nio"})
  void areDownloaded(RealClient client, ServerModel model) throws IOException {
    isDownloaded(client, model);
  }

  /// By one client: what another does differently is said over the control connection, and a model
  /// does not see it. Those of the other tests are not asked again.
  @ForClients(
      value = {DOWNLOAD, UPLOAD},
      clients = "curl",
      butModels = {"virtual", "nio"})
  void goBothWaysUnderEveryModel(RealClient client, ServerModel model) throws IOException {
    try (Harbour harbour = Harbour.open(folder, model)) {
      Files.createLink(harbour.root.resolve("sparse"), made.resolve("sparse"));
      assertThat(client.digest(harbour.site(), "sparse")).isEqualTo(sha256OfSparse);
      Path back = harbour.root.resolve("back");
      client.upload(harbour.site(), made.resolve("gibibyte"), "back");
      assertThat(Files.mismatch(back, made.resolve("gibibyte"))).isEqualTo(-1);
      Files.delete(back);
    }
  }

  private void isDownloaded(RealClient client, ServerModel model) throws IOException {
    try (Harbour harbour = Harbour.open(folder, model)) {
      Files.createLink(harbour.root.resolve("gibibyte"), made.resolve("gibibyte"));
      Files.createLink(harbour.root.resolve("sparse"), made.resolve("sparse"));
      assertThat(client.digest(harbour.site(), "gibibyte")).isEqualTo(sha256OfGibibyte);
      assertThat(client.digest(harbour.site(), "sparse")).isEqualTo(sha256OfSparse);
    }
  }

  @ForClients(
      value = UPLOAD,
      models = {"virtual", "nio"})
  void areUploaded(RealClient client, ServerModel model) throws IOException {
    isUploaded(client, model);
  }

  private void isUploaded(RealClient client, ServerModel model) throws IOException {
    try (Harbour harbour = Harbour.open(folder, model)) {
      client.upload(harbour.site(), made.resolve("gibibyte"), "gibibyte");
      assertThat(Content.sha256(harbour.root.resolve("gibibyte"))).isEqualTo(sha256OfGibibyte);
      Files.delete(harbour.root.resolve("gibibyte"));
      client.upload(harbour.site(), made.resolve("sparse"), "sparse");
      assertThat(Content.sha256(harbour.root.resolve("sparse"))).isEqualTo(sha256OfSparse);
      Files.delete(harbour.root.resolve("sparse"));
    }
  }

  /// Under one model: an offset is the session's and the pump's affair, which are the same in all.
  @ForClients(value = RESUME_DOWNLOAD, models = "virtual")
  void areResumedNearTheirEnd(RealClient client, ServerModel model) throws IOException {
    try (Harbour harbour = Harbour.open(folder, model)) {
      Files.createLink(harbour.root.resolve("sparse"), made.resolve("sparse"));
      // Only the mark at the very end is not in the first part.
      Path local = Content.sparse(harbour.outside.resolve("sparse"), 5 * GIB);
      try (var cut = Files.newByteChannel(local, StandardOpenOption.WRITE)) {
        assertThat(cut.truncate(5 * GIB - REST).size()).isEqualTo(5 * GIB - REST);
      }
      client.resumeDownload(harbour.site(), "sparse", local);
      assertThat(Content.sha256(local)).isEqualTo(sha256OfSparse);
      assertThat(harbour.log(line -> line.contains("RETR /sparse")))
          .singleElement()
          .asString()
          // lftp has it compressed where there is MODE Z.
          .containsPattern("RETR /sparse: " + REST + " bytes(, \\d+ on the wire,)? in ");
      Files.delete(local);
    }
  }
}
