package wharf.app;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.channels.Channels;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import wharf.net.TlsIdentity;

/// `serve` and TLS: what is said of it, and what is told.
@Timeout(120)
class TlsOptionsTest {
  private static final InetAddress HERE = InetAddress.getLoopbackAddress();

  @TempDir Path folder;

  @BeforeEach
  void make() throws IOException {
    Files.createDirectory(folder.resolve("served"));
  }

  private Started serve(String... options) throws IOException {
    String[] all = {"serve", "served", "--port", "0", "--bind", "127.0.0.1"};
    return new Started(folder, Stream.of(all, options).flatMap(Stream::of).toArray(String[]::new));
  }

  /// What is said until it is ready.
  private static List<String> banner(Started server) throws IOException {
    List<String> lines = new ArrayList<>();
    do {
      String line = server.out.readLine();
      assertThat(line).as("%s, %s", lines, server.err()).isNotNull();
      lines.add(line);
    } while (!lines.getLast().startsWith("Ready"));
    return lines;
  }

  private static int port(List<String> banner, String scheme) {
    Pattern url = Pattern.compile("  " + scheme + "://127\\.0\\.0\\.1:(\\d+)/");
    return banner.stream()
        .map(url::matcher)
        .filter(matcher -> matcher.matches())
        .map(matcher -> Integer.parseInt(matcher.group(1)))
        .findFirst()
        .orElseThrow(() -> new AssertionError("no " + scheme + " in " + banner));
  }

  private static String fingerprint(List<String> banner) {
    return banner.stream()
        .filter(line -> line.startsWith("Certificate: "))
        .map(line -> line.substring(line.lastIndexOf(' ') + 1))
        .findFirst()
        .orElseThrow(() -> new AssertionError("no certificate in " + banner));
  }

  /// The replies to some commands, each of one line, the greeting first.
  private static List<String> ask(int port, String... commands) throws IOException {
    try (Socket client = new Socket(HERE, port)) {
      client.setSoTimeout(30_000);
      BufferedReader in = new BufferedReader(new InputStreamReader(client.getInputStream(), UTF_8));
      List<String> replies = new ArrayList<>();
      replies.add(in.readLine());
      for (String command : commands) {
        client.getOutputStream().write((command + "\r\n").getBytes(UTF_8));
        replies.add(in.readLine());
      }
      return replies;
    }
  }

