package wharf.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(120)
class TlsIdentityTest {
  @TempDir private static Path made;
  private static Path rsa;
  private static Path elliptic;

  @TempDir Path folder;

  @BeforeAll
  static void makeStores() throws IOException {
    rsa = TestIdentity.store(made, "RSA", "-keyalg", "RSA", "-keysize", "2048");
    elliptic = TestIdentity.store(made, "EC", "-keyalg", "EC", "-groupname", "secp256r1");
  }

  private static TlsIdentity of(Path store) throws IOException {
    return TlsIdentity.ofPkcs12(store, TestIdentity.PASSWORD.toCharArray());
  }

  private Path file(String name, String content) throws IOException {
    return Files.writeString(folder.resolve(name), content);
  }

  private static String part(TlsIdentity identity, boolean key) {
    String pem = identity.pem();
    int border = pem.indexOf("-----BEGIN CERTIFICATE");
    return key ? pem.substring(0, border) : pem.substring(border);
  }

  @Test
  void whatIsWrittenIsRead() throws IOException {
    for (Path store : new Path[] {rsa, elliptic}) {
      TlsIdentity identity = of(store);
      Path one = file("one", "Bag Attributes\n" + identity.pem());
      assertThat(TlsIdentity.ofPem(one, one).pem()).isEqualTo(identity.pem());
      Path chain = file("chain", part(identity, false) + part(of(rsa), false));
      Path key = file("key", part(identity, true).replace("\n", "\r\n"));
      TlsIdentity two = TlsIdentity.ofPem(chain, key);
      assertThat(two.pem()).as("without one that vouches for nothing").isEqualTo(identity.pem());
      assertThat(two.context().createSSLEngine()).isNotNull();
      assertThat(two.toString()).contains("CN=").doesNotContain("PRIVATE");
    }
  }

  @Test
  void aKeyOfAnotherCertificateIsRefused() throws IOException {
    TlsIdentity other =
        of(TestIdentity.store(folder, "other", "-keyalg", "EC", "-groupname", "secp256r1"));
    Path certificate = file("certificate", part(of(elliptic), false));
    Path key = file("key", part(other, true));
    assertThatThrownBy(() -> TlsIdentity.ofPem(certificate, key))
        .isInstanceOf(TlsIdentity.Unusable.class)
        .hasMessageContaining("is not that of the first certificate in " + certificate);
    Path another = file("another", part(of(rsa), true));
    assertThatThrownBy(() -> TlsIdentity.ofPem(certificate, another))
        .isInstanceOf(TlsIdentity.Unusable.class)
        .hasMessageContaining("not of the kind (EC)");
  }

  @ParameterizedTest
  @CsvSource({
    "RSA PRIVATE KEY, openssl pkcs8 -topk8 -nocrypt -in",
    "EC PRIVATE KEY, openssl pkcs8 -topk8 -nocrypt -in",
    "ENCRYPTED PRIVATE KEY, openssl pkcs8 -in",
    "OPENSSH PRIVATE KEY, ssh-keygen -p -m PKCS8 -f",
    "PUBLIC KEY, there is no private key in",
  })
  void aKeyOfAnotherKindIsToldHowToConvert(String kind, String command) throws IOException {
    Path certificate = file("certificate", part(of(elliptic), false));
    Path key = file("key", "-----BEGIN %s-----\nAAAA\n-----END %s-----\n".formatted(kind, kind));
    assertThatThrownBy(() -> TlsIdentity.ofPem(certificate, key))
        .isInstanceOf(TlsIdentity.Unusable.class)
        .hasMessageContaining(command)
        .hasMessageContaining(key.toString());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "nonsense",
        "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
        "-----BEGIN CERTIFICATE-----\n!\n-----END CERTIFICATE-----\n",
        "-----BEGIN CERTIFICATE-----\nMIIB",
      })
  void nonsenseIsOneSentence(String text) throws IOException {
    Path file = file("file", text);
    assertThatThrownBy(() -> TlsIdentity.ofPem(file, file))
        .isInstanceOf(TlsIdentity.Unusable.class)
        .hasMessageContaining(file.toString());
    assertThatThrownBy(() -> TlsIdentity.ofPkcs12(file, new char[0]))
        .isInstanceOf(TlsIdentity.Unusable.class)
        .hasMessageContaining(file.toString());
  }

  @Test
  void aSpoiltKeyIsTold() throws IOException {
    Path certificate = file("certificate", part(of(elliptic), false));
    Path key = file("key", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n");
    assertThatThrownBy(() -> TlsIdentity.ofPem(certificate, key))
        .isInstanceOf(TlsIdentity.Unusable.class)
        .hasMessageContaining("cannot be read");
  }

  @Test
  void aWrongPasswordIsTold() {
    assertThatThrownBy(() -> TlsIdentity.ofPkcs12(rsa, "other!".toCharArray()))
        .isInstanceOf(TlsIdentity.Unusable.class)
        .hasMessageContaining("the password is another");
  }
}
