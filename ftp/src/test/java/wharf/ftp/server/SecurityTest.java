package wharf.ftp.server;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.nio.file.Path;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/// Sessions under TLS (RFC 4217), and those who would deceive them.
class SecurityTest {
  private static final String AGAIN = Transcript.loginAgain("jo");

  /// Of /O=Test, and more/CN=jo, for a hundred years.
  private static final String JO =
      """
      -----BEGIN CERTIFICATE-----
      MIIBozCCAUmgAwIBAgIUcfehDS0uIeo1U/C65tvfzbkVeXowCgYIKoZIzj0EAwIw
      JjEXMBUGA1UECgwOVGVzdCwgYW5kIG1vcmUxCzAJBgNVBAMMAmpvMCAXDTI2MTEy
      MTAwMjYyOFoYDzIxMjYxMDI4MDAyNjI4WjAmMRcwFQYDVQQKDA5UZXN0LCBhbmQg
      bW9yZTELMAkGA1UEAwwCam8wWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAATXLvAm
      WeXym7tmVRPjP+2PA1zSbzuCOhi5zkU3qjhII2kwC+IVtXF0g3/EZdbTPAR4YXIp
      dG0SGq3ZPO++sF8fo1MwUTAdBgNVHQ4EFgQUWkZC85uquUClwjwd5KXK7xDh+P8w
      HwYDVR0jBBgwFoAUWkZC85uquUClwjwd5KXK7xDh+P8wDwYDVR0TAQH/BAUwAwEB
      /zAKBggqhkjOPQQDAgNIADBFAiEA+7cmbxf12cIglyTJQ5Vs+3S1YZA9yq/K9ESw
      7MUiSg0CIBp5fDg8Ez/X5f35fpueghziG6VN64NjyInahXBnVh++
      -----END CERTIFICATE-----
      """;

  @TempDir Path base;

  @TestFactory
  Stream<DynamicTest> logInAndTransfersAreUnderTls() {
    return Transcript.from(
        base,
        """
        S: 220 ...
        C: AUTH TLS
        S: 234 Begin the handshake.
        C: PBSZ 0
        S: 200 ...
        C: PROT P
        S: 200 ...
        """
            + AGAIN
            + """
            C: EPSV
            S: 229 ...
            C: STOR new
            S: 150 ...
            > what is secret
            ! CLOSE_NOTIFY
            S: 226 Complete: 14 bytes ...
            C: STAT
            S: 211-Wharf
            S:  connected from 192.0.2.7
            S:  logged in as jo
            S:  under TLSv1.3, data too
            S: [...]
            S: 211 End.
            C: REIN
            S: 220 ...
            """
            // PROT stays what it was.
            + AGAIN
            + """
            C: STAT
            S: [...]
            S:  under TLSv1.3, data too
            S: [...]
            S: 211 End.
            """,
        (world, driver) -> {
          assertThat(world.content("new")).isEqualTo("what is secret");
          assertThat(driver.notes()).contains("under TLSv1.3 with TLS_AES_256_GCM_SHA384");
        });
  }

  /// A FIN may be anybody's.
  @TestFactory
  Stream<DynamicTest> anUploadThatIsCutIsKeptAndNotCalledComplete() {
    return Transcript.from(
        base,
        """
        S: 220 ...
        C: AUTH TLS
        S: 234 ...
        """
            + AGAIN
            + """
            C: PROT P
            S: 200 ...
            C: EPSV
            S: 229 ...
            C: STOR new
            S: 150 ...
            > what is
            ! RESET
            S: 426 ...
            C: SIZE new
            S: 213 7
            """,
        (world, _) -> assertThat(world.has("new")).isFalse());
  }

