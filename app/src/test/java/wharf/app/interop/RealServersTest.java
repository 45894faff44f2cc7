package wharf.app.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import wharf.ftp.client.Download;
import wharf.ftp.client.Entry;
import wharf.ftp.client.FtpClient;
import wharf.ftp.client.FtpException;
import wharf.ftp.client.Listener;
import wharf.ftp.client.Moved;
import wharf.ftp.client.Progress;
import wharf.ftp.client.Protection;
import wharf.ftp.client.Receipt;
import wharf.ftp.client.RemotePath;
import wharf.ftp.client.Sessions;
import wharf.ftp.client.Throttle;
import wharf.ftp.client.TransferOptions;
import wharf.ftp.client.Upload;

/// One behaviour, whoever's server it is.
@Tag("interop")
@Timeout(120)
class RealServersTest {
  private static final TransferOptions AFRESH = TransferOptions.usual().resume(false);

  @TempDir Path folder;
  private Path home;
  private Path served;

  @BeforeEach
  void makeFolders() throws IOException {
    home = Files.createDirectory(folder.resolve("home"));
    served = Files.createDirectory(home.resolve("root"));
  }

  static Stream<Arguments> serversAndWays() {
    return RealServer.serversAndWays();
  }

  /// Chance, which can be had again.
  private static long seed() {
    long seed = System.nanoTime();
    System.out.println("RealServersTest: seed " + seed);
    return seed;
  }

  private static FtpClient connect(RealServer kind, RealServer.Running running, Security security)
      throws FtpException {
    FtpClient client = FtpClient.connect(kind.site(running, security));
    assertThat(client.protection().map(Protection::protocol).orElse(""))
        .isEqualTo(security.isTls() ? "TLSv" + security.version() : "");
    return client;
  }

