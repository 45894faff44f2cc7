package wharf.ftp.client;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.channels.ReadableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Random;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import wharf.ftp.client.FaultyServer.Fault;

@Timeout(60)
class FtpClientTest {
  private static final Duration PATIENT = Duration.ofSeconds(30);
  private static final Duration IMPATIENT = Duration.ofMillis(200);

  private static final TransferOptions AFRESH = TransferOptions.usual().resume(false);

  @TempDir Path folder;
  private FaultyServer server;
  private byte[] content;
  private Path target;

  @BeforeEach
  void start() throws IOException {
    server = new FaultyServer();
    content = new byte[1_000_001];
    new Random(1).nextBytes(content);
    server.files.put("f", content);
    target = folder.resolve("f");
  }

  @AfterEach
  void stop() throws IOException {
    server.close();
  }

  private FtpClient connect() throws FtpException {
    return connect(PATIENT);
  }

  private FtpClient connect(Duration timeout) throws FtpException {
    return FtpClient.connect(site(server.port(), Login.anonymous(), timeout));
  }

  private static Site site(int port, Login login, Duration timeout) {
    return Site.at("127.0.0.1").port(port).as(login).over(Tls.off()).within(timeout);
  }

  private static <T extends FtpException> T fails(Class<T> type, ThrowingCallable call) {
    return assertThatExceptionOfType(type).isThrownBy(call).actual();
  }

  private Receipt download(FtpClient client, boolean resume) throws FtpException {
    return Download.run(client, "f", target, TransferOptions.usual().resume(resume), Progress.NONE);
  }

  private long partSize() throws IOException {
    return Files.size(Download.partOf(target));
  }

  // Connecting and logging in.

  @Test
  void nobodyThere() throws IOException {
    int port;
    try (ServerSocket gone = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = gone.getLocalPort();
    }
    fails(
        FtpException.Unreachable.class,
        () -> FtpClient.connect(site(port, Login.anonymous(), PATIENT)));
  }

  @Test
  void nobodySpeaks() throws IOException {
    try (ServerSocket mute = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      fails(
          FtpException.TimedOut.class,
          () -> FtpClient.connect(site(mute.getLocalPort(), Login.anonymous(), IMPATIENT)));
    }
  }

  @Test
  void aWrongPasswordIsRefused() {
    FtpException e =
        fails(
            FtpException.LoginRefused.class,
            () -> FtpClient.connect(site(server.port(), new Login("bob", "wrong"), PATIENT)));
    assertThat(e).hasMessageContaining("bob").hasMessageNotContaining("wrong");
  }

  @Test
  void aServerMayNeedNoPassword() throws FtpException {
    server.faults.add(Fault.USER_SUFFICES);
    connect().close();
    assertThat(server.commands).noneMatch(c -> c.startsWith("PASS"));
  }

  @Test
  void anAccountIsNotSupported() {
    server.faults.add(Fault.WANTS_ACCOUNT);
    fails(FtpException.LoginRefused.class, this::connect);
  }

  @Test
  void aFullServerSaysSo() {
    server.faults.add(Fault.FULL);
    assertThat(fails(FtpException.Full.class, this::connect)).hasMessageContaining("full");
  }

  @Test
  void whatIsNoFtpServerIsSaidToBeNone() {
    server.faults.add(Fault.NOT_FTP);
    assertThat(fails(FtpException.Protocol.class, this::connect)).hasMessageContaining("SSH-2.0");
  }

  @Test
  void endlessRepliesEnd() {
    server.faults.add(Fault.ENDLESS_LINE);
    fails(FtpException.Protocol.class, this::connect);
    server.faults.clear();
    server.faults.add(Fault.ENDLESS_REPLY);
    fails(FtpException.Protocol.class, this::connect);
  }

  @Test
  void aNameCannotSmuggleACommand() throws FtpException {
    try (FtpClient client = connect()) {
      fails(FtpException.NotPermitted.class, () -> client.delete("x\r\nDELE y"));
      fails(FtpException.NotPermitted.class, () -> client.delete("x\0"));
      assertThat(client.usable()).isTrue();
    }
    assertThat(server.commands).noneMatch(c -> c.contains("DELE"));
  }

