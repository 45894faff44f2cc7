package wharf.ftp.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import wharf.ftp.client.FaultyServer.Fault;

/// One file at a time: how it is verified, and how it is gone on with.
@Timeout(60)
class TransferTest {
  private static final TransferOptions USUAL = TransferOptions.usual();
  private static final Instant REMOTE_TIME = Instant.parse("2020-01-02T03:04:05Z");

  @TempDir Path folder;
  private FaultyServer server;
  private byte[] content;
  private Path target;
  private Path part;
  private final Told told = new Told();

  /// What a transfer says of itself.
  private static final class Told implements Progress {
    final List<Long> begun = new ArrayList<>();
    final List<String> startedOver = new ArrayList<>();
    int verifying;

    @Override
    public void begin(long from, long total) {
      begun.add(from);
    }

    @Override
    public void at(long position) {}

    @Override
    public void verifying() {
      verifying++;
    }

    @Override
    public void startedOver(String why) {
      startedOver.add(why);
    }
  }

  @BeforeEach
  void start() throws IOException {
    server = new FaultyServer();
    content = new byte[1_000_001];
    new Random(1).nextBytes(content);
    server.files.put("f", content);
    target = folder.resolve("f");
    part = Download.partOf(target);
  }

  @AfterEach
  void stop() throws IOException {
    server.close();
  }

  private FtpClient connect(String... features) throws FtpException {
    server.features.addAll(List.of(features));
    return FtpClient.connect(Site.at("127.0.0.1").port(server.port()).over(Tls.off()));
  }

  private static <T extends FtpException> T fails(Class<T> type, ThrowingCallable call) {
    return assertThatExceptionOfType(type).isThrownBy(call).actual();
  }

  private Receipt download(FtpClient client) throws FtpException {
    return Download.run(client, "f", target, USUAL, told);
  }

  private Receipt upload(FtpClient client) throws IOException {
    return Upload.run(client, local(), "up", USUAL, told);
  }

  private Path local() throws IOException {
    Path local = folder.resolve("local");
    if (Files.notExists(local)) {
      Files.write(local, content);
      Files.setLastModifiedTime(local, FileTime.from(REMOTE_TIME));
    }
    return local;
  }

  private String hex(String algorithm) throws Exception {
    return HexFormat.of().formatHex(MessageDigest.getInstance(algorithm).digest(content));
  }

  // How it is verified.

  @Test
  void aDownloadIsComparedByTheBestHash() throws Exception {
    try (FtpClient client = connect("HASH MD5*;SHA-1;SHA-256")) {
      assertThat(client.hashes().iterator().next()).isEqualTo(HashAlgorithm.SHA_256);
      assertThat(download(client).verification())
          .isEqualTo(new Verification.ByHash("HASH", HashAlgorithm.SHA_256, hex("SHA-256")));
      assertThat(client.hash("f", HashAlgorithm.MD5)).isEqualTo(hex("MD5"));
      FtpException.Refused e =
          fails(FtpException.Refused.class, () -> client.hash("f", HashAlgorithm.CRC32));
      assertThat(e.code()).isEqualTo(504);
      fails(FtpException.NotFound.class, () -> client.hash("gone", HashAlgorithm.MD5));
    }
    assertThat(told.verifying).isEqualTo(1);
  }

  @Test
  void olderCommandsDoWhereHashIsNotKnown() throws Exception {
    server.faults.add(Fault.HASH_REFUSED);
    try (FtpClient client = connect("HASH SHA-256*", "XSHA256", "XMD5")) {
      assertThat(download(client).verification())
          .isEqualTo(new Verification.ByHash("XSHA256", HashAlgorithm.SHA_256, hex("SHA-256")));
      assertThat(client.hash("f", HashAlgorithm.MD5)).isEqualTo(hex("MD5"));
    }
  }

