package wharf.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.interfaces.ECPublicKey;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.FutureTask;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import wharf.net.TlsIdentity;

@Timeout(120)
class SelfSignedTest {
  @TempDir Path folder;

  @Test
  void isMadeOnceForItsOwnerAlone() throws Exception {
    Path state = folder.resolve("a/b");
    TlsIdentity made = SelfSigned.in(state);
    assertThat(permissions(state)).isEqualTo("rwx------");
    assertThat(permissions(state.resolve(SelfSigned.FILE))).isEqualTo("rw-------");
    try (Stream<Path> files = Files.list(state)) {
      assertThat(files).as("nothing else is left").hasSize(1);
    }
    assertThat(SelfSigned.in(state).fingerprint()).isEqualTo(made.fingerprint());
    assertThat(made.fingerprint()).matches("([0-9A-F]{2}:){31}[0-9A-F]{2}");
  }

  private static String permissions(Path file) throws Exception {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
  }

  @Test
  void isForThisMachineAndTenYears() throws Exception {
    TlsIdentity made = SelfSigned.in(folder);
    var certificate = made.certificate();
    assertThat(certificate.getSubjectAlternativeNames())
        .contains(List.of(2, "localhost"), List.of(7, "127.0.0.1"));
    assertThat(certificate.getPublicKey()).isInstanceOf(ECPublicKey.class);
    Duration lasts = Duration.between(Instant.now(), certificate.getNotAfter().toInstant());
    assertThat(lasts).isBetween(Duration.ofDays(3649), Duration.ofDays(3652));
    certificate.checkValidity();
    certificate.verify(certificate.getPublicKey());
  }

  @Test
  void twoStartsAtOnceGetTheSame() throws Exception {
    List<FutureTask<String>> starts = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      FutureTask<String> start = new FutureTask<>(() -> SelfSigned.in(folder).fingerprint());
      starts.add(start);
      Thread _ = Thread.ofVirtual().start(start);
    }
    List<String> got = new ArrayList<>();
    for (FutureTask<String> start : starts) {
      got.add(start.get());
    }
    assertThat(got).containsOnly(SelfSigned.in(folder).fingerprint());
  }

  @Test
  void aFileThatIsSpoiltIsToldAndKept() throws Exception {
    Path file = Files.writeString(folder.resolve(SelfSigned.FILE), "spoilt");
    assertThatThrownBy(() -> SelfSigned.in(folder))
        .isInstanceOf(TlsIdentity.Unusable.class)
        .hasMessageContaining(file.toString());
    assertThat(file).hasContent("spoilt");
  }
}
