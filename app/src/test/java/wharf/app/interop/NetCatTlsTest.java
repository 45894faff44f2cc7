package wharf.app.interop;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// `wharf nc --tls` with itself and with OpenSSL, each in both roles.
@Tag("interop")
@Timeout(180)
final class NetCatTlsTest {
  private static final String HERE = "127.0.0.1";
  private static final long LARGE = 5_000_000;

  @TempDir Path folder;

  private static String freePort() throws IOException {
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.ofLiteral(HERE))) {
      return Integer.toString(free.getLocalPort());
    }
  }

  private static void inOrder(Cat... cats) {
    for (Cat cat : cats) {
      assertThat(cat.exit()).as(cat.said()).isZero();
    }
  }

  @Test
  void wharfTalksWithItselfAndTheAnswerComesAfterTheEnd() throws IOException {
    try (Cat listens = Cat.wharf(folder, "-l", "--tls", "-w", "60", HERE, "0");
        Cat calls = Cat.wharf(folder, "--tls", "--insecure", HERE, listens.port())) {
      assertThat(listens.said()).containsPattern("SHA-256 fingerprint is ([0-9A-F]{2}:){31}");
      calls.type("question");
      calls.end();
      listens.awaitOutput("question");
      listens.type("answer");
      calls.awaitOutput("answer");
      listens.end();
      inOrder(listens, calls);
      assertThat(calls.said()).contains("TLSv1.3 with TLS_");
    }
  }

  @Test
  void largeContentGoesBothWaysAtOnce() throws IOException {
    Path up = Content.random(folder.resolve("up"), LARGE, 1);
    Path down = Content.random(folder.resolve("down"), LARGE + 77, 2);
    try (Cat listens = Cat.wharf(folder, down, "-l", "--tls", HERE, "0");
        Cat calls = Cat.wharf(folder, up, "--tls", "--insecure", HERE, listens.port())) {
      inOrder(listens, calls);
      assertThat(listens.digest()).isEqualTo(Content.sha256(up));
      assertThat(calls.digest()).isEqualTo(Content.sha256(down));
    }
  }

  /// OpenSSL's client sends, says that it has ended, and is gone: without having read a ticket.
  @ParameterizedTest
  @ValueSource(strings = {"-tls1_2", "-tls1_3"})
  void openSslSendsAndIsGone(String version) throws IOException {
    Path content = Content.random(folder.resolve("content"), LARGE, 3);
    // Its standard input stays open: OpenSSL's client goes as soon as its peer ends.
    try (Cat wharf = Cat.wharf(folder, "-l", "--tls", HERE, "0");
        Cat openssl =
            Cat.openssl(
                folder,
                content,
                client(wharf.port(), version, "-quiet", "-no_ign_eof", "-nocommands"))) {
      inOrder(openssl, wharf);
      assertThat(wharf.digest()).as(wharf.said()).isEqualTo(Content.sha256(content));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"-tls1_2", "-tls1_3"})
  void openSslReceives(String version) throws IOException {
    Path content = Content.random(folder.resolve("content"), LARGE, 4);
    try (Cat wharf = Cat.wharf(folder, content, "-l", "--tls", HERE, "0");
        Cat openssl = Cat.openssl(folder, client(wharf.port(), version, "-quiet"))) {
      inOrder(openssl, wharf);
      assertThat(openssl.digest()).isEqualTo(Content.sha256(content));
    }
  }

  private static String[] client(String port, String version, String... more) {
    String[] words = {"s_client", "-connect", HERE + ":" + port, version};
    return java.util.stream.Stream.of(words, more)
        .flatMap(java.util.Arrays::stream)
        .toArray(String[]::new);
  }

  /// One after another, as OpenSSL checks the certificate that was kept for the one before.
  @Test
  void oneAfterAnotherIsServedWithTheSameCertificate() throws IOException {
    try (Cat wharf = Cat.wharf(folder, "-l", "-k", "--tls", HERE, "0")) {
      String port = wharf.port();
      try (Cat plain = Cat.system(folder, "-N", HERE, port)) {
        plain.type("this is no TLS at all\n").end();
        wharf.awaitSaid("does it speak TLS");
        int _ = plain.exit();
      }
      String kept = folder.resolve("wharf/self-signed.pem").toString();
      for (String text : new String[] {"first ", "second"}) {
        try (Cat openssl =
            Cat.openssl(
                folder,
                client(
                    port,
                    "-tls1_3",
                    "-quiet",
                    "-no_ign_eof",
                    "-CAfile",
                    kept,
                    "-verify_return_error",
                    "-verify_hostname",
                    "localhost"))) {
          openssl.type(text).end();
          inOrder(openssl);
        }
      }
      wharf.awaitOutput("first second");
      assertThat(wharf.stop()).isEqualTo(143);
    }
  }

  /// With a key and a certificate of OpenSSL's making, in its way of writing them.
  @ParameterizedTest
  @ValueSource(strings = {"rsa:2048", "ec"})
  void aGivenCertificateIsShown(String kind) throws IOException {
    Path key = folder.resolve("key.pem");
    Path certificate = folder.resolve("cert.pem");
    make(kind, key, certificate);
    Path content = Content.random(folder.resolve("content"), 100_000, 5);
    try (Cat wharf =
            Cat.wharf(
                folder,
                content,
                "-l",
                "--tls",
                "--cert",
                "cert.pem",
                "--key",
                "key.pem",
                HERE,
                "0");
        Cat openssl =
            Cat.openssl(
                folder,
                client(
                    wharf.port(),
                    "-tls1_3",
                    "-quiet",
                    "-CAfile",
                    certificate.toString(),
                    "-verify_return_error"))) {
      inOrder(openssl, wharf);
      assertThat(openssl.digest()).isEqualTo(Content.sha256(content));
    }
    Path old = folder.resolve("old.pem");
    String algorithm = kind.equals("ec") ? "ec" : "rsa";
    // EC keys are written in the older way by this command, RSA keys with -traditional.
    String[] words =
        kind.equals("ec")
            ? new String[] {algorithm, "-in", key.toString(), "-out", old.toString()}
            : new String[] {
              algorithm, "-traditional", "-in", key.toString(), "-out", old.toString()
            };
    try (Cat converts = Cat.openssl(folder, words)) {
      inOrder(converts);
    }
    try (Cat wharf =
        Cat.wharf(folder, "-l", "--tls", "--cert", "cert.pem", "--key", "old.pem", HERE, "0")) {
      assertThat(wharf.exit()).isEqualTo(8);
      assertThat(wharf.said()).contains("openssl pkcs8 -topk8 -nocrypt -in");
    }
  }

  private void make(String kind, Path key, Path certificate) throws IOException {
    String[] words = {
      "req",
      "-x509",
      "-newkey",
      kind,
      "-nodes",
      "-subj",
      "/CN=localhost",
      "-days",
      "2",
      "-keyout",
      key.toString(),
      "-out",
      certificate.toString()
    };
    String[] curve =
        kind.equals("ec") ? new String[] {"-pkeyopt", "ec_paramgen_curve:P-256"} : new String[0];
    try (Cat makes =
        Cat.openssl(
            folder,
            java.util.stream.Stream.of(words, curve)
                .flatMap(java.util.Arrays::stream)
                .toArray(String[]::new))) {
      inOrder(makes);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"-tls1_2", "-tls1_3"})
  void wharfCallsOpenSsl(String version) throws IOException {
    Path key = folder.resolve("key.pem");
    Path certificate = folder.resolve("cert.pem");
    make("ec", key, certificate);
    String port = freePort();
    try (Cat openssl =
        Cat.openssl(
            folder,
            "s_server",
            "-accept",
            HERE + ":" + port,
            "-naccept",
            "1",
            "-cert",
            certificate.toString(),
            "-key",
            key.toString(),
            "-rev",
            version)) {
      Harbour.await("s_server", () -> openssl.output().contains("ACCEPT"));
      try (Cat wharf = Cat.wharf(folder, "--tls", "--insecure", HERE, port)) {
        wharf.type("hello\n");
        wharf.awaitOutput("olleh\n");
        wharf.end();
        int code = wharf.exit();
        assertThat(code).as(wharf.said()).isZero();
        assertThat(wharf.said()).contains(version.equals("-tls1_2") ? "TLSv1.2" : "TLSv1.3");
      }
    }
  }

  @Test
  void aPeerThatNeverBeginsIsGivenUp() throws IOException {
    try (Cat wharf = Cat.wharf(folder, "-l", "--tls", "-w", "1", HERE, "0");
        Cat silent = Cat.system(folder, HERE, wharf.port())) {
      assertThat(wharf.exit()).isEqualTo(9);
      assertThat(wharf.said()).contains("no TLS with").contains("nothing came for 1 s");
      silent.end();
    }
  }
}