  @Test
  void aQuoteInAFolderIsDoubledOnTheWire() throws FtpException {
    try (FtpClient client = connect()) {
      assertThat(client.pwd()).isEqualTo("/a \"b\"");
    }
  }

  @Test
  void aCommandCanBeSaidAsItIsUnlessItWouldConfuseTheSession() throws FtpException {
    try (FtpClient client = connect()) {
      assertThat(client.quote("STAT").lines()).containsExactly("fine", " as ever", "end");
      assertThat(client.quote("XFOO bar").code()).isEqualTo(502);
      fails(FtpException.NotPermitted.class, () -> client.quote("type A"));
      fails(FtpException.NotPermitted.class, () -> client.quote(" "));
      fails(FtpException.NotPermitted.class, () -> client.quote("STAT\r\nDELE f"));
    }
    assertThat(server.commands).contains("XFOO bar").noneMatch(c -> c.contains("DELE"));
  }

  @Test
  void permissionsAreSet() throws FtpException {
    try (FtpClient client = connect()) {
      client.mode("f", 0640);
      fails(FtpException.NotFound.class, () -> client.mode("gone", 0640));
    }
    assertThat(server.commands).contains("SITE CHMOD 640 f");
  }

  @Test
  void oneFileIsDescribedByWhateverTheServerKnows() throws FtpException {
    try (FtpClient client = connect()) {
      assertThat(client.stat("f").size()).isEqualTo(1);
      fails(FtpException.NotFound.class, () -> client.stat("gone"));
    }
    server.faults.add(Fault.NO_MLST);
    try (FtpClient client = connect()) {
      Entry file = client.stat("f");
      assertThat(file.kind()).isEqualTo(Entry.Kind.FILE);
      assertThat(file.size()).isEqualTo(content.length);
      assertThat(file.modified()).isEqualTo(Instant.parse("2020-01-02T03:04:05Z"));
      Entry folder = client.stat("a/b/");
      assertThat(folder.kind()).isEqualTo(Entry.Kind.FOLDER);
      assertThat(folder.name()).isEqualTo("b");
      assertThat(client.stat("/").name()).isEqualTo("/");
      assertThat(client.stat("").name()).isEqualTo(".");
    }
    server.faults.add(Fault.NO_SIZE);
    server.faults.add(Fault.NO_FOLDERS);
    try (FtpClient client = connect()) {
      assertThat(client.stat("f").size()).isEqualTo(content.length);
      fails(FtpException.NotFound.class, () -> client.stat("gone"));
    }
  }

  // Data connections.

  @Test
  void extendedPassiveModeIsAskedForOnceWhereItIsRefused() throws FtpException {
    server.faults.add(Fault.NO_EPSV);
    server.faults.add(Fault.PASV_ELSEWHERE);
    try (FtpClient client = connect()) {
      assertThat(client.list("")).hasSize(1);
      assertThat(client.list("")).hasSize(1);
    }
    assertThat(server.commands).filteredOn("EPSV"::equals).hasSize(1);
    assertThat(server.commands).filteredOn("PASV"::equals).hasSize(2);
  }

  @Test
  void whatEpsvOffersAndCannotBeReachedIsTriedOnceForAllSessions() throws FtpException {
    server.faults.add(Fault.EPSV_UNREACHABLE);
    Traits traits = new Traits();
    Site site = site(server.port(), Login.anonymous(), PATIENT);
    for (int i = 0; i < 2; i++) {
      try (FtpClient client = FtpClient.connect(site, traits)) {
        assertThat(client.list("")).hasSize(1);
        assertThat(client.list("")).hasSize(1);
      }
    }
    assertThat(server.commands).filteredOn("EPSV"::equals).hasSize(1);
    assertThat(server.commands).filteredOn("PASV"::equals).hasSize(4);
  }

  @Test
  void machineListingsAreAskedForOnceWhereTheyAreNotUnderstood() throws FtpException {
    server.faults.add(Fault.NO_MLSD);
    Traits traits = new Traits();
    Site site = site(server.port(), Login.anonymous(), PATIENT);
    for (int i = 0; i < 2; i++) {
      try (FtpClient client = FtpClient.connect(site, traits)) {
        assertThat(client.list("").getFirst().name()).isEqualTo("f");
      }
    }
    assertThat(server.commands).filteredOn("MLSD"::equals).hasSize(1);
  }