  /// What is said ahead of the handshake could be anybody's on the way: it is not carried out, in
  /// no form, however it was cut up (CVE-2011-0411, CVE-2021-38371 are of this kind).
  @TestFactory
  Stream<DynamicTest> nothingSaidAheadOfTheHandshakeIsCarriedOut() {
    return Transcript.tests(
        base,
        """
        C: AUTH TLS
        C: USER al
        C: PASS secret
        C: DELE data.bin
        C> STOR ne
        S: 234 ...
        C: DELE readme.txt
        S: 530 Log in with USER and PASS first.
        C: PWD
        S: 530 ...
        """,
        (world, _) -> {
          assertThat(world.has("data.bin")).isTrue();
          assertThat(world.has("readme.txt")).isTrue();
        });
  }

  /// Who was logged in in the clear, and what was agreed on there, is forgotten.
  @TestFactory
  Stream<DynamicTest> theSessionBeginsAnew() {
    return Transcript.tests(
        base,
        """
        C: CWD docs
        S: 250 ...
        C: RNFR a.txt
        S: 350 ...
        C: AUTH TLS
        S: 234 ...
        C: RNTO b
        S: 530 ...
        C: USER jo
        S: 331 ...
        C: PASS secret
        S: 230 ...
        C: PWD
        S: 257 "/" ...
        C: RNTO b
        S: 503 ...
        C: STAT
        S: [...]
        S:  under TLSv1.3, data in the clear
        S:  TYPE A, STRU F, MODE S
        S: [...]
        S: 211 End.
        """);
  }

  @TestFactory
  Stream<DynamicTest> whoIsUnderTlsFromTheFirstByteHasSecureData() {
    return Transcript.from(
        base,
        """
        S: 220 ...
        ! secured
        """
            + AGAIN
            + """
            C: AUTH TLS
            S: 503 The connection is under TLS already.
            C: STAT
            S: [...]
            S:  under TLSv1.3, data too
            S: [...]
            S: 211 End.
            """,
        (_, _) -> {});
  }

  @TestFactory
  Stream<DynamicTest> whereTlsIsRequiredNothingGoesInTheClear() {
    return Transcript.under(
        FtpService.Tls.REQUIRED,
        base,
        """
        S: 220 ...
        C: USER jo
        S: 530 Nobody logs in here in the clear; say AUTH TLS first.
        C: USER anonymous
        S: 530 ...
        C: PASS secret
        S: 503 ...
        C: FEAT
        S: [...]
        S:  AUTH TLS
        S: [...]
        S: 211 End.
        C: AUTH TLS
        S: 234 ...
        """
            + AGAIN
            + """
            C: EPSV
            S: 229 ...
            C: LIST
            S: 521 Data is sent under TLS only; say PROT P first.
            C: STOR new
            S: 521 ...
            C: RETR data.bin
            S: 521 ...
            C: PROT C
            S: 534 Data is sent under TLS only here.
            C: PROT P
            S: 200 ...
            C: RETR data.bin
            S: 150 ...
            < 0123456789
            S: 226 ...
            """);
  }

  @TestFactory
  Stream<DynamicTest> whereThereIsNoneThatIsSaid() {
    return Transcript.under(
        FtpService.Tls.OFF,
        base,
        """
        S: 220 ...
        C: AUTH TLS
        S: 502 There is no TLS here.
        C: PROT P
        S: 503 ...
        C: FEAT
        S: 211-Beyond RFC 959 there is:
        S: /(?! AUTH).*/
        S: [...]
        S: 211 End.
        """);
  }

  @TestFactory
  Stream<DynamicTest> theHostThatIsMeantIsToldToTheHandshake() {
    return Transcript.from(
        base,
        """
        S: 220 ...
        C: HOST a.example
        S: 220 ...
        C: HOST b.example
        S: 220 ...
        C: AUTH TLS
        S: 234 ...
        """,
        (_, driver) -> assertThat(driver.hostMeant).isEqualTo("b.example"));
  }