  @ParameterizedTest
  @MethodSource("serversAndWays")
  void filesGoThereAndBack(RealServer kind, Security security) throws Exception {
    byte[] content = new byte[3_000_001];
    new Random(2).nextBytes(content);
    Path local = Files.write(folder.resolve("local"), content);
    Path target = folder.resolve("target");
    String name = "\u00e9t\u00e9 \"1\"";

    try (var running = kind.start(home, served, security);
        FtpClient client = connect(kind, running, security)) {
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
      Receipt up = Upload.run(client, local, name, AFRESH, Progress.NONE);
      assertThat(up.moved()).isEqualTo(content.length);
      assertThat(up.verified()).isTrue();
      assertThat(Content.sha256(served.resolve("a b").resolve(name)))
          .isEqualTo(Content.sha256(new ByteArrayInputStream(content)));
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
      assertThat(Content.sha256(target))
          .isEqualTo(Content.sha256(new ByteArrayInputStream(content)));

      // Again and again: under TLS each resumes what was agreed on before.
      for (int i = 0; i < 4; i++) {
        String again = "again " + i;
        assertThat(Upload.run(client, local, again, AFRESH, Progress.NONE).moved())
            .isEqualTo(content.length);
        assertThat(Download.run(client, again, target, AFRESH, Progress.NONE).moved())
            .isEqualTo(content.length);
        assertThat(Content.sha256(target))
            .isEqualTo(Content.sha256(new ByteArrayInputStream(content)));
        assertThat(client.stat(again).size()).isEqualTo(content.length);
        client.delete(again);
      }

      // Where it stopped, both ways.
      Files.write(Download.partOf(target), Arrays.copyOf(content, 1_000_000));
      assertThat(Download.run(client, name, target, TransferOptions.usual(), Progress.NONE).moved())
          // Those with a hash need no overlap.
          .isBetween(2_000_001L, 2_000_001L + 65_536);
      assertThat(Content.sha256(target))
          .isEqualTo(Content.sha256(new ByteArrayInputStream(content)));
      Files.setLastModifiedTime(local, FileTime.from(Instant.parse("2020-01-02T03:04:05Z")));
      Moved _ = client.store("half", Files.newByteChannel(cut(local)), Progress.NONE);
      assertThat(Upload.run(client, local, "half", TransferOptions.usual(), Progress.NONE).moved())
          .isEqualTo(2_000_001);
      assertThat(Content.sha256(served.resolve("a b/half")))
          .isEqualTo(Content.sha256(new ByteArrayInputStream(content)));

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
  @MethodSource("serversAndWays")
  void whateverIsThereTheFileIsWholeInTheEnd(RealServer kind, Security security) throws Exception {
    long seed = seed();
    Random random = new Random(seed);
    byte[] content = new byte[1_000_001];
    random.nextBytes(content);
    String fingerprint = Content.sha256(new ByteArrayInputStream(content));
    Path local = Files.write(folder.resolve("local"), content);
    Files.setLastModifiedTime(local, FileTime.from(Instant.parse("2020-01-02T03:04:05Z")));
    Path target = folder.resolve("target");

    try (var running = kind.start(home, served, security);
        FtpClient client = connect(kind, running, security)) {
      client.cwd(kind.root(served));
      for (int cut : new int[] {0, 1, 65_537, random.nextInt(content.length), content.length}) {
        byte[] part = Arrays.copyOf(content, cut);
        for (boolean spoilt : new boolean[] {false, true}) {
          if (spoilt && cut > 0) {
            part[cut - 1]++;
          }
          String what = "seed %d, %d bytes, spoilt: %s".formatted(seed, cut, spoilt);
          Moved _ =
              client.store(
                  "f",
                  Files.newByteChannel(Files.write(folder.resolve("cut"), part)),
                  Progress.NONE);
          Receipt up = Upload.run(client, local, "f", TransferOptions.usual(), Progress.NONE);
          assertThat(Content.sha256(served.resolve("f"))).as(what).isEqualTo(fingerprint);
          // After the upload: some servers call that the file's time, and would have a newer one.
          Files.write(Download.partOf(target), part);
          Receipt down = Download.run(client, "f", target, TransferOptions.usual(), Progress.NONE);
          assertThat(Content.sha256(target)).as(what).isEqualTo(fingerprint);
          boolean resumable = cut > 65_536 && !spoilt;
          // What is as long as the file may be another version of it: only a hash could tell.
          boolean seen = resumable && (cut < content.length || !client.hashes().isEmpty());
          assertThat(up.moved() < content.length).as(what).isEqualTo(seen);
          assertThat(down.moved() < content.length).as(what).isEqualTo(seen);
        }
      }
      client.delete("f");
      assertThat(client.usable()).isTrue();
    }
  }

  /// Progress that interrupts the thread that makes it, as Ctrl-C does.
  private record UpTo(long cut) implements Progress {
    @Override
    public void begin(long from, long total) {}

    @Override
    public void at(long position) {
      if (position >= cut) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private static void interrupted(Sessions sessions, Sessions.Task<Receipt> task) {
    assertThatExceptionOfType(FtpException.Cancelled.class).isThrownBy(() -> sessions.run(task));
    assertThat(Thread.interrupted()).isTrue();
  }

  @ParameterizedTest
  @MethodSource("serversAndWays")
  void whoIsInterruptedGoesOn(RealServer kind, Security security) throws Exception {
    long seed = seed();
    Random random = new Random(seed);
    byte[] content = new byte[9_000_001];
    random.nextBytes(content);
    String fingerprint = Content.sha256(new ByteArrayInputStream(content));
    Path local = Files.write(folder.resolve("local"), content);
    Path target = folder.resolve("target");
    TransferOptions usual = TransferOptions.usual();
    try (var running = kind.start(home, served, security);
        Sessions sessions = Sessions.with(kind.site(running, security), 1)) {
      for (int i = 0; i < 3; i++) {
        long cut = random.nextLong(1_000_000, 8_000_000);
        String what = "seed %d, cut at %d".formatted(seed, cut);
        String file = RemotePath.in(kind.root(served), "f" + i);
        interrupted(sessions, it -> Upload.run(it, local, file, usual, new UpTo(cut)));
        // How much the server has read and kept is its own affair.
        Receipt _ = sessions.run(it -> Upload.run(it, local, file, usual, Progress.NONE));
        assertThat(Content.sha256(served.resolve("f" + i))).as(what).isEqualTo(fingerprint);

        interrupted(sessions, it -> Download.run(it, file, target, usual, new UpTo(cut)));
        assertThat(target).as(what).doesNotExist();
        Receipt down = sessions.run(it -> Download.run(it, file, target, usual, Progress.NONE));
        assertThat(Content.sha256(target)).as(what).isEqualTo(fingerprint);
        assertThat(down.moved()).as(what).isLessThanOrEqualTo(content.length - cut + 65_536);
        Files.delete(target);
      }
    }
  }

  /// Those of the others that can do it; Wharf's own is tested where its certificates are.
  @ParameterizedTest
  @EnumSource(names = {"VSFTPD", "PROFTPD", "APACHE"})
  void tlsMayBeginWithTheFirstByte(RealServer kind) throws Exception {
    byte[] content = new byte[300_001];
    new Random(4).nextBytes(content);
    Path local = Files.write(folder.resolve("local"), content);
    Path target = folder.resolve("target");
    Security security = Security.implicit(kind.versions().getFirst());
    try (var running = kind.start(home, served, security);
        FtpClient client = connect(kind, running, security)) {
      client.cwd(kind.root(served));
      assertThat(Upload.run(client, local, "f", AFRESH, Progress.NONE).verified()).isTrue();
      assertThat(client.list("")).extracting(Entry::name).containsExactly("f");
      assertThat(Download.run(client, "f", target, AFRESH, Progress.NONE).verified()).isTrue();
      assertThat(Content.sha256(target))
          .isEqualTo(Content.sha256(new ByteArrayInputStream(content)));
    }
  }

  @ParameterizedTest
  @EnumSource
  void aLargeFileComesInPieces(RealServer kind) throws Exception {
    Path there = served.resolve("large");
    byte[] piece = new byte[1 << 20];
    Random random = new Random(5);
    try (var out = Files.newOutputStream(there)) {
      for (int i = 0; i < 80; i++) {
        random.nextBytes(piece);
        out.write(piece);
      }
    }
    Files.setPosixFilePermissions(there, PosixFilePermissions.fromString("rw-r--r--"));
    Path target = folder.resolve("target");
    Security security = Security.explicit(kind.versions().getLast());
    List<String> said = new CopyOnWriteArrayList<>();
    Listener listener =
        new Listener() {
          @Override
          public void sent(String line) {
            said.add(line);
          }
        };
    // At this rate there is something left to share when it has been seen how fast it is.
    TransferOptions slowly = TransferOptions.usual().limit(Throttle.of(10_000_000));
    try (var running = kind.start(home, served, security);
        Sessions sessions =
            Sessions.with(kind.site(running, security).heardBy(() -> listener), 3)) {
      // Some take their time to let somebody in: all are in before it begins.
      try (Sessions.Lent _ = sessions.borrow();
          Sessions.Lent _ = sessions.borrow()) {
        assertThat(said.stream().filter(line -> line.startsWith("USER")).count()).isEqualTo(2);
      }
      String file = RemotePath.in(kind.root(served), "large");
      Receipt receipt =
          sessions.run(
              client -> Download.run(client, sessions, file, target, slowly, Progress.NONE));
      assertThat(receipt.verified()).isTrue();
    }
    assertThat(said.stream().filter(line -> line.startsWith("RETR")).count()).isGreaterThan(1);
    assertThat(Content.sha256(target)).isEqualTo(Content.sha256(there));
  }

  /// ProFTPD insists on resumed sessions, and gives no ticket of TLS 1.3 with an upload. Java uses
  /// a ticket once.
  @Test
  void whoRunsOutOfTicketsGoesOnUnderTls12() throws Exception {
    byte[] content = new byte[100_001];
    new Random(3).nextBytes(content);
    Path local = Files.write(folder.resolve("local"), content);
    try (var running = RealServer.PROFTPD.start(home, served, Security.explicit(""));
        Sessions sessions =
            Sessions.with(RealServer.PROFTPD.site(running, Security.explicit("")), 1)) {
      List<String> versions = new ArrayList<>();
      for (int i = 0; i < 6; i++) {
        String name = "f" + i;
        Path target = folder.resolve(name);
        Receipt _ = sessions.run(client -> Upload.run(client, local, name, AFRESH, Progress.NONE));
        Receipt _ =
            sessions.run(client -> Download.run(client, name, target, AFRESH, Progress.NONE));
        assertThat(Content.sha256(target))
            .isEqualTo(Content.sha256(new ByteArrayInputStream(content)));
        versions.add(sessions.run(client -> client.protection().orElseThrow().protocol()));
      }
      assertThat(versions.getFirst()).isEqualTo("TLSv1.3");
      assertThat(versions.getLast()).isEqualTo("TLSv1.2");
    }
  }

  private Path cut(Path local) throws IOException {
    byte[] all = Files.readAllBytes(local);
    return Files.write(folder.resolve("cut"), Arrays.copyOf(all, 1_000_000));
  }

  private static void notFound(org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
    assertThatExceptionOfType(FtpException.NotFound.class).isThrownBy(call);
  }
}