  @Test
  void aListingOfOneEndlessNameEnds() throws FtpException {
    server.faults.add(Fault.ENDLESS_NAME);
    try (FtpClient client = connect()) {
      fails(FtpException.Protocol.class, () -> client.list("", _ -> {}));
      assertThat(client.usable()).isTrue();
    }
  }

  @Test
  void whoHasSeenEnoughOfAnEndlessListingEndsIt() throws FtpException {
    server.faults.add(Fault.ENDLESS_LISTING);
    try (FtpClient client = connect()) {
      long[] seen = {0};
      fails(
          FtpException.Cancelled.class,
          () ->
              client.list(
                  "",
                  _ -> {
                    if (++seen[0] == 100_000) {
                      Thread.currentThread().interrupt();
                    }
                  }));
      assertThat(Thread.interrupted()).isTrue();
      assertThat(client.usable()).isTrue();
    }
  }

  @Test
  void listsWithoutMachineListings() throws FtpException {
    server.faults.add(Fault.NO_MLST);
    try (FtpClient client = connect()) {
      assertThat(client.list("").getFirst().name()).isEqualTo("f");
    }
  }

  @Test
  void anEmptyListingOfAMissingFolderIsNotBelieved() throws FtpException {
    server.faults.add(Fault.NO_MLST);
    server.files.clear();
    try (FtpClient client = connect()) {
      assertThat(client.list("there")).isEmpty();
      fails(FtpException.NotFound.class, () -> client.list("missing"));
    }
  }

  // Downloads.

  @Test
  void aDownloadIsWholeAndHasItsTime() throws IOException {
    try (FtpClient client = connect()) {
      assertThat(download(client, false))
          .isEqualTo(new Receipt(content.length, content.length, new Verification.BySize()));
    }
    assertThat(target).hasBinaryContent(content);
    assertThat(Files.getLastModifiedTime(target).toInstant())
        .isEqualTo(Instant.parse("2020-01-02T03:04:05Z"));
    assertThat(Download.partOf(target)).doesNotExist();
  }

  @Test
  void withoutSizeItIsNotCalledVerified() throws IOException {
    server.faults.add(Fault.NO_SIZE);
    try (FtpClient client = connect()) {
      assertThat(download(client, false).verified()).isFalse();
    }
    assertThat(target).hasBinaryContent(content);
  }

