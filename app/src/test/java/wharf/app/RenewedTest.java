package wharf.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RenewedTest {
  private static final Instant FIRST = Instant.parse("2026-01-01T00:00:00Z");

  @TempDir Path folder;
  private final AtomicLong now = new AtomicLong();
  private int made;
  private boolean broken;
  private Path file;
  private SSLContext first;
  private Renewed renewed;

  @BeforeEach
  void start() throws IOException {
    file = Files.createFile(folder.resolve("cert"));
    change(0);
    first = context();
    renewed =
        new Renewed(
            first, List.of(file), this::make, now::get, System.getLogger("wharf.app.RenewedTest"));
  }

  private static SSLContext context() {
    try {
      return SSLContext.getInstance("TLS");
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every JDK has TLS", e);
    }
  }

  private SSLContext make() throws IOException {
    made++;
    if (broken) {
      throw new IOException("half of it is there");
    }
    return context();
  }

  private void change(int second) throws IOException {
    Files.setLastModifiedTime(file, FileTime.from(FIRST.plusSeconds(second)));
  }

  private SSLContext afterALook() {
    now.addAndGet(Renewed.LOOK.toNanos());
    return renewed.get();
  }

  @Test
  void isTheSameWhileTheFileIs() {
    assertThat(renewed.get()).isSameAs(first);
    assertThat(afterALook()).isSameAs(first);
    assertThat(made).isZero();
  }

  @Test
  void isAnotherWhenTheFileHasChangedButNotSooner() throws IOException {
    change(1);
    assertThat(renewed.get()).isSameAs(first);
    SSLContext second = afterALook();
    assertThat(second).isNotSameAs(first);
    assertThat(afterALook()).isSameAs(second);
    assertThat(made).isEqualTo(1);
  }

  @Test
  void staysWhileTheNewOneCannotBeUsed() throws IOException {
    broken = true;
    change(1);
    assertThat(afterALook()).isSameAs(first);
    assertThat(afterALook()).isSameAs(first);
    assertThat(made).as("tried each time").isEqualTo(2);
    // What was wrong may be nothing that changes the time of the file.
    broken = false;
    SSLContext second = afterALook();
    assertThat(second).isNotSameAs(first);
    assertThat(afterALook()).isSameAs(second);
  }

  @Test
  void staysWhileThereIsNoFile() throws IOException {
    Files.delete(file);
    assertThat(afterALook()).isSameAs(first);
    Files.createFile(file);
    assertThat(afterALook()).isNotSameAs(first);
    assertThat(made).isEqualTo(1);
  }
}