  @Test
  void aHashThatIsRefusedLeavesTheSizes() throws Exception {
    server.faults.add(Fault.HASH_REFUSED);
    try (FtpClient client = connect("HASH SHA-256*")) {
      assertThat(download(client).verification()).isEqualTo(new Verification.BySize());
      assertThat(client.hashes()).isEmpty();
    }
  }

  @Test
  void whoDoesNotWantToVerifyAsksForNoHash() throws Exception {
    try (FtpClient client = connect("HASH SHA-256*")) {
      TransferOptions quick = USUAL.verify(false);
      assertThat(Download.run(client, "f", target, quick, told).verification())
          .isEqualTo(new Verification.BySize());
      assertThat(Upload.run(client, local(), "up", quick, told).verification())
          .isEqualTo(new Verification.BySize());
    }
    assertThat(server.commands).noneMatch(c -> c.contains("HASH"));
  }

  @Test
  void aWrongByteIsNotPublished() throws Exception {
    server.faults.add(Fault.SENDS_A_WRONG_BYTE);
    Files.writeString(target, "old");
    try (FtpClient client = connect("HASH SHA-256*")) {
      FtpException e = fails(FtpException.Mismatch.class, () -> download(client));
      assertThat(e).hasMessageContaining(hex("SHA-256"));
      assertThat(target).hasContent("old");
      assertThat(part).doesNotExist();
      assertThat(Download.badOf(target)).hasSize(content.length);

      // What is bad is not gone on with.
      server.faults.clear();
      assertThat(download(client).moved()).isEqualTo(content.length);
    }
    assertThat(target).hasBinaryContent(content);
  }

  @Test
  void whatIsStreamedIsComparedToo() throws Exception {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (FtpClient client = connect("HASH SHA-256*")) {
      assertThat(
              Download.run(client, "f", Channels.newChannel(out), USUAL, told)
                  .verification()
                  .method())
          .isEqualTo("hash");
      assertThat(out.toByteArray()).isEqualTo(content);
      server.faults.add(Fault.SENDS_A_WRONG_BYTE);
      fails(
          FtpException.Mismatch.class,
          () -> Download.run(client, "f", Channels.newChannel(out), USUAL, told));
      server.faults.clear();
      server.receipts = true;
      assertThat(
              Upload.run(
                      client,
                      Channels.newChannel(new ByteArrayInputStream(content)),
                      "up",
                      USUAL,
                      told)
                  .verification())
          .isEqualTo(new Verification.ByReceipt(HashAlgorithm.SHA_256, hex("SHA-256")));
    }
  }

  @Test
  void anUploadIsComparedWithTheServersReceipt() throws Exception {
    server.receipts = true;
    try (FtpClient client = connect("HASH SHA-256*")) {
      assertThat(upload(client).verification())
          .isEqualTo(new Verification.ByReceipt(HashAlgorithm.SHA_256, hex("SHA-256")));
      assertThat(server.commands).noneMatch(c -> c.startsWith("HASH"));
      server.files.clear();
      server.faults.add(Fault.SPOILS_A_BYTE);
      fails(FtpException.Mismatch.class, () -> upload(client));
    }
  }

  @Test
  void anUploadIsComparedByHash() throws Exception {
    try (FtpClient client = connect("XMD5")) {
      assertThat(upload(client).verification())
          .isEqualTo(new Verification.ByHash("XMD5", HashAlgorithm.MD5, hex("MD5")));
      server.files.clear();
      server.faults.add(Fault.SPOILS_A_BYTE);
      fails(FtpException.Mismatch.class, () -> upload(client));
    }
  }

  // Downloads that are gone on with.

  private void leave(byte[] bytes) throws IOException {
    Files.write(part, bytes);
    Files.setLastModifiedTime(part, FileTime.from(REMOTE_TIME));
  }

