package wharf.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class LogFileTest {
  @TempDir Path folder;

  private final ConcurrentLinkedQueue<String> problems = new ConcurrentLinkedQueue<>();
  private final Logger logger = Logger.getLogger("wharf.log");
  private final Handler handler =
      new Handler() {
        private final SimpleFormatter format = new SimpleFormatter();

        @Override
        public void publish(LogRecord record) {
          problems.add(format.formatMessage(record));
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
      };

  @BeforeEach
  void listen() {
    logger.addHandler(handler);
    logger.setUseParentHandlers(false);
  }

  @AfterEach
  void listenNoMore() {
    logger.removeHandler(handler);
    logger.setUseParentHandlers(true);
  }

  private static LogFile at(Path file) throws IOException {
    return LogFile.at(file, lost -> "lost " + lost);
  }

  @Test
  void linesAreAddedForTheOwnerAlone() throws IOException {
    Path file = folder.resolve("log");
    for (int i = 0; i < 2; i++) {
      try (LogFile log = at(file)) {
        log.add("a");
        log.add("ü");
      }
    }
    assertThat(file).hasContent("a\nü\na\nü\n");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");
    assertThat(problems).isEmpty();
  }

  /// As two worker processes have it.
  @Test
  void severalWriteWholeLines() throws Exception {
    Path file = folder.resolve("log");
    String line = "x".repeat(5000);
    List<Thread> writers = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      writers.add(
          Thread.ofPlatform()
              .start(
                  () -> {
                    try (LogFile log = at(file)) {
                      for (int j = 0; j < 300; j++) {
                        log.add(line);
                      }
                    } catch (IOException e) {
                      problems.add(e.toString());
                    }
                  }));
    }
    for (Thread writer : writers) {
      writer.join();
    }
    assertThat(problems).isEmpty();
    assertThat(Files.readAllLines(file)).hasSize(1200).containsOnly(line);
  }

  @Test
  void whatWasMovedAwayIsMadeAnew() throws Exception {
    Path file = folder.resolve("log");
    Path old = folder.resolve("log.1");
    try (LogFile log = at(file)) {
      log.add("first");
      await(file, "first\n");
      Files.move(file, old);
      int i = 0;
      // It looks once a second, when there is something to write.
      while (!Files.exists(file)) {
        log.add("line " + i++);
        Thread.sleep(20);
      }
    }
    assertThat(Files.readString(old)).startsWith("first\nline 0\n");
    assertThat(Files.readString(file)).startsWith("line ").doesNotContain("line 0\n");
    assertThat(problems).isEmpty();
  }

  @Test
  void itIsOpenedAnewWhenAsked() throws Exception {
    Path file = folder.resolve("log");
    Path old = folder.resolve("log.1");
    try (LogFile log = at(file)) {
      log.add("first");
      await(file, "first\n");
      Files.move(file, old);
      log.reopen();
      log.add("second");
    }
    assertThat(old).hasContent("first\n");
    assertThat(file).hasContent("second\n");
  }

  private static void await(Path file, String content) throws Exception {
    while (!Files.readString(file).equals(content)) {
      Thread.sleep(1);
    }
  }

  @Test
  void aFullDisk() throws IOException {
    LogFile log = at(Path.of("/dev/full"));
    log.add("a");
    log.add("b");
    log.add("c");
    log.close();
    log.add("d");
    assertThat(log.missing()).isEqualTo(4);
    assertThat(problems)
        .containsExactly(
            "/dev/full cannot be written: No space left on device; lines are dropped, and counted,"
                + " until it can");
  }

  /// Nobody reads what is written into the pipe: so nothing more can be.
  @Test
  void aDiskThatIsTooSlow() throws Exception {
    Path pipe = folder.resolve("pipe");
    assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor()).isZero();
    String line = "x".repeat(100_000);
    int most = LogFile.WAITING_LIMIT / line.length();
    String all;
    try (RandomAccessFile reader = new RandomAccessFile(pipe.toFile(), "rw")) {
      long began = System.nanoTime();
      LogFile log = at(pipe);
      int added = most + 500;
      for (int i = 0; i < added; i++) {
        log.add(line);
      }
      assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(10));
      assertThat(problems)
          .containsExactly(pipe + " is written too slowly: lines are dropped, and counted");
      Thread reading =
          Thread.ofPlatform()
              .start(
                  () -> {
                    byte[] part = new byte[1 << 16];
                    try {
                      while (reader.read(part) > 0) {}
                    } catch (IOException closed) {
                      // The test is over.
                    }
                  });
      log.add("last");
      log.close();
      assertThat(problems).anyMatch(problem -> problem.matches(".* is written again; .*"));
      assertThat(reading).isNotNull();
      all = String.join("\n", problems);
    }
    assertThat(all).contains("it lacks ");
  }
}
