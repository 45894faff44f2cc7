package wharf.ftp.client;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import wharf.ftp.client.FaultyServer.Fault;

/// A server that means no good: it makes the client neither lie nor hang nor grow. What it cannot
/// have written where is in [WalkTest] and [MirrorTest], what it cannot have believed under TLS in
/// [ProtectionTest], and the faults that may be an accident are in [FtpClientTest].
@Timeout(60)
class HostileTest {
  private static final int SIZE = 100_000;
  private static final Duration IMPATIENT = Duration.ofMillis(300);
  private static final TransferOptions USUAL = TransferOptions.usual();

  @TempDir Path folder;
  private FaultyServer server;
  private Path target;

  @BeforeEach
  void start() throws IOException {
    server = new FaultyServer();
    server.files.put("f", new byte[SIZE]);
    target = folder.resolve("f");
  }

  @AfterEach
  void stop() throws IOException {
    server.close();
  }

  private FtpClient connect() throws FtpException {
    return FtpClient.connect(site());
  }

  private Site site() {
    return Site.at("127.0.0.1").port(server.port()).over(Tls.off()).within(IMPATIENT);
  }

  private static <T extends FtpException> T fails(Class<T> type, ThrowingCallable call) {
    return assertThatExceptionOfType(type).isThrownBy(call).actual();
  }

