package wharf.app;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.MessageDigest;
import java.security.cert.Certificate;
import java.util.HexFormat;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import org.jspecify.annotations.Nullable;
import wharf.net.Anybody;

/// What a client sees that begins with TLS, and takes any certificate.
///
/// @param fingerprint the SHA-256 of the server's certificate, empty if it came to none
/// @param greeting the first line, null if it was not let in
public record TlsPeek(String fingerprint, @Nullable String greeting) {
  static final String PASSWORD = "not secret";

  public static TlsPeek at(int port) throws IOException {
    return at(port, null);
  }

  /// Shows the certificate of a PKCS#12 file, too, whose password is [#PASSWORD].
  static TlsPeek at(int port, @Nullable Path own) throws IOException {
    return saying(port, own, "");
  }

  /// Says a line, too, and hears the answer in place of the greeting.
  static TlsPeek saying(int port, @Nullable Path own, String line) throws IOException {
    String fingerprint = "";
    try (SSLSocket socket =
        (SSLSocket)
            context(own).getSocketFactory().createSocket(InetAddress.getLoopbackAddress(), port)) {
      socket.setSoTimeout(30_000);
      try {
        socket.startHandshake();
        Certificate shown = socket.getSession().getPeerCertificates()[0];
        fingerprint = fingerprint(shown);
        BufferedReader in =
            new BufferedReader(new InputStreamReader(socket.getInputStream(), UTF_8));
        String heard = in.readLine();
        if (heard != null && !line.isEmpty()) {
          socket.getOutputStream().write((line + "\r\n").getBytes(UTF_8));
          heard = in.readLine();
        }
        return new TlsPeek(fingerprint, heard);
      } catch (IOException refused) {
        return new TlsPeek(fingerprint, null);
      }
    }
  }

  /// The fingerprint of what a client sees that says these lines, the last of which asks for TLS,
  /// and then names a host in the handshake, unless that is an address.
  static String shownTo(int port, String host, String... lines) throws IOException {
    try (Socket plain = new Socket(InetAddress.getLoopbackAddress(), port)) {
      plain.setSoTimeout(30_000);
      // Byte by byte: what follows the last line is not text.
      if (lines.length > 0) {
        line(plain);
      }
      for (String line : lines) {
        plain.getOutputStream().write((line + "\r\n").getBytes(UTF_8));
        line(plain);
      }
      try (SSLSocket socket =
          (SSLSocket) context(null).getSocketFactory().createSocket(plain, host, port, true)) {
        socket.startHandshake();
        return fingerprint(socket.getSession().getPeerCertificates()[0]);
      }
    }
  }

  private static void line(Socket from) throws IOException {
    int b;
    do {
      b = from.getInputStream().read();
    } while (b >= 0 && b != '\n');
  }

  private static String fingerprint(Certificate shown) {
    try {
      return HexFormat.ofDelimiter(":")
          .withUpperCase()
          .formatHex(MessageDigest.getInstance("SHA-256").digest(shown.getEncoded()));
    } catch (GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }

  /// For clients that take any certificate, and show none.
  public static SSLContext trustsAnybody() throws IOException {
    return context(null);
  }

  private static SSLContext context(@Nullable Path own) throws IOException {
    try {
      KeyManagerFactory keys = KeyManagerFactory.getInstance("PKIX");
      char[] password = PASSWORD.toCharArray();
      keys.init(own == null ? null : KeyStore.getInstance(own.toFile(), password), password);
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(keys.getKeyManagers(), new TrustManager[] {new Anybody()}, null);
      return context;
    } catch (GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }
}
