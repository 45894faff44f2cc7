package wharf.app.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static wharf.app.interop.RealClient.Operation.RESUME_UPLOAD;
import static wharf.app.interop.RealClient.Operation.UPLOAD;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.commons.net.ftp.FTPClient;
import org.apache.commons.net.ftp.FTPFile;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import wharf.server.ServerModel;

/// A client that dies while it uploads: what it sent is not taken for a file, and not lost.
@Tag("interop")
final class CutOffUploadTest {
  private static final int OLD = 2_000_000;
  private static final int NEW = 3_000_000;
  private static final int SENT = 1_500_000;

  private static final int KILLS = 20;
  private static final int STEP = 192 << 10;

  /// Uploads that are open at the same time.
  private static final int AT_ONCE = 5;

  /// An upload that took so long, in nanoseconds, is on probation for as long as any.
  private static final long ON_ITS_WAY = Duration.ofMillis(800).toNanos();

  /// What a client may hold back before it sends it.
  private static final int HELD_BACK = 128 << 10;

  /// More than is ever sent before the kill.
  private static final int ENDLESS = 1 << 30;

  @TempDir(factory = UnderTarget.class)
  Path folder;

  @ForClients(value = RESUME_UPLOAD, severalConnections = true)
  void isKeptUnseenAndResumed(RealClient client, ServerModel model) throws IOException {
    try (Harbour harbour = Harbour.open(folder, model)) {
      Site site = harbour.site();
      Path served = Content.random(harbour.root.resolve("f"), OLD, 1);
      Path local = Content.random(harbour.outside.resolve("f"), NEW, 2);
      String old = Content.sha256(served);

      Running upload = client.beginUpload(site, "f");
      upload.feed().write(Files.readAllBytes(local), 0, SENT);
      upload.feed().flush();
      long since = System.nanoTime();
      Harbour.await("most has come", () -> harbour.partLength() > SENT - HELD_BACK);
      Harbour.await("it goes on for long enough", () -> System.nanoTime() - since > ON_ITS_WAY);
      assertOnlyTheOldIsSeen(site, served, old);
      upload.kill();
      Harbour.await("it is noticed", () -> !judged(harbour, "f").isEmpty());
      assertOnlyTheOldIsSeen(site, served, old);
      // Others still download the old file. So does this account; but curl cuts what comes at what
      // SIZE says, which is for this account the length of the kept part.
      assertThat(new CommonsNet().digest(site, "f")).isEqualTo(old);

      client.resumeUpload(site, local, "f");
      assertThat(Content.sha256(served)).isEqualTo(Content.sha256(local));
      assertThat(harbour.parts()).isEmpty();
      assertThat(harbour.log(line -> line.contains("STOR /f: ")).getLast())
          .as("what had come was not sent again")
          .matches(
              line -> {
                long bytes = Long.parseLong(line.replaceFirst(".* (\\d+) bytes in .*", "$1"));
                return bytes < NEW - SENT + HELD_BACK;
              },
              "less than " + (NEW - SENT + HELD_BACK) + " bytes");
    }
  }

  /// The connections of a process that is killed are closed in order, as if all had been sent. So
  /// this is a race between the server and its conscience, run again and again.
  @ForClients(value = UPLOAD, severalConnections = true)
  void isNeverPublished(RealClient client, ServerModel model) throws IOException {
    try (Harbour harbour = Harbour.open(folder, model)) {
      for (int batch = 0; batch < KILLS; batch += AT_ONCE) {
        List<Upload> uploads = new ArrayList<>();
        for (int i = batch; i < batch + AT_ONCE; i++) {
          uploads.add(Upload.begin(harbour, client, "f" + i, (i + 1) * STEP));
        }
        for (Upload upload : uploads) {
          Harbour.await("enough has come", upload::hasCome);
        }
        long since = System.nanoTime();
        Harbour.await("it goes on for long enough", () -> System.nanoTime() - since > ON_ITS_WAY);
        for (int i = 0; i < AT_ONCE; i++) {
          Upload upload = uploads.get(i);
          if (i % 2 == 1) {
            upload.flow();
          }
          upload.running.kill();
          Harbour.await("it is noticed", () -> !judged(harbour, upload.name).isEmpty());
          assertThat(judged(harbour, upload.name)).singleElement().asString().contains("cut off");
          assertThat(harbour.root.resolve(upload.name)).doesNotExist();
        }
        for (Path part : harbour.parts()) {
          Files.delete(part);
        }
      }
    }
  }

  /// An upload that is fed for a while, and then stays open.
  private record Upload(Harbour harbour, String name, Running running, Path part, int bytes) {
    static Upload begin(Harbour harbour, RealClient client, String name, int bytes)
        throws IOException {
      List<Path> others = harbour.parts();
      Running running = client.beginUpload(harbour.site(), name);
      // lftp says STOR only once it has something to send.
      Thread.startVirtualThread(() -> feed(running.feed(), bytes));
      Harbour.await("it begins", () -> harbour.parts().size() > others.size());
      List<Path> parts = new ArrayList<>(harbour.parts());
      parts.removeAll(others);
      return new Upload(harbour, name, running, parts.getFirst(), bytes);
    }

    boolean hasCome() {
      return part.toFile().length() >= Math.max(0, bytes - HELD_BACK);
    }

    /// From now on it has more to send than there is time for.
    void flow() {
      Thread.startVirtualThread(() -> feed(running.feed(), ENDLESS));
      Harbour.await("it flows", () -> part.toFile().length() > bytes);
    }
  }

  /// What the server has said of the upload, once it has ended.
  private static List<String> judged(Harbour harbour, String name) {
    return harbour.log(line -> line.contains("STOR /" + name + ": "));
  }

  private static void feed(OutputStream to, int bytes) {
    byte[] block = new byte[64 << 10];
    try {
      for (int left = bytes; left > 0; left -= block.length) {
        to.write(block, 0, Math.min(left, block.length));
      }
      to.flush();
    } catch (IOException e) {
      // Its reader was killed, as planned.
    }
  }

  private static void assertOnlyTheOldIsSeen(Site site, Path served, String old)
      throws IOException {
    FTPClient client = new FTPClient();
    client.connect(site.at().getAddress(), site.at().getPort());
    try {
      assertThat(client.login(Site.USER, Site.PASSWORD)).isTrue();
      client.enterLocalPassiveMode();
      assertThat(client.listNames()).as("NLST").containsExactly("f");
      assertThat(client.listNames("-a")).as("NLST -a").containsExactly("f");
      for (FTPFile[] listing :
          List.of(client.listFiles(), client.listFiles("-a"), client.mlistDir())) {
        assertThat(listing).hasSize(1);
        assertThat(listing[0].getName()).isEqualTo("f");
        assertThat(listing[0].getSize()).isEqualTo(OLD);
      }
    } finally {
      client.disconnect();
    }
    assertThat(Content.sha256(served)).isEqualTo(old);
  }
}