  @Test
  void aFileWithoutEndDoesNotFillTheDisk() throws Exception {
    server.faults.add(Fault.ENDLESS_FILE);
    try (FtpClient client = connect()) {
      fails(
          FtpException.Mismatch.class,
          () -> Download.run(client, "f", target, USUAL, Progress.NONE));
      assertThat(target).doesNotExist();
      assertThat(Files.size(Download.partOf(target)))
          .isLessThanOrEqualTo(2 * SIZE + Download.GROWTH);
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (FtpClient client = connect()) {
      fails(
          FtpException.Mismatch.class,
          () -> Download.run(client, "f", Channels.newChannel(out), USUAL, Progress.NONE));
      assertThat(out.size()).isLessThanOrEqualTo((int) (2 * SIZE + Download.GROWTH));
    }
  }

  @Test
  void whatComesBehindTheEndIsNotOfTheFile() throws Exception {
    server.faults.add(Fault.MORE_AFTER_COMPLETE);
    try (FtpClient client = connect()) {
      fails(
          FtpException.Mismatch.class,
          () -> Download.run(client, "f", target, USUAL, Progress.NONE));
      assertThat(target).doesNotExist();
      server.faults.clear();
      // The part is too long to be one.
      assertThat(Download.run(client, "f", target, USUAL, Progress.NONE).size()).isEqualTo(SIZE);
      assertThat(target).hasBinaryContent(new byte[SIZE]);
    }
  }

  @Test
  void aTransferThatIsNotBegunTimesOut() throws Exception {
    server.faults.add(Fault.NO_FIRST_REPLY);
    try (FtpClient client = connect()) {
      fails(
          FtpException.TimedOut.class,
          () -> Download.run(client, "f", target, USUAL, Progress.NONE));
      assertThat(client.usable()).isFalse();
    }
    try (var files = Files.list(folder)) {
      assertThat(files).isEmpty();
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"COMPLETE_BEFORE_READ", "COMPLETE_UNREAD"})
  void whatTheServerHasNotReadIsNotCalledSent(Fault fault) throws Exception {
    server.faults.add(fault);
    Path large = Files.write(folder.resolve("large"), new byte[8_000_000]);
    Path small = Files.write(folder.resolve("small"), new byte[10]);
    for (Path local : List.of(large, small)) {
      try (FtpClient client = connect()) {
        assertThatExceptionOfType(FtpException.class)
            .isThrownBy(() -> Upload.run(client, local, "up", USUAL, Progress.NONE))
            .isInstanceOfAny(
                FtpException.Mismatch.class,
                FtpException.Incomplete.class,
                FtpException.ConnectionLost.class);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"TRICKLES", "EVER_BEGINNING"})
  void anAnswerThatDoesNotEndIsNotWaitedFor(Fault fault) throws Exception {
    try (FtpClient client = connect()) {
      server.faults.add(fault);
      fails(FtpException.TimedOut.class, () -> client.quote("NOOP"));
      assertThat(client.usable()).isFalse();
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"TRICKLES", "EVER_BEGINNING"})
  void norIsTheLastWordOnATransfer(Fault fault) throws Exception {
    server.faults.add(fault);
    try (FtpClient client = connect()) {
      fails(
          FtpException.TimedOut.class,
          () -> Download.run(client, "f", target, USUAL, Progress.NONE));
      assertThat(client.usable()).isFalse();
    }
    assertThat(target).doesNotExist();
    Path local = Files.write(folder.resolve("local"), new byte[10]);
    try (FtpClient client = connect()) {
      fails(
          FtpException.TimedOut.class, () -> Upload.run(client, local, "up", USUAL, Progress.NONE));
    }
  }

  @Test
  void aFolderThatCannotBeNamedIsNotGoneTo() throws Exception {
    server.place = "257 \"/a\rDELE f\" is here";
    try (FtpClient client = connect()) {
      String place = client.pwd();
      fails(FtpException.NotPermitted.class, () -> client.cwd(place));
      server.place = "257 here";
      fails(FtpException.Protocol.class, client::pwd);
    }
    assertThat(server.commands).noneMatch(line -> line.startsWith("DELE"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "229 here",
        "229 here (|2|::1|80|)",
        "229 here (||||)",
        "229 here (|||99999999999999999999|)",
        "229 here (aaa80a)x(||",
        "227 here (127,0,0,1,0,80)",
      })
  void anOfferThatIsNoneMeansPasv(String offer) throws Exception {
    server.extended = offer;
    try (FtpClient client = connect()) {
      assertThat(client.list("")).extracting(Entry::name).containsExactly("f");
      assertThat(server.commands).contains("PASV");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"229 here (|||0|)", "229 here (|||65536|)", "229 here (|||99999|)"})
  void aPortThatIsNoneIsNotConnectedTo(String offer) throws Exception {
    server.extended = offer;
    try (FtpClient client = connect()) {
      fails(FtpException.Protocol.class, () -> client.list(""));
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "227 here (127,0,0,1,999,999)",
        "227 here (127,0,0,1,0,0)",
        "227 here (127,0,0,1)",
        "227 here",
        "150 here (127,0,0,1,4,4)",
      })
  void aPlainOfferThatIsNoneIsSaidToBeNone(String offer) throws Exception {
    server.faults.add(Fault.NO_EPSV);
    server.plainPassive = offer;
    try (FtpClient client = connect()) {
      fails(FtpException.Protocol.class, () -> client.list(""));
    }
  }

  @Test
  void aListingWithoutEndIsGivenUp() throws Exception {
    server.faults.add(Fault.ENDLESS_LISTING);
    try (Sessions sessions = Sessions.with(site().within(Duration.ofSeconds(20)), 1)) {
      fails(
          FtpException.Protocol.class,
          () -> Mirror.download(sessions, "", target, MirrorOptions.usual(), Watcher.NONE));
    }
    assertThat(target).doesNotExist();
  }

  @Test
  void whatIsListedTwiceIsFetchedOnce() throws Exception {
    server.listedTwice = true;
    server.files.put("g", "once".getBytes(UTF_8));
    try (Sessions sessions = Sessions.with(site(), 2)) {
      Summary summary = Mirror.download(sessions, "", target, MirrorOptions.usual(), Watcher.NONE);
      assertThat(summary.moved()).isEqualTo(2);
      assertThat(summary.failed()).isZero();
    }
    assertThat(target.resolve("g")).hasContent("once");
    assertThat(server.commands).filteredOn(line -> line.equals("RETR g")).hasSize(1);
  }

  @Test
  void whatItSaysDoesNotActOnATerminal() throws Exception {
    try (FtpClient client = connect()) {
      said(fails(FtpException.NotFound.class, () -> client.cwd("missing\u001b[2J\u009b1m")));
      server.refusal = "550 No such\u001b]0;evil\u0007 folder";
      said(fails(FtpException.NotFound.class, () -> client.cwd("missing")));
    }
  }

  private static void said(FtpException problem) {
    assertThat(String.valueOf(problem.getMessage()))
        .contains("folder")
        .matches(text -> text.codePoints().noneMatch(Printable::acts));
  }
}
