package wharf.app.interop;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import wharf.ftp.client.Mirror;
import wharf.ftp.client.MirrorOptions;
import wharf.ftp.client.RemotePath;
import wharf.ftp.client.Sessions;
import wharf.ftp.client.Site;
import wharf.ftp.client.Summary;
import wharf.ftp.client.Tls;
import wharf.ftp.client.Watcher;

/// Trees that go to other people's servers and back, several files at a time.
@Tag("interop")
@Timeout(120)
class RealMirrorsTest {
  @TempDir Path folder;

  @ParameterizedTest
  @EnumSource
  void aTreeGoesThereAndBack(RealServer kind) throws Exception {
    Path home = Files.createDirectory(folder.resolve("home"));
    Path served = Files.createDirectory(home.resolve("root"));
    Path source = Files.createDirectory(folder.resolve("source"));
    Path back = folder.resolve("back");
    for (int i = 0; i < 60; i++) {
      Path file = source.resolve("d%d/e f/f%02d \u00e9".formatted(i % 5, i));
      Files.createDirectories(file.getParent());
      Files.writeString(file, "content " + "x".repeat(i * 100));
      Files.setLastModifiedTime(file, FileTime.from(Instant.ofEpochSecond(1_700_000_000L + i)));
    }
    try (var running = kind.start(home, served, Security.PLAIN)) {
      Site site = Site.at("127.0.0.1").port(running.port()).as(kind.login()).over(Tls.off());
      try (Sessions sessions = Sessions.with(site, 4)) {
        String there = RemotePath.in(kind.root(served), "copy");
        MirrorOptions options = MirrorOptions.usual().delete(true);
        Summary up = Mirror.upload(sessions, source, there, options, Watcher.NONE);
        assertThat(up.first()).isNull();
        assertThat(up.moved()).isEqualTo(60);
        assertThat(content(served.resolve("copy"))).isEqualTo(content(source));
        Summary upAgain = Mirror.upload(sessions, source, there, options, Watcher.NONE);
        assertThat(upAgain).isEqualTo(new Summary(0, 0, 60, 0, 0, 0, null));

        Summary down = Mirror.download(sessions, there, back, options, Watcher.NONE);
        assertThat(down.first()).isNull();
        assertThat(content(back)).isEqualTo(content(source));
        Summary downAgain = Mirror.download(sessions, there, back, options, Watcher.NONE);
        assertThat(downAgain).isEqualTo(new Summary(0, 0, 60, 0, 0, 0, null));

        // What is gone here goes there, and the other way round.
        Files.delete(source.resolve("d0/e f/f00 \u00e9"));
        Files.createDirectories(served.resolve("copy/extra"));
        assertThat(Mirror.upload(sessions, source, there, options, Watcher.NONE).deleted())
            .isEqualTo(2);
        assertThat(Mirror.download(sessions, there, back, options, Watcher.NONE).deleted())
            .isEqualTo(1);
        assertThat(content(back)).isEqualTo(content(source));
      }
    }
  }

  private static Map<String, String> content(Path root) throws Exception {
    Map<String, String> content = new TreeMap<>();
    try (Stream<Path> all = Files.walk(root)) {
      for (Path file : all.filter(Files::isRegularFile).toList()) {
        content.put(root.relativize(file).toString(), Files.readString(file));
      }
    }
    return content;
  }
}
