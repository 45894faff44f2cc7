package wharf.ftp.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// One behaviour, whoever's server it is.
@Tag("interop")
@Timeout(120)
class RealServersTest {
  private static final TransferOptions AFRESH = TransferOptions.usual().resume(false);

  @TempDir Path folder;

  @ParameterizedTest
  @EnumSource
  void filesGoThereAndBack(RealServer kind) throws Exception {
    Path served = Files.createDirectory(folder.resolve("served"));
    Path home = Files.createDirectory(folder.resolve("home"));
    byte[] content = new byte[3_000_001];
    new Random(2).nextBytes(content);
    Path local = Files.write(folder.resolve("local"), content);
    Path target = folder.resolve("target");
    String name = "\u00e9t\u00e9 \"1\"";

    try (var running = kind.start(home, served);
        FtpClient client =
            FtpClient.connect(
                Site.at("127.0.0.1").port(running.port()).as(kind.login()).over(Tls.off()))) {
      client.cwd(kind.root(served));
      String root = client.pwd();

      client.makeFolder("a b");
      assertThat(client.list("").getFirst().kind()).isEqualTo(Entry.Kind.FOLDER);
      assertThat(client.isFolder("a b")).isTrue();
      assertThat(client.isFolder("gone")).isFalse();
      client.cwd("a b");
      assertThat(client.pwd()).endsWith("/a b");
      assertThat(client.list("")).isEmpty();

      // Up, and down again.
      assertThat(Upload.run(client, local, name, AFRESH, Progress.NONE))
          .isEqualTo(new Receipt(content.length, content.length, new Verification.BySize()));
      assertThat(served.resolve("a b").resolve(name)).hasBinaryContent(content);
      assertThat(client.list(""))
          .singleElement()
          .satisfies(
              entry -> {
                assertThat(entry.name()).isEqualTo(name);
                assertThat(entry.size()).isEqualTo(content.length);
                assertThat(entry.modified()).isNotNull();
              });
      assertThat(client.list(name)).singleElement().extracting(Entry::size).isEqualTo(3_000_001L);
      assertThat(Download.run(client, name, target, AFRESH, Progress.NONE).verified()).isTrue();
      assertThat(target).hasBinaryContent(content);

      // Where it stopped, both ways.
      Files.write(Download.partOf(target), Arrays.copyOf(content, 1_000_000));
      assertThat(Download.run(client, name, target, TransferOptions.usual(), Progress.NONE).moved())
          .isEqualTo(2_000_001 + 65_536);
      assertThat(target).hasBinaryContent(content);
      Files.setLastModifiedTime(local, FileTime.from(Instant.parse("2020-01-02T03:04:05Z")));
      Moved _ = client.store("half", Files.newByteChannel(cut(local)), Progress.NONE);
      assertThat(Upload.run(client, local, "half", TransferOptions.usual(), Progress.NONE).moved())
          .isEqualTo(2_000_001);
      assertThat(served.resolve("a b/half")).hasBinaryContent(content);

      // An empty file is a file.
      Path empty = Files.createFile(folder.resolve("empty"));
      assertThat(Upload.run(client, empty, "none", AFRESH, Progress.NONE).verified()).isTrue();
      assertThat(Download.run(client, "none", target, AFRESH, Progress.NONE).size()).isZero();
      assertThat(target).isEmptyFile();

      // What is not there.
      notFound(() -> Download.run(client, "gone", target, AFRESH, Progress.NONE));
      notFound(() -> client.list("gone"));
      notFound(() -> client.delete("gone"));
      notFound(() -> client.cwd("gone"));
      notFound(() -> client.rename("gone", "x"));

      client.rename(name, "moved");
      client.delete("moved");
      client.delete("half");
      client.delete("none");
      client.cwd(root);
      client.removeFolder("a b");
      assertThat(client.list("")).isEmpty();
      assertThat(client.usable()).isTrue();
    }
    assertThat(served).isEmptyDirectory();
  }

  @ParameterizedTest
  @EnumSource
  void whateverIsThereTheFileIsWholeInTheEnd(RealServer kind) throws Exception {
    Path served = Files.createDirectory(folder.resolve("served"));
    Path home = Files.createDirectory(folder.resolve("home"));
    Random random = new Random();
    byte[] content = new byte[1_000_001];
    random.nextBytes(content);
    Path local = Files.write(folder.resolve("local"), content);
    Files.setLastModifiedTime(local, FileTime.from(Instant.parse("2020-01-02T03:04:05Z")));
    Path target = folder.resolve("target");

    try (var running = kind.start(home, served);
        FtpClient client =
            FtpClient.connect(
                Site.at("127.0.0.1").port(running.port()).as(kind.login()).over(Tls.off()))) {
      client.cwd(kind.root(served));
      for (int cut : new int[] {0, 1, 65_537, random.nextInt(content.length), content.length}) {
        byte[] part = Arrays.copyOf(content, cut);
        for (boolean spoilt : new boolean[] {false, true}) {
          if (spoilt && cut > 0) {
            part[cut - 1]++;
          }
          String what = "%d bytes, spoilt: %s".formatted(cut, spoilt);
          Files.write(Download.partOf(target), part);
          Moved _ =
              client.store(
                  "f",
                  Files.newByteChannel(Files.write(folder.resolve("cut"), part)),
                  Progress.NONE);
          Receipt up = Upload.run(client, local, "f", TransferOptions.usual(), Progress.NONE);
          assertThat(served.resolve("f")).as(what).hasBinaryContent(content);
          Receipt down = Download.run(client, "f", target, TransferOptions.usual(), Progress.NONE);
          assertThat(target).as(what).hasBinaryContent(content);
          boolean resumable = cut > 65_536 && !spoilt;
          // What is as long as the file may be another version of it: only a hash could tell.
          boolean seen = resumable && (cut < content.length || !client.hashes().isEmpty());
          assertThat(up.moved() < content.length).as(what).isEqualTo(seen);
          assertThat(down.moved() < content.length).as(what).isEqualTo(seen);
        }
      }
      Site site = Site.at("127.0.0.1").port(running.port()).as(kind.login()).over(Tls.off());
      inSegments(site, kind.root(served), target);
      assertThat(target).hasBinaryContent(content);
      client.delete("f");
      assertThat(client.usable()).isTrue();
    }
  }

  /// Over as many sessions as can be had, each piece broken off where the next begins.
  private static void inSegments(Site site, String root, Path target) throws Exception {
    Segments.Pace eager =
        new Segments.Pace(100_000, Duration.ZERO, Duration.ZERO, 100_000, System::nanoTime);
    TransferOptions slow = TransferOptions.usual().limit(Throttle.of(2_000_000));
    Sessions.Connector connector =
        () -> {
          FtpClient client = FtpClient.connect(site);
          client.cwd(root);
          return client;
        };
    try (Sessions sessions = Sessions.with(connector, 3, Retries.none(), Sessions.Listener.NONE);
        Sessions.Lent lent = sessions.borrow()) {
      Receipt receipt =
          Download.run(lent.client(), sessions, "f", target, slow, Progress.NONE, eager);
      assertThat(receipt.verified()).isTrue();
    }
  }

  private Path cut(Path local) throws java.io.IOException {
    byte[] all = Files.readAllBytes(local);
    return Files.write(folder.resolve("cut"), Arrays.copyOf(all, 1_000_000));
  }

  private static void notFound(org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
    assertThatExceptionOfType(FtpException.NotFound.class).isThrownBy(call);
  }
}