  @Test
  void thePartIsComparedByTheHashOfAsMuch() throws Exception {
    leave(Arrays.copyOf(content, 500_000));
    try (FtpClient client = connect("HASH SHA-256*", "RANG STREAM")) {
      assertThat(download(client).moved()).isEqualTo(500_001);
    }
    assertThat(target).hasBinaryContent(content);
    assertThat(server.commands).contains("RANG 0 499999", "REST 500000");
    assertThat(told.startedOver).isEmpty();
  }

  @Test
  void aPartOfAnotherFileIsSeenByItsHash() throws Exception {
    byte[] other = Arrays.copyOf(content, 500_000);
    other[1]++;
    leave(other);
    try (FtpClient client = connect("HASH SHA-256*", "RANG STREAM")) {
      assertThat(download(client).moved()).isEqualTo(content.length);
    }
    assertThat(target).hasBinaryContent(content);
    assertThat(told.startedOver).singleElement().asString().contains("SHA-256");
  }

  @Test
  void aRangeThatHashDidNotTakeIsCalledOff() throws Exception {
    server.faults.add(Fault.HASH_OF_ALL);
    leave(Arrays.copyOf(content, 500_000));
    try (FtpClient client = connect("HASH SHA-256*", "RANG STREAM")) {
      assertThat(download(client).verified()).isTrue();
    }
    assertThat(target).hasBinaryContent(content);
    assertThat(server.commands).containsSequence("RANG 1 0", "EPSV", "REST 434464");
  }

  @Test
  void theEndOfAPartIsFetchedAgain() throws Exception {
    leave(Arrays.copyOf(content, 500_000));
    try (FtpClient client = connect()) {
      assertThat(download(client).moved()).isEqualTo(500_001 + 65_536);
    }
    assertThat(target).hasBinaryContent(content);
    assertThat(server.commands).contains("REST 434464");
    assertThat(told.begun).containsExactly(434_464L);
  }

  @Test
  void aPartWithAnotherEndIsNone() throws Exception {
    byte[] other = Arrays.copyOf(content, 500_000);
    other[499_999]++;
    leave(other);
    try (FtpClient client = connect()) {
      assertThat(download(client).moved()).isEqualTo(content.length);
      assertThat(client.usable()).isTrue();
    }
    assertThat(target).hasBinaryContent(content);
    assertThat(told.startedOver).singleElement().asString().contains(part.toString());
    assertThat(told.begun).containsExactly(434_464L, 0L);
  }

  /// A part with another end, of a file that is more than the system takes from a server that
  /// writes without being read.
  private void leaveAnotherEnd() throws IOException {
    content = new byte[32 << 20];
    new Random(2).nextBytes(content);
    server.files.put("f", content);
    byte[] other = Arrays.copyOf(content, 500_000);
    other[499_999]++;
    leave(other);
  }

  @ParameterizedTest
  @EnumSource(
      names = {"SILENT_WHEN_BROKEN_OFF", "MEASURED_WHEN_BROKEN_OFF", "SLOW_WHEN_BROKEN_OFF"})
  void whoSaysNothingOfWhatIsBrokenOffIsAskedForASignOfLife(Fault fault) throws Exception {
    server.faults.add(fault);
    leaveAnotherEnd();
    try (FtpClient client = connect()) {
      assertThat(download(client).moved()).isEqualTo(content.length);
      // In step: the answers are those to what is asked.
      assertThat(client.size("f")).hasValue(content.length);
    }
    assertThat(target).hasBinaryContent(content);
    assertThat(server.commands).containsOnlyOnce("NOOP");
  }

  @Test
  void whereBreakingOffEndsTheSessionTheNextBeginsAnew() throws Exception {
    server.faults.add(Fault.GOES_WHEN_BROKEN_OFF);
    leaveAnotherEnd();
    FtpException problem;
    try (FtpClient client = connect()) {
      problem = fails(FtpException.ConnectionLost.class, () -> download(client));
    }
    assertThat(problem.mayPass()).isTrue();
    assertThat(part).doesNotExist();
    try (FtpClient client = connect()) {
      assertThat(download(client).moved()).isEqualTo(content.length);
    }
    assertThat(target).hasBinaryContent(content);
  }

