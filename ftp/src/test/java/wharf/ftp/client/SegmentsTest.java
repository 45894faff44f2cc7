package wharf.ftp.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import wharf.ftp.client.FaultyServer.Fault;

/// One file over several sessions, and what is known of it after a run that was killed.
@Timeout(60)
class SegmentsTest {
  private static final int SIZE = 4_000_001;
  private static final Instant REMOTE_TIME = Instant.parse("2020-01-02T03:04:05Z");

  /// Splits whatever can be split, at once.
  private static final Segments.Pace EAGER =
      new Segments.Pace(100_000, Duration.ZERO, Duration.ZERO, 500_000, System::nanoTime);

  @TempDir Path folder;
  private FaultyServer server;
  private byte[] content;
  private Path target;
  private Path part;
  private TransferOptions options;
  private final List<String> startedOver = new ArrayList<>();
  private Runnable halfWay = () -> {};

  @BeforeEach
  void start() throws IOException {
    server = new FaultyServer();
    content = new byte[SIZE];
    new Random(1).nextBytes(content);
    server.files.put("f", content);
    target = folder.resolve("f");
    part = Download.partOf(target);
    // Else it would be over before anybody can help.
    options = TransferOptions.usual().limit(Throttle.of(8_000_000));
  }

  @AfterEach
  void stop() throws IOException {
    server.close();
  }

  private Receipt download() throws FtpException {
    Site site = Site.at("127.0.0.1").port(server.port()).over(Tls.off());
    AtomicLong last = new AtomicLong();
    Progress progress =
        new Progress() {
          @Override
          public void begin(long from, long total) {
            last.set(from);
          }

          @Override
          public void at(long position) {
            // Whoever tells it, it grows.
            assertThat(position).isGreaterThanOrEqualTo(last.getAndSet(position));
            if (position > SIZE / 2) {
              halfWay.run();
            }
          }

          @Override
          public void startedOver(String why) {
            startedOver.add(why);
          }
        };
    try (Sessions sessions =
            Sessions.with(
                () -> FtpClient.connect(site), 4, Retries.none(), Sessions.Listener.NONE);
        Sessions.Lent lent = sessions.borrow()) {
      return Download.run(lent.client(), sessions, "f", target, options, progress, EAGER);
    }
  }

  private long retrievals() {
    return server.commands.stream().filter(c -> c.startsWith("RETR")).count();
  }

  private void isWhole() {
    assertThat(target).hasBinaryContent(content);
    assertThat(folder)
        .isDirectoryContaining(target::equals)
        .isDirectoryNotContaining(file -> !file.equals(target));
  }

  /// As a run leaves it that was killed.
  private void leave(int... haves) throws IOException {
    byte[] bytes = new byte[SIZE];
    try (PartJournal journal = PartJournal.begin(part, SIZE, REMOTE_TIME)) {
      for (int i = 0; i < haves.length; i += 2) {
        System.arraycopy(content, haves[i], bytes, haves[i], haves[i + 1] - haves[i]);
        journal.have(haves[i], haves[i + 1]);
      }
    }
    Files.write(part, bytes);
  }

  @Test
  void severalSessionsFetchOneFile() throws IOException {
    server.features.add("HASH SHA-256*");
    Receipt receipt = download();
    assertThat(receipt.size()).isEqualTo(SIZE);
    assertThat(receipt.verification().method()).isEqualTo("hash");
    isWhole();
    assertThat(retrievals()).isGreaterThan(1);
    assertThat(server.commands).anyMatch(c -> c.startsWith("REST"));
  }

  @Test
  void aServerThatTakesNoMoreSessionsMeansOne() throws IOException {
    server.room = 1;
    assertThat(download().moved()).isEqualTo(SIZE);
    isWhole();
    assertThat(retrievals()).isEqualTo(1);
  }

  @Test
  void aServerThatBeginsOnlyAtTheBeginningMeansOne() throws IOException {
    server.faults.add(Fault.NO_REST);
    assertThat(download().moved()).isEqualTo(SIZE);
    isWhole();
    assertThat(server.commands).anyMatch(c -> c.startsWith("REST"));
    assertThat(retrievals()).isEqualTo(1);
  }

  @Test
  void whatIsMissingIsFetched() throws IOException {
    leave(0, 1_000_000, 2_000_000, 3_000_000);
    options = options.segments(1);
    // The rest, and a little of what was there, to see whether it is the same.
    assertThat(download().moved()).isEqualTo(SIZE - 2_000_000 + 65_536);
    isWhole();
    assertThat(startedOver).isEmpty();
  }

  @Test
  void whatIsMissingIsFetchedOverSeveral() throws IOException {
    leave(0, 1_000_000, 2_000_000, 3_000_000);
    assertThat(download().moved()).isLessThan(SIZE);
    isWhole();
  }

  @Test
  void aLineThatWasBeingWrittenIsNotBelieved() throws IOException {
    leave(0, 1_000_000, 2_000_000, 3_000_000);
    Path journal = PartJournal.of(part);
    String text = Files.readString(journal);
    Files.writeString(journal, text.substring(0, text.length() - 2));
    options = options.segments(1);
    assertThat(download().moved()).isEqualTo(SIZE - 1_000_000 + 65_536);
    isWhole();
  }

  @Test
  void withoutItsJournalAFullPartIsNotBelieved() throws IOException {
    leave(0, 1_000_000, SIZE - 100_000, SIZE);
    Files.writeString(PartJournal.of(part), "wharf-part 1 00000000\n");
    assertThat(download().moved()).isGreaterThanOrEqualTo(SIZE);
    isWhole();
    assertThat(startedOver).hasSize(1);
  }

  @Test
  void aPartOfAFileThatHasChangedIsNone() throws IOException {
    leave(0, 1_000_000, 2_000_000, 3_000_000);
    server.modified = "20190102030405";
    assertThat(download().moved()).isGreaterThanOrEqualTo(SIZE);
    isWhole();
    assertThat(startedOver).singleElement().asString().contains("journal");
  }

  @Test
  void aPartWithAnotherEndIsNone() throws IOException {
    leave(0, 1_000_000, 2_000_000, 3_000_000);
    try (var file = Files.newByteChannel(part, StandardOpenOption.WRITE)) {
      int _ =
          file.position(999_999)
              .write(java.nio.ByteBuffer.wrap(new byte[] {(byte) (content[999_999] + 1)}));
    }
    assertThat(download().moved()).isGreaterThanOrEqualTo(SIZE);
    isWhole();
    assertThat(startedOver).hasSize(1);
  }

  @Test
  void aFileThatChangesMeanwhileIsNoFile() throws IOException {
    halfWay = () -> server.modified = "20210102030405";
    assertThatExceptionOfType(FtpException.Mismatch.class)
        .isThrownBy(this::download)
        .withMessageContaining("changed");
    assertThat(target).doesNotExist();
    halfWay = () -> {};
    assertThat(download().verified()).isTrue();
    isWhole();
    assertThat(startedOver).hasSize(1);
  }

  @Test
  void whatWasInterruptedGoesOn() throws IOException {
    Thread self = Thread.currentThread();
    halfWay = self::interrupt;
    assertThatExceptionOfType(FtpException.Cancelled.class).isThrownBy(this::download);
    assertThat(Thread.interrupted()).isTrue();
    assertThat(target).doesNotExist();
    assertThat(part).exists();
    halfWay = () -> {};
    assertThat(download().moved()).isLessThan(SIZE);
    isWhole();
    assertThat(startedOver).isEmpty();
  }
}