  @Test
  void aMissingFileLeavesNothingBehind() throws IOException {
    try (FtpClient client = connect()) {
      fails(
          FtpException.NotFound.class,
          () -> Download.run(client, "gone", target, AFRESH, Progress.NONE));
      assertThat(client.usable()).isTrue();
    }
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void halfAFileIsNotBelievedToBeWholeAndIsGoneOnWith() throws IOException {
    Files.writeString(target, "old");
    server.faults.add(Fault.SHORT_BUT_COMPLETE);
    try (FtpClient client = connect()) {
      fails(FtpException.Mismatch.class, () -> download(client, false));
      assertThat(target).hasContent("old");
      assertThat(partSize()).isEqualTo(500_000);

      server.faults.clear();
      assertThat(download(client, true))
          .isEqualTo(
              new Receipt(content.length, content.length - 434_464, new Verification.BySize()));
    }
    assertThat(target).hasBinaryContent(content);
    assertThat(server.commands).contains("REST 434464");
  }

  @Test
  void aResetIsIncompleteAndTheSessionGoesOn() throws IOException {
    server.faults.add(Fault.DATA_RESET);
    try (FtpClient client = connect()) {
      fails(FtpException.Incomplete.class, () -> download(client, false));
      assertThat(target).doesNotExist();
      server.faults.clear();
      download(client, true);
    }
    assertThat(target).hasBinaryContent(content);
  }

  @Test
  void aLostServerIsALostConnection() throws IOException {
    server.faults.add(Fault.ALL_LOST);
    try (FtpClient client = connect()) {
      fails(FtpException.ConnectionLost.class, () -> download(client, false));
      assertThat(client.usable()).isFalse();
    }
    assertThat(partSize()).isEqualTo(500_000);
  }

  @Test
  void aStandstillTimesOut() throws IOException {
    server.faults.add(Fault.DATA_STALLS);
    try (FtpClient client = connect(IMPATIENT)) {
      fails(FtpException.TimedOut.class, () -> download(client, false));
    }
    assertThat(partSize()).isEqualTo(500_000);
  }

  @Test
  void allBytesWithoutAWordThatTheyAreAllIsNotDone() throws IOException {
    server.faults.add(Fault.NO_FINAL_REPLY);
    try (FtpClient client = connect(IMPATIENT)) {
      fails(FtpException.TimedOut.class, () -> download(client, false));
    }
    assertThat(target).doesNotExist();
  }

  @Test
  void anInterruptEndsItAndKeepsThePart() throws IOException {
    server.faults.add(Fault.DATA_STALLS);
    Progress interrupting =
        new Progress() {
          @Override
          public void begin(long from, long total) {}

          @Override
          public void at(long position) {
            Thread.currentThread().interrupt();
          }
        };
    try (FtpClient client = connect()) {
      fails(
          FtpException.Cancelled.class,
          () -> Download.run(client, "f", target, AFRESH, interrupting));
      assertThat(Thread.interrupted()).isTrue();
    }
    assertThat(partSize()).isPositive();
    assertThat(target).doesNotExist();
  }

  @Test
  void whatIsCalledOffLeavesTheSessionUsable() throws IOException {
    server.files.put("f", new byte[50_000_000]);
    try (FtpClient client = connect()) {
      Progress interrupting =
          new Progress() {
            @Override
            public void begin(long from, long total) {}

            @Override
            public void at(long position) {
              Thread.currentThread().interrupt();
            }
          };
      fails(
          FtpException.Cancelled.class,
          () -> Download.run(client, "f", target, AFRESH, interrupting));
      assertThat(Thread.interrupted()).isTrue();
      assertThat(client.usable()).isTrue();
      client.noop();
      assertThat(client.size("f")).hasValue(50_000_000);
    }
  }

  @Test
  void aPartOfAFileIsFetchedAndTheRestIsBrokenOff() throws IOException {
    content = new byte[50_000_000];
    new Random(3).nextBytes(content);
    server.files.put("f", content);
    try (FtpClient client = connect()) {
      for (long count : new long[] {0, 1, 1_000_000}) {
        ByteArrayOutputStream into = new ByteArrayOutputStream();
        Moved moved = client.retrieve("f", 1000, count, Channels.newChannel(into), Progress.NONE);
        assertThat(moved.bytes()).isEqualTo(count);
        assertThat(moved.reply().code()).isEqualTo(426);
        assertThat(into.toByteArray())
            .isEqualTo(Arrays.copyOfRange(content, 1000, 1000 + (int) count));
      }
      ByteArrayOutputStream end = new ByteArrayOutputStream();
      long from = content.length - 10L;
      Moved moved = client.retrieve("f", from, 10, Channels.newChannel(end), Progress.NONE);
      assertThat(moved.reply().toString()).isEqualTo("226 complete");
      assertThat(end.size()).isEqualTo(10);
    }
  }

  @Test
  void aChangedFileIsFetchedAnew() throws IOException {
    Files.write(Download.partOf(target), new byte[1000]);
    Files.setLastModifiedTime(
        Download.partOf(target), FileTime.from(Instant.parse("2020-01-02T03:04:04Z")));
    try (FtpClient client = connect()) {
      assertThat(download(client, true).moved()).isEqualTo(content.length);
    }
    assertThat(target).hasBinaryContent(content);
  }

  @Test
  void aPartThatIsLongerThanTheFileIsNoPartOfIt() throws IOException {
    Files.write(Download.partOf(target), new byte[content.length + 1]);
    try (FtpClient client = connect()) {
      assertThat(download(client, true).moved()).isEqualTo(content.length);
    }
    assertThat(target).hasBinaryContent(content);
  }

  @Test
  void aServerThatCannotResumeSendsItAll() throws IOException {
    server.faults.add(Fault.NO_REST);
    Files.write(Download.partOf(target), new byte[1000]);
    try (FtpClient client = connect()) {
      assertThat(download(client, true).moved()).isEqualTo(content.length);
    }
    assertThat(target).hasBinaryContent(content);
  }

  @Test
  void aFolderThatIsNotThereIsTheLocalDisksFault() throws FtpException {
    try (FtpClient client = connect()) {
      fails(
          FtpException.LocalDisk.class,
          () -> Download.run(client, "f", folder.resolve("no/f"), AFRESH, Progress.NONE));
    }
  }

  // Uploads.

  private Path local() throws IOException {
    return Files.write(folder.resolve("local"), content);
  }

  @Test
  void anUploadIsComparedAfterwards() throws Exception {
    try (FtpClient client = connect()) {
      assertThat(Upload.run(client, local(), "up", AFRESH, Progress.NONE))
          .isEqualTo(new Receipt(content.length, content.length, new Verification.BySize()));
    }
    assertThat(server.files.get("up")).isEqualTo(content);
    assertThat(server.endings.take()).isEqualTo("FIN");
  }

  @Test
  void whatIsAppendedComesAfterWhatIsThere() throws Exception {
    Path local = local();
    server.files.put("up", Arrays.copyOf(content, 400_000));
    try (FtpClient client = connect();
        FileChannel file = FileChannel.open(local, StandardOpenOption.READ)) {
      Moved moved = client.append("up", file, 400_000, 900_000, Progress.NONE);
      assertThat(moved.bytes()).isEqualTo(500_000);
      assertThat(moved.reply().code()).isEqualTo(226);
      file.position(900_000);
      assertThat(client.append("up", file, Progress.NONE).bytes()).isEqualTo(100_001);
    }
    assertThat(server.files.get("up")).isEqualTo(content);
  }

  @Test
  void aLostByteIsNoticed() throws Exception {
    server.faults.add(Fault.LOSES_A_BYTE);
    Path local = local();
    try (FtpClient client = connect()) {
      fails(
          FtpException.Mismatch.class,
          () -> Upload.run(client, local, "up", AFRESH, Progress.NONE));
    }
  }

  @Test
  void anUploadGoesOnWhereItStopped() throws Exception {
    Path local = local();
    Files.setLastModifiedTime(local, FileTime.from(Instant.parse("2020-01-02T03:04:05.9Z")));
    server.files.put("up", Arrays.copyOf(content, 400_000));
    try (FtpClient client = connect()) {
      assertThat(Upload.run(client, local, "up", TransferOptions.usual(), Progress.NONE).moved())
          .isEqualTo(content.length - 400_000);
    }
    assertThat(server.files.get("up")).isEqualTo(content);
  }

  @Test
  void aLocalFileThatChangedSinceIsSentAnew() throws Exception {
    Path local = local();
    server.files.put("up", new byte[400_000]);
    try (FtpClient client = connect()) {
      assertThat(Upload.run(client, local, "up", TransferOptions.usual(), Progress.NONE).moved())
          .isEqualTo(content.length);
    }
    assertThat(server.files.get("up")).isEqualTo(content);
  }

  @Test
  void aFullServerSaysSoHalfWay() throws Exception {
    server.faults.add(Fault.DISK_FULL);
    content = new byte[50_000_000];
    Path local = local();
    try (FtpClient client = connect()) {
      fails(
          FtpException.NoSpace.class, () -> Upload.run(client, local, "up", AFRESH, Progress.NONE));
    }
  }

  @Test
  void aSourceThatFailsIsNotTakenForItsEnd() throws Exception {
    ReadableByteChannel failing =
        new ReadableByteChannel() {
          private int reads;

          @Override
          public int read(ByteBuffer into) throws IOException {
            if (++reads > 2) {
              throw new IOException("the tape tore");
            }
            byte[] some = "some".getBytes(UTF_8);
            into.put(some);
            return some.length;
          }

          @Override
          public boolean isOpen() {
            return true;
          }

          @Override
          public void close() {}
        };
    try (FtpClient client = connect()) {
      FtpException e =
          fails(
              FtpException.LocalDisk.class,
              () -> Upload.run(client, failing, "up", AFRESH, Progress.NONE));
      assertThat(e).hasMessageContaining("the tape tore");
      assertThat(client.usable()).isTrue();
    }
    assertThat(server.endings.take()).isEqualTo("RESET");
    assertThat(server.files).doesNotContainKey("up");
  }
}