  @Test
  void whatWasGoneOnWithAndIsWrongIsFetchedAnew() throws Exception {
    byte[] other = Arrays.copyOf(content, 500_000);
    other[1]++;
    leave(other);
    try (FtpClient client = connect("XSHA256")) {
      Receipt receipt = download(client);
      assertThat(receipt.moved()).isEqualTo(content.length);
      assertThat(receipt.verification().method()).isEqualTo("hash");
    }
    assertThat(target).hasBinaryContent(content);
    assertThat(told.startedOver).singleElement().asString().contains("SHA-256");
  }

  @Test
  void aWholePartIsOnlyCompared() throws Exception {
    leave(content);
    try (FtpClient client = connect("HASH SHA-256*")) {
      assertThat(download(client).moved()).isZero();
    }
    assertThat(target).hasBinaryContent(content);
    assertThat(server.commands).noneMatch(c -> c.startsWith("RETR"));
  }

  // Uploads that are gone on with.

  private static final int THERE = 400_000;

  private byte[] prefix() {
    return Arrays.copyOf(content, THERE);
  }

  private byte[] almostPrefix(int wrong) {
    byte[] bytes = prefix();
    bytes[wrong]++;
    return bytes;
  }

  @Test
  void whatIsThereIsSeenToBeAPartByItsHash() throws Exception {
    server.files.put("up", prefix());
    try (FtpClient client = connect("HASH SHA-256*")) {
      assertThat(upload(client).moved()).isEqualTo(content.length - THERE);
    }
    assertThat(server.files.get("up")).isEqualTo(content);
    assertThat(server.commands).contains("REST 400000").noneMatch(c -> c.startsWith("RETR"));
    assertThat(told.startedOver).isEmpty();
  }

  @Test
  void whatHasAnotherHashIsReplaced() throws Exception {
    server.files.put("up", almostPrefix(1));
    try (FtpClient client = connect("HASH SHA-256*")) {
      assertThat(upload(client).moved()).isEqualTo(content.length);
    }
    assertThat(server.files.get("up")).isEqualTo(content);
    assertThat(told.startedOver).singleElement().asString().contains("\"up\"");
  }

  @Test
  void aWholeFileIsSentAgainOnlyWhereItsHashIsNotTold() throws Exception {
    server.files.put("up", content);
    try (FtpClient client = connect("XSHA256")) {
      Receipt receipt = upload(client);
      assertThat(receipt.moved()).isZero();
      assertThat(receipt.verification().method()).isEqualTo("hash");
    }
    server.features.clear();
    try (FtpClient client = connect()) {
      assertThat(upload(client).moved()).isEqualTo(content.length);
    }
  }

  @Test
  void theEndOfWhatIsThereIsFetched() throws Exception {
    server.files.put("up", prefix());
    try (FtpClient client = connect()) {
      assertThat(upload(client).moved()).isEqualTo(content.length - THERE);
      assertThat(server.files.get("up")).isEqualTo(content);
      server.files.put("up", almostPrefix(THERE - 1));
      assertThat(upload(client).moved()).isEqualTo(content.length);
      assertThat(server.files.get("up")).isEqualTo(content);
      server.files.put("up", prefix());
      server.faults.add(Fault.WRITE_ONLY);
      assertThat(upload(client).moved()).isEqualTo(content.length);
      assertThat(server.files.get("up")).isEqualTo(content);
    }
    assertThat(told.startedOver).hasSize(2);
  }

