package wharf.app.interop;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import wharf.ftp.client.Mirror;
import wharf.ftp.client.MirrorOptions;
import wharf.ftp.client.RemotePath;
import wharf.ftp.client.Sessions;
import wharf.ftp.client.Summary;
import wharf.ftp.client.Watcher;

/// Trees that go to other people's servers and back, several files at a time.
@Tag("interop")
@Timeout(300)
class RealMirrorsTest {
  @TempDir Path folder;

  /// What a server demands is what it is used with: under TLS, that sessions are resumed, if it
  /// can.
  static Stream<Arguments> serversAndWays() {
    return RealServer.serversAndWays();
  }

  private static final int MANY = 2000;

  private static String name(int i) {
    return "d%02d/e f/f%04d \u00e9".formatted(i % 20, i);
  }

  private static void fill(Path source) throws Exception {
    Random random = new Random(6);
    for (int i = 0; i < MANY; i++) {
      Path file = source.resolve(name(i));
      Files.createDirectories(file.getParent());
      // Some are empty.
      byte[] content = new byte[i % 10 * 200];
      random.nextBytes(content);
      Files.write(file, content);
      Files.setLastModifiedTime(file, FileTime.from(Instant.ofEpochSecond(1_700_000_000L + i)));
    }
  }

  @ParameterizedTest
  @MethodSource("serversAndWays")
  void aTreeOfManyFilesGoesThereAndBack(RealServer kind, Security security) throws Exception {
    Path home = Files.createDirectory(folder.resolve("home"));
    Path served = Files.createDirectory(home.resolve("root"));
    Path source = Files.createDirectory(folder.resolve("source"));
    Path back = folder.resolve("back");
    fill(source);
    try (var running = kind.start(home, served, security);
        Sessions sessions = Sessions.with(kind.site(running, security), 8)) {
      String there = RemotePath.in(kind.root(served), "copy");
      MirrorOptions options = MirrorOptions.usual().delete(true);
      Summary up = Mirror.upload(sessions, source, there, options, Watcher.NONE);
      assertThat(up.first()).isNull();
      assertThat(up.moved()).isEqualTo(MANY);
      assertThat(Content.sha256OfTree(served.resolve("copy")))
          .isEqualTo(Content.sha256OfTree(source));
      Summary upAgain = Mirror.upload(sessions, source, there, options, Watcher.NONE);
      assertThat(upAgain).isEqualTo(new Summary(0, 0, MANY, 0, 0, 0, null));

      Summary down = Mirror.download(sessions, there, back, options, Watcher.NONE);
      assertThat(down.first()).isNull();
      assertThat(Content.sha256OfTree(back)).isEqualTo(Content.sha256OfTree(source));
      Summary downAgain = Mirror.download(sessions, there, back, options, Watcher.NONE);
      assertThat(downAgain).isEqualTo(new Summary(0, 0, MANY, 0, 0, 0, null));

      // What is gone here goes there, and the other way round.
      Files.delete(source.resolve(name(0)));
      Files.createDirectories(served.resolve("copy/extra"));
      assertThat(Mirror.upload(sessions, source, there, options, Watcher.NONE).deleted())
          .isEqualTo(2);
      assertThat(Mirror.download(sessions, there, back, options, Watcher.NONE).deleted())
          .isEqualTo(1);
      assertThat(Content.sha256OfTree(back)).isEqualTo(Content.sha256OfTree(source));
    }
  }
}
