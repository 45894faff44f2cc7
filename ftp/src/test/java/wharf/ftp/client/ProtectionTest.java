package wharf.ftp.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;
import wharf.ftp.client.FaultyServer.Fault;

/// TLS, when the server or somebody between misbehaves.
@Timeout(60)
class ProtectionTest {
  private static TestCertificate own;
  private static TestCertificate other;

  private final byte[] content = new byte[1_000_001];
  private FaultyServer server;

  @BeforeAll
  static void certificates(@TempDir Path folder) throws Exception {
    own = TestCertificate.make(folder, "own");
    other = TestCertificate.make(folder, "other");
  }

  @BeforeEach
  void start() throws IOException {
    server = new FaultyServer();
    server.identity = own.server();
    server.stranger = other.server();
    new Random(1).nextBytes(content);
    server.files.put("f", content);
  }

  @AfterEach
  void stop() throws IOException {
    server.close();
  }

  private Site site(Tls.Mode mode, Trust trust) {
    return Site.at("localhost")
        .port(server.port())
        .over(new Tls(mode, trust))
        .within(Duration.ofSeconds(20));
  }

  private FtpClient connect(Tls.Mode mode) throws FtpException {
    return FtpClient.connect(site(mode, Trust.pinned(own.fingerprint())));
  }

  private FtpException.Untrusted isUntrusted(ThrowingCallable call) {
    return assertThatExceptionOfType(FtpException.Untrusted.class).isThrownBy(call).actual();
  }

  private void nobodyLoggedIn() {
    assertThat(server.commands).noneMatch(c -> c.startsWith("USER") || c.startsWith("PASS"));
  }

  private static byte[] fetched(FtpClient client) throws FtpException {
    ByteArrayOutputStream into = new ByteArrayOutputStream();
    Moved _ = client.retrieve("f", 0, Channels.newChannel(into), Progress.NONE);
    return into.toByteArray();
  }

  private static Moved sent(FtpClient client, byte[] bytes) throws FtpException {
    return client.store("up", Channels.newChannel(new ByteArrayInputStream(bytes)), Progress.NONE);
  }

  // What is agreed on.

  @ParameterizedTest
  @EnumSource(mode = Mode.EXCLUDE, names = "OFF")
  void bothConnectionsAreProtected(Tls.Mode mode) throws FtpException {
    server.implicit = mode == Tls.Mode.IMPLICIT;
    try (FtpClient client = connect(mode)) {
      for (int i = 0; i < 3; i++) {
        assertThat(fetched(client)).isEqualTo(content);
        assertThat(sent(client, content).reply().code()).isEqualTo(226);
        assertThat(server.files.get("up")).isEqualTo(content);
        assertThat(client.list("")).hasSize(2);
      }
      Protection protection = client.protection().orElseThrow();
      assertThat(protection.protocol()).isEqualTo("TLSv1.3");
      assertThat(protection.cipher()).startsWith("TLS_");
      assertThat(protection.fingerprint()).isEqualTo(own.fingerprint());
    }
    assertThat(server.commands).containsSubsequence("PBSZ 0", "PROT P");
    assertThat(server.commands.contains("AUTH TLS")).isEqualTo(!server.implicit);
  }

  @Test
  void offIsOff() throws FtpException {
    try (FtpClient client = connect(Tls.Mode.OFF)) {
      assertThat(fetched(client)).isEqualTo(content);
      assertThat(client.protection()).isEmpty();
    }
    assertThat(server.commands).doesNotContain("AUTH TLS");
  }

  @Test
  void whoPrefersItGoesWithoutWhereThereIsNone() throws FtpException {
    server.identity = null;
    try (FtpClient client = connect(Tls.Mode.PREFER)) {
      assertThat(fetched(client)).isEqualTo(content);
      assertThat(client.protection()).isEmpty();
    }
  }

  @Test
  void whoMustHaveItDoesNotLogInWithoutIt() {
    server.identity = null;
    assertThat(isUntrusted(() -> connect(Tls.Mode.REQUIRE))).hasMessageContaining("offers no TLS");
    nobodyLoggedIn();
  }

  @Test
  void aServerDoesNotForgetTls() throws FtpException {
    Traits traits = new Traits();
    Site site = site(Tls.Mode.PREFER, Trust.anybody());
    FtpClient.connect(site, traits).close();
    server.commands.clear();
    server.identity = null;
    isUntrusted(() -> FtpClient.connect(site, traits));
    nobodyLoggedIn();
  }

  @Test
  void aPortWithoutImplicitTlsIsNoReasonToHang() {
    assertThat(isUntrusted(() -> connect(Tls.Mode.IMPLICIT))).hasMessageContaining("explicit TLS");
    nobodyLoggedIn();
  }