  /// Asks again and again; the test's own limit ends it.
  private static void await(Callable<Boolean> condition) throws Exception {
    while (!condition.call()) {
      LockSupport.parkNanos(Duration.ofMillis(20).toNanos());
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          --tls sometimes | expected one of [OFF, ALLOW, REQUIRE]
          --tls-data perhaps | expected one of [AUTO, REQUIRE, OFF]
          --ftps-port 65536 | --ftps-port is 0 to 65535, not 65536
          --port 2121 --ftps-port 2121 | --port and --ftps-port are two ports
          --tls off --ftps-port 0 | --tls off leaves no use for
          --tls off --cert c --key c | --tls off leaves no use for
          --tls off --tls-data auto | --tls off leaves no use for
          --tls off --client-certs required --client-ca c | --tls off leaves no use for
          --cert c | say both --cert and --key
          --key c | say both --cert and --key
          --client-certs required | and --client-ca FILE, go together
          --client-ca c | and --client-ca FILE, go together
          --client-certs off --client-ca c | and --client-ca FILE, go together
          """)
  void whatDoesNotAgreeIsOneSentence(String options, String sentence) {
    Ran ran =
        Ran.wharf(
            Channels.newChannel(new ByteArrayInputStream(new byte[0])),
            folder,
            ("serve served " + options).split(" ", -1));
    assertThat(ran.code()).as(ran.err()).isEqualTo(2);
    assertThat(ran.err()).startsWith("wharf: ").contains(sentence).contains("help serve");
    assertThat(ran.out()).isEmpty();
    assertThat(folder.resolve("state")).as("nothing was made").doesNotExist();
  }

  @Test
  void theBannerTellsTheCertificateWhichIsKept() throws Exception {
    String first;
    try (Started server = serve("--ftps-port", "0", "--writable")) {
      List<String> banner = banner(server);
      assertThat(server.err()).contains("wharf: making a certificate for TLS, once");
      assertThat(banner.getFirst()).endsWith(" over FTP.");
      assertThat(banner).anyMatch(line -> line.startsWith("Certificate: self-signed, SHA-256"));
      assertThat(banner).anyMatch(line -> line.contains("do not ask for TLS can be read"));
      first = fingerprint(banner);
      assertThat(TlsPeek.at(port(banner, "ftps")).fingerprint()).isEqualTo(first);
      assertThat(ask(port(banner, "ftp"), "AUTH TLS").getLast()).startsWith("234 ");
      assertThat(server.stop()).isZero();
    }
    try (Started server = serve("--ftps-port", "0")) {
      List<String> banner = banner(server);
      assertThat(fingerprint(banner)).isEqualTo(first);
      assertThat(TlsPeek.at(port(banner, "ftps")).fingerprint()).isEqualTo(first);
      assertThat(server.err()).doesNotContain("making");
      assertThat(server.stop()).isZero();
    }
  }

  @Test
  void requiredItIsTheOnlyWayIn() throws Exception {
    try (Started server = serve("--tls", "require", "--writable")) {
      List<String> banner = banner(server);
      assertThat(banner.getFirst()).endsWith(" over FTP, under TLS only.");
      assertThat(banner).noneMatch(line -> line.contains("can be read on the way"));
      assertThat(ask(port(banner, "ftp"), "USER ftp").getLast()).startsWith("530 ");
    }
  }

  @Test
  void switchedOffThereIsNone() throws Exception {
    try (Started server = serve("--tls", "off", "--writable")) {
      List<String> banner = banner(server);
      assertThat(banner).contains("FTP does not encrypt: passwords can be read on the way.");
      assertThat(banner).noneMatch(line -> line.startsWith("Certificate"));
      assertThat(ask(port(banner, "ftp"), "AUTH TLS").getLast()).startsWith("502 ");
      assertThat(folder.resolve("state/self-signed.pem")).as("none is made").doesNotExist();
    }
  }

  @Test
  void withoutAPlaceToKeepACertificateItGoesOnUnlessTlsWasAskedFor() throws Exception {
    Path state = Files.writeString(folder.resolve("state"), "no folder");
    try (Started server = serve("--writable")) {
      List<String> banner = banner(server);
      assertThat(server.err().lines().filter(line -> line.contains("there is no TLS")))
          .singleElement()
          .asString()
          .contains(state + " is no folder", "give one with --cert and --key");
      assertThat(banner).contains("FTP does not encrypt: passwords can be read on the way.");
      assertThat(ask(port(banner, "ftp"), "AUTH TLS", "USER ftp").get(1)).startsWith("502 ");
      assertThat(server.stop()).isZero();
    }
    for (String asked : new String[] {"--tls=allow", "--tls=require", "--ftps-port=0"}) {
      try (Started server = serve(asked)) {
        assertThat(server.code()).as(asked).isEqualTo(8);
        assertThat(server.err()).contains(state + " is no folder", "with --cert and --key");
        assertThat(server.out.readLine()).isNull();
      }
    }
  }

  private TlsIdentity made(String name, String... more) throws Exception {
    Path store = folder.resolve(name + ".p12");
    List<String> words = new ArrayList<>(List.of(ThisProgram.tool("keytool"), "-genkeypair"));
    words.addAll(List.of("-keyalg", "EC", "-dname", "CN=" + name, "-storetype", "PKCS12"));
    words.addAll(List.of("-storepass", TlsPeek.PASSWORD, "-keystore", store.toString()));
    words.addAll(List.of(more));
    Process keytool = new ProcessBuilder(words).redirectErrorStream(true).start();
    assertThat(keytool.waitFor(60, TimeUnit.SECONDS)).isTrue();
    TlsIdentity identity = TlsIdentity.ofPkcs12(store, TlsPeek.PASSWORD.toCharArray());
    Files.writeString(folder.resolve(name + ".pem"), identity.pem());
    return identity;
  }

  @Test
  void aGivenCertificateIsShown() throws Exception {
    TlsIdentity given = made("given");
    String[] options = {"--cert", "given.pem", "--key", "given.pem", "--ftps-port", "0"};
    try (Started server = serve(options)) {
      List<String> banner = banner(server);
      assertThat(banner).contains("Certificate: SHA-256 fingerprint " + given.fingerprint());
      assertThat(TlsPeek.at(port(banner, "ftps")).fingerprint()).isEqualTo(given.fingerprint());
      assertThat(server.err()).doesNotContain("not now");
      assertThat(folder.resolve("state/self-signed.pem")).as("none is made").doesNotExist();
    }
  }

  /// Which of them, the client says in the handshake, or by HOST before it; else the first.
  @Test
  void eachHostHasItsOwn() throws Exception {
    TlsIdentity first = made("first", "-ext", "SAN=DNS:a.example");
    TlsIdentity second = made("second", "-ext", "SAN=DNS:b.example,DNS:*.c.example");
    String[] options = {
      "--cert",
      "first.pem",
      "--key",
      "first.pem",
      "--cert=second.pem",
      "--key=second.pem",
      "--ftps-port",
      "0"
    };
    try (Started server = serve(options)) {
      List<String> banner = banner(server);
      assertThat(banner).contains("Certificate: SHA-256 fingerprint " + first.fingerprint());
      assertThat(banner).contains("Certificate: SHA-256 fingerprint " + second.fingerprint());
      int implicit = port(banner, "ftps");
      assertThat(TlsPeek.shownTo(implicit, "127.0.0.1")).isEqualTo(first.fingerprint());
      assertThat(TlsPeek.shownTo(implicit, "a.example")).isEqualTo(first.fingerprint());
      assertThat(TlsPeek.shownTo(implicit, "B.example")).isEqualTo(second.fingerprint());
      assertThat(TlsPeek.shownTo(implicit, "ftp.c.example")).isEqualTo(second.fingerprint());
      assertThat(TlsPeek.shownTo(implicit, "c.example")).isEqualTo(first.fingerprint());
      assertThat(TlsPeek.shownTo(implicit, "d.example")).isEqualTo(first.fingerprint());
      int explicit = port(banner, "ftp");
      assertThat(TlsPeek.shownTo(explicit, "127.0.0.1", "HOST b.example", "AUTH TLS"))
          .isEqualTo(second.fingerprint());
      assertThat(TlsPeek.shownTo(explicit, "127.0.0.1", "HOST [::1]", "AUTH TLS"))
          .isEqualTo(first.fingerprint());
      // The handshake has the last word.
      assertThat(TlsPeek.shownTo(explicit, "a.example", "HOST b.example", "AUTH TLS"))
          .isEqualTo(first.fingerprint());
    }
    try (Started server = serve("--cert", "first.pem", "--cert=second.pem", "--key=second.pem")) {
      assertThat(server.code()).isEqualTo(2);
      assertThat(server.err()).contains("a certificate and its key go together");
    }
  }

  @Test
  void oneThatWasRenewedIsShownWithoutARestart() throws Exception {
    TlsIdentity _ = made("given");
    TlsIdentity renewed = made("renewed");
    String[] options = {"--cert", "given.pem", "--key", "given.pem", "--ftps-port", "0"};
    try (Started server = serve(options)) {
      int port = port(banner(server), "ftps");
      Path file = folder.resolve("given.pem");
      Files.move(folder.resolve("renewed.pem"), file, StandardCopyOption.REPLACE_EXISTING);
      // It may have been written within the same tick of the file system's clock.
      Files.setLastModifiedTime(file, FileTime.from(Instant.now().plusSeconds(10)));
      await(() -> TlsPeek.at(port).fingerprint().equals(renewed.fingerprint()));
      assertThat(server.err()).contains("the certificate has changed, and is shown from now on");
      Files.writeString(file, "spoilt");
      Files.setLastModifiedTime(file, FileTime.from(Instant.now().plusSeconds(20)));
      await(
          () -> {
            assertThat(TlsPeek.at(port).fingerprint()).isEqualTo(renewed.fingerprint());
            return server.err().contains("the old one is shown still: there is no certificate in");
          });
    }
  }

  @Test
  void oneThatIsOutOfDateIsComplainedOf() throws Exception {
    TlsIdentity _ = made("old", "-startdate", "-10d", "-validity", "2");
    try (Started server = serve("--cert", "old.pem", "--key", "old.pem")) {
      assertThat(banner(server)).anyMatch(line -> line.startsWith("Certificate: "));
      assertThat(server.err()).contains("and not now: clients will refuse it");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "--tls=allow"})
  void oneThatCannotBeUsedIsNamed(String more) throws Exception {
    TlsIdentity _ = made("one");
    TlsIdentity _ = made("two");
    Files.writeString(folder.resolve("text"), "no certificate");
    String[] always = more.isEmpty() ? new String[0] : new String[] {more};
    assertRefused("there is no certificate in " + folder.resolve("text"), always, "text", "text");
    assertRefused(
        "there is no private key in " + folder.resolve("text"), always, "one.pem", "text");
    assertRefused("there is no file " + folder.resolve("gone"), always, "gone", "gone");
    assertRefused(
        "the key in %s is not that of the first certificate in %s, which is for CN=one"
            .formatted(folder.resolve("two.pem"), folder.resolve("one.pem")),
        always,
        "one.pem",
        "two.pem");
  }

  private void assertRefused(String sentence, String[] always, String certificate, String key)
      throws Exception {
    String[] given = {"--cert", certificate, "--key", key};
    try (Started server =
        serve(Stream.of(always, given).flatMap(Stream::of).toArray(String[]::new))) {
      assertThat(server.code()).isEqualTo(8);
      assertThat(server.err()).contains("wharf: " + sentence).doesNotContain("Exception");
      assertThat(server.out.readLine()).isNull();
    }
  }

  /// The certificates of clients: the one that is vouched for is let in.
  @Test
  void clientsMayHaveToShowACertificate() throws Exception {
    TlsIdentity known = made("known");
    TlsIdentity _ = made("stranger");
    Path stranger = folder.resolve("stranger.p12");
    Path friend = folder.resolve("known.p12");
    Files.writeString(folder.resolve("known.crt"), known.pem().replaceAll("(?s)^.*KEY-----\n", ""));
    String[] required = {"--ftps-port=0", "--client-certs=required", "--client-ca=known.crt"};
    try (Started server = serve(required)) {
      int port = port(banner(server), "ftps");
      assertThat(TlsPeek.at(port, friend).greeting()).startsWith("220 ");
      assertThat(TlsPeek.at(port, stranger).greeting()).isNull();
      assertThat(TlsPeek.at(port).greeting()).isNull();
    }
    Files.writeString(folder.resolve("password"), "not that");
    String[] optional = {
      "--ftps-port=0",
      "--client-certs=optional",
      "--client-ca=known.crt",
      "--user=known",
      "--password-file=password"
    };
    try (Started server = serve(optional)) {
      int port = port(banner(server), "ftps");
      assertThat(TlsPeek.at(port, friend).greeting()).startsWith("220 ");
      assertThat(TlsPeek.at(port).greeting()).startsWith("220 ");
      // And it proves who they are.
      assertThat(TlsPeek.saying(port, friend, "USER known").greeting()).startsWith("232 ");
      assertThat(TlsPeek.saying(port, friend, "USER other").greeting()).startsWith("331 ");
      assertThat(TlsPeek.saying(port, null, "USER known").greeting()).startsWith("331 ");
    }
  }

  @Test
  void whatIsTakenIsSaidOfTheRightPort() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, HERE);
        Started server = serve("--ftps-port", "" + taken.getLocalPort())) {
      assertThat(server.code()).isEqualTo(1);
      assertThat(server.err())
          .contains("port " + taken.getLocalPort() + " is taken")
          .contains("choose another with --ftps-port");
    }
  }
}
