package wharf.net;

import static java.lang.ProcessBuilder.Redirect.DISCARD;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;

/// Keys and certificates made for a test, by the JDK's tool.
final class TestIdentity {
  static final String PASSWORD = "secret";

  private TestIdentity() {}

  /// A PKCS#12 file with a key and a self-signed certificate.
  static Path store(Path folder, String name, String... options) throws IOException {
    Path store = folder.resolve(name);
    List<String> words =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-alias",
                "it",
                "-dname",
                "CN=" + name,
                "-storetype",
                "PKCS12",
                "-storepass",
                PASSWORD,
                "-keystore",
                store.toString()));
    words.addAll(List.of(options));
    Process keytool =
        new ProcessBuilder(words).redirectErrorStream(true).redirectOutput(DISCARD).start();
    try {
      assertThat(keytool.waitFor(60, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new IOException("interrupted", e);
    } finally {
      keytool.destroy();
    }
    assertThat(Files.exists(store)).isTrue();
    return store;
  }

  static TlsIdentity ofElliptic(Path folder) throws IOException {
    return TlsIdentity.ofPkcs12(
        store(folder, "elliptic", "-keyalg", "EC", "-groupname", "secp256r1"),
        PASSWORD.toCharArray());
  }

  /// A client that takes any certificate.
  static SSLContext trusting() {
    try {
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(null, new TrustManager[] {new Anybody()}, null);
      return context;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }
}