  @Test
  void dataInTheClearIsNotWhatWasAskedFor() {
    server.faults.add(Fault.NO_PROT);
    assertThat(isUntrusted(() -> connect(Tls.Mode.PREFER)))
        .hasMessageContaining("not what is moved");
  }

  // Who is believed.

  @Test
  void whomNobodyVouchesForIsNotBelieved() {
    assertThat(isUntrusted(() -> FtpClient.connect(site(Tls.Mode.PREFER, Trust.authorities()))))
        .hasMessageContaining(own.fingerprint());
    nobodyLoggedIn();
  }

  @Test
  void anotherThanTheOneThatWasPinnedIsNotBelieved() {
    server.identity = other.server();
    assertThat(isUntrusted(() -> connect(Tls.Mode.REQUIRE)))
        .hasMessageContaining(own.fingerprint())
        .hasMessageContaining(other.fingerprint());
    nobodyLoggedIn();
  }

  /// What authorities say, for those who know the server's own certificate as one.
  private Trust vouchedFor() {
    return new Trust() {
      @Override
      public void check(Offer offer) throws FtpException {
        Trust.authorities().check(offer);
      }

      @Override
      public List<X509Certificate> vouching() {
        return List.of(own.certificate());
      }
    };
  }

  @Test
  void whoIsVouchedForIsBelievedUnderTheRightName() throws FtpException {
    try (FtpClient client = FtpClient.connect(site(Tls.Mode.REQUIRE, vouchedFor()))) {
      assertThat(fetched(client)).isEqualTo(content);
      assertThat(client.protection()).isPresent();
    }
    Site byAddress =
        Site.at("127.0.0.1").port(server.port()).over(new Tls(Tls.Mode.REQUIRE, vouchedFor()));
    server.commands.clear();
    isUntrusted(() -> FtpClient.connect(byAddress));
    nobodyLoggedIn();
  }

  @Test
  void aDataConnectionOfSomebodyElseIsNotUsed() throws FtpException {
    server.faults.add(Fault.STRANGER);
    try (FtpClient client = connect(Tls.Mode.REQUIRE)) {
      assertThat(isUntrusted(() -> sent(client, content)))
          .hasMessageContaining("another certificate");
    }
    assertThat(server.files).doesNotContainKey("up");
  }

  @Test
  void aServerThatIsAnotherInTheNextSessionIsNotTalkedTo() throws FtpException {
    Site site = site(Tls.Mode.REQUIRE, Trust.pinned(own.fingerprint()));
    try (Sessions sessions = Sessions.with(site, 2)) {
      try (Sessions.Lent first = sessions.borrow()) {
        assertThat(fetched(first.client())).isEqualTo(content);
        server.identity = other.server();
        long said = server.commands.stream().filter(line -> line.startsWith("USER")).count();
        isUntrusted(sessions::borrow);
        assertThat(server.commands).filteredOn(line -> line.startsWith("USER")).hasSize((int) said);
      }
      // Nobody gets another now.
      isUntrusted(() -> sessions.run(client -> client.size("f")));
    }
  }

  // Who stands between.

  @ParameterizedTest
  @EnumSource(names = {"TLS_INJECTED", "TLS_STOPS", "NO_TLS_AFTER_ALL"})
  void aHandshakeThatIsDisturbedEndsTheSession(Fault fault) {
    server.faults.add(fault);
    isUntrusted(() -> connect(Tls.Mode.PREFER));
    nobodyLoggedIn();
  }

  @Test
  void aDownloadThatDidNotEndInOrderIsWholeIfItIsAsLongAsTheFile() throws FtpException {
    server.faults.add(Fault.NO_CLOSE_NOTIFY);
    try (FtpClient client = connect(Tls.Mode.REQUIRE)) {
      assertThat(fetched(client)).isEqualTo(content);
      server.faults.add(Fault.SHORT_BUT_COMPLETE);
      assertThatExceptionOfType(FtpException.Incomplete.class).isThrownBy(() -> fetched(client));
      server.faults.remove(Fault.SHORT_BUT_COMPLETE);
      server.faults.add(Fault.NO_SIZE);
      assertThatExceptionOfType(FtpException.Incomplete.class).isThrownBy(() -> fetched(client));
      assertThatExceptionOfType(FtpException.Incomplete.class).isThrownBy(() -> client.list(""));
      assertThat(client.usable()).isTrue();
    }
  }

  @Test
  void anUploadIsNotLostToAServerThatSaysNoGoodbye() throws FtpException {
    server.faults.add(Fault.NO_GOODBYE);
    try (FtpClient client = connect(Tls.Mode.REQUIRE)) {
      assertThat(sent(client, Arrays.copyOf(content, 10)).bytes()).isEqualTo(10);
    }
    assertThat(server.files.get("up")).hasSize(10);
  }
}
