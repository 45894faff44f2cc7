package wharf.app.interop;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;
import wharf.net.TlsIdentity;

/// The certificate of the servers that are tested: one that vouches for itself, for this machine's
/// loopback addresses.
///
/// @param whole it and its key, as PEM
/// @param shown what clients are to trust: it alone, as PEM
/// @param store it and its key, as PKCS#12 under [#PASSWORD]
record Certificate(TlsIdentity identity, Path whole, Path shown, Path store) {
  static final String PASSWORD = "not secret";

  private static final class Holder {
    static final Certificate ONLY = make();
  }

  /// The one, made when first asked for.
  static Certificate only() {
    return Holder.ONLY;
  }

  private static Certificate make() {
    try {
      Path folder = UnderTarget.make();
      Path store = folder.resolve("store");
      List<String> words =
          List.of(
              Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
              "-genkeypair",
              "-keyalg",
              "EC",
              "-groupname",
              "secp256r1",
              "-dname",
              "CN=harbour",
              "-ext",
              "SAN=DNS:localhost,IP:127.0.0.1,IP:0:0:0:0:0:0:0:1",
              "-storetype",
              "PKCS12",
              "-storepass",
              PASSWORD,
              "-keystore",
              store.toString());
      Process keytool = new ProcessBuilder(words).inheritIO().start();
      if (!keytool.waitFor(60, TimeUnit.SECONDS)) {
        throw new IOException("keytool does not end");
      }
      TlsIdentity identity = TlsIdentity.ofPkcs12(store, PASSWORD.toCharArray());
      byte[] bytes = identity.certificate().getEncoded();
      String text = Base64.getMimeEncoder(64, "\n".getBytes(US_ASCII)).encodeToString(bytes);
      return new Certificate(
          identity,
          Files.writeString(folder.resolve("whole.pem"), identity.pem()),
          Files.writeString(
              folder.resolve("shown.pem"),
              "-----BEGIN CERTIFICATE-----\n" + text + "\n-----END CERTIFICATE-----\n"),
          store);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (GeneralSecurityException e) {
      throw new AssertionError("it was read from its encoding", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("nobody interrupts tests", e);
    }
  }
}