  /// REIN takes HOST back.
  @TestFactory
  Stream<DynamicTest> theHostIsForgottenByRein() {
    return Transcript.from(
        base,
        """
        S: 220 ...
        C: HOST a.example
        S: 220 ...
        C: REIN
        S: 220 ...
        C: AUTH TLS
        S: 234 ...
        """,
        (_, driver) -> assertThat(driver.hostMeant).isEmpty());
  }

  /// Whose certificate was verified needs no password, for the account of that name alone.
  @TestFactory
  Stream<DynamicTest> aCertificateLogsIn() throws Exception {
    X509Certificate jo =
        (X509Certificate)
            CertificateFactory.getInstance("X.509")
                .generateCertificate(new ByteArrayInputStream(JO.getBytes(US_ASCII)));
    return Transcript.from(
        base,
        """
        S: 220 ...
        C: USER jo
        S: 331 ...
        C: AUTH TLS
        S: 234 ...
        C: USER al
        S: 331 And the password?
        C: PWD
        S: 530 ...
        C: USER JO
        S: 331 ...
        C: USER jo
        S: 232 Welcome, jo: your certificate is enough.
        C: PWD
        S: 257 ...
        C: PASS secret
        S: 503 ...
        C: REIN
        S: 220 ...
        C: PWD
        S: 530 ...
        """,
        (_, driver) -> assertThat(driver.notes()).contains("jo logged in by certificate"),
        (session, chunk) -> {
          VirtualDriver driver = new VirtualDriver(session, chunk);
          driver.shown = List.of(jo);
          return driver;
        });
  }

  /// A data connection that has a TLS session of its own may be a thief's.
  @TestFactory
  Stream<DynamicTest> aDataConnectionOfSomebodyElseIsRefusedInPlainWords() {
    return Transcript.from(
        base,
        """
        S: 220 ...
        C: AUTH TLS
        S: 234 ...
        """
            + AGAIN
            + """
            C: PROT P
            S: 200 ...
            C: EPSV
            S: 229 ...
            C: STOR new
            S: 150 ...
            ! UNBOUND
            S: 522 Refused: a test wants it so; let the client go on with that of the control connection...
            C: EPSV
            S: 229 ...
            C: RETR data.bin
            S: 150 ...
            ! UNBOUND
            S: 522 Refused: ...
            """,
        (world, _) -> assertThat(world.has("new")).isFalse());
  }

  @TestFactory
  Stream<DynamicTest> whoLeavesDuringTheHandshakeIsGone() {
    return Transcript.from(
        base,
        """
        S: 220 ...
        ! hold handshake
        C: AUTH TLS
        S: 234 ...
        ! gone
        ! closed
        """,
        (_, _) -> {});
  }

  @TestFactory
  Stream<DynamicTest> aServerThatStopsDuringTheHandshakeSaysSoUnderTls() {
    return Transcript.from(
        base,
        """
        S: 220 ...
        ! hold handshake
        C: AUTH TLS
        S: 234 ...
        ! stop
        ! secured
        S: 421 ...
        ! closed
        """,
        (_, _) -> {});
  }

  /// A browser that was led to this port says HTTP, and in its body whatever a page wants it to
  /// (ALPACA).
  @TestFactory
  Stream<DynamicTest> httpEndsTheSession() {
    return Transcript.tests(
        base,
        """
        C: POST /x HTTP/1.1
        C: Host: here
        C: DELE data.bin
        S: 421 This is FTP, and that was HTTP. Goodbye.
        ! closed
        """,
        (world, _) -> assertThat(world.has("data.bin")).isTrue());
  }

  @TestFactory
  Stream<DynamicTest> tooMuchNonsenseEndsTheSession() {
    return Transcript.tests(
        base,
        "C: Header: value\nS: 500 ...\n".repeat(FtpSession.NONSENSE_LIMIT - 1)
            + """
            C: NOOP
            S: 200 ...
            """
            + "C: Header: value\nS: 500 ...\n".repeat(FtpSession.NONSENSE_LIMIT)
            + "! closed\n");
  }
}