  @Test
  void uploadsAreAppendedWhereTheyCannotBeRestarted() throws Exception {
    server.files.put("up", prefix());
    server.faults.add(Fault.NO_REST_FOR_UPLOADS);
    try (FtpClient client = connect("XMD5")) {
      assertThat(upload(client).moved()).isEqualTo(content.length - THERE);
      assertThat(server.files.get("up")).isEqualTo(content);
      assertThat(server.commands).contains("APPE up");
      server.files.put("up", prefix());
      server.faults.add(Fault.NO_APPE);
      assertThat(upload(client).moved()).isEqualTo(content.length);
    }
    assertThat(server.files.get("up")).isEqualTo(content);
    assertThat(told.startedOver).hasSize(1);
  }

  @Test
  void aPartThatIsNotShownIsJudgedWhenItIsWhole() throws Exception {
    server.receipts = true;
    server.parts.put("up", prefix());
    try (FtpClient client = connect("HASH SHA-256*")) {
      Receipt receipt = upload(client);
      assertThat(receipt.moved()).isEqualTo(content.length - THERE);
      assertThat(receipt.verification().method()).isEqualTo("receipt");
      assertThat(server.files.get("up")).isEqualTo(content);

      // Also when there is an old file, of which the hash is.
      server.files.put("up", new byte[100]);
      server.parts.put("up", prefix());
      assertThat(upload(client).moved()).isEqualTo(content.length - THERE);
      assertThat(server.files.get("up")).isEqualTo(content);
      assertThat(told.startedOver).isEmpty();

      server.parts.put("up", almostPrefix(1));
      assertThat(upload(client).moved()).isEqualTo(content.length);
      assertThat(server.files.get("up")).isEqualTo(content);
      assertThat(told.startedOver).hasSize(1);
    }
  }

  // What is there already.

  @Test
  void whatIsThereStaysIfThatIsWanted() throws Exception {
    Files.writeString(target, "old");
    server.files.put("up", new byte[1]);
    try (FtpClient client = connect()) {
      TransferOptions keep = USUAL.existing(Existing.KEEP);
      assertThat(Download.run(client, "f", target, keep, told).verification().method())
          .isEqualTo("kept");
      assertThat(Upload.run(client, local(), "up", keep, told).verified()).isFalse();
      assertThat(target).hasContent("old");
      assertThat(server.files.get("up")).hasSize(1);
      assertThat(Upload.run(client, local(), "new", keep, told).moved()).isEqualTo(content.length);
    }
  }

  @Test
  void onlyWhatIsOlderIsReplacedIfThatIsWanted() throws Exception {
    Files.writeString(target, "old");
    Files.setLastModifiedTime(target, FileTime.from(REMOTE_TIME.plusMillis(900)));
    TransferOptions older = USUAL.existing(Existing.REPLACE_OLDER);
    try (FtpClient client = connect()) {
      assertThat(Download.run(client, "f", target, older, told).moved()).isZero();
      Files.setLastModifiedTime(target, FileTime.from(REMOTE_TIME.minusSeconds(1)));
      assertThat(Download.run(client, "f", target, older, told).moved()).isEqualTo(content.length);

      server.files.put("up", new byte[1]);
      assertThat(Upload.run(client, local(), "up", older, told).moved()).isZero();
      Files.setLastModifiedTime(local(), FileTime.from(REMOTE_TIME.plusSeconds(1)));
      assertThat(Upload.run(client, local(), "up", older, told).moved()).isEqualTo(content.length);
    }
    assertThat(target).hasBinaryContent(content);
    assertThat(server.files.get("up")).isEqualTo(content);
  }

  @Test
  void aLimitIsKeptBothWays() throws Exception {
    long[] now = {0};
    Throttle limit = new Throttle(1_000_000, () -> now[0], time -> now[0] += time.toNanos());
    try (FtpClient client = connect()) {
      Receipt _ = Download.run(client, "f", target, USUAL.limit(limit), told);
      assertThat(now[0] / 1e9).isBetween(0.85, 1.05);
      Receipt _ = Upload.run(client, local(), "up", USUAL.limit(limit), told);
      assertThat(now[0] / 1e9).isBetween(1.8, 2.05);
    }
  }
}
