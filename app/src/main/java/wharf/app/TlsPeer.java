package wharf.app;

import java.io.IOException;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/// A peer over TLS over TCP; we are its client.
final class TlsPeer implements Peer {
  /// What a TLS record holds.
  private static final int RECORD = 16_384;

  private final SocketChannel channel;
  private final SSLSocket socket;
  private final String name;
  private final byte[] incoming = new byte[RECORD];
  private final byte[] outgoing = new byte[RECORD];

  private TlsPeer(SocketChannel channel, SSLSocket socket, String name) {
    this.channel = channel;
    this.socket = socket;
    this.name = name;
  }

  /// Makes the handshake.
  ///
  /// @param peer whose connection becomes ours; closed when this fails
  /// @param host what the certificate must be for
  /// @param port for the sentences of JSSE
  /// @param insecure take any certificate
  /// @param limit how long the peer may be silent meanwhile; null for ever
  static TlsPeer over(
      StreamPeer peer, String host, int port, boolean insecure, @Nullable Duration limit)
      throws IOException {
    try {
      // Else JSSE takes a connection that was cut off for one that ended in order. It looks when a
      // socket is first used for TLS in this process, which is here.
      System.setProperty("com.sun.net.ssl.requireCloseNotify", "true");
      Socket plain = peer.channel().socket();
      SSLSocket socket =
          (SSLSocket) context(insecure).getSocketFactory().createSocket(plain, host, port, true);
      if (!insecure) {
        SSLParameters parameters = socket.getSSLParameters();
        parameters.setEndpointIdentificationAlgorithm("HTTPS");
        socket.setSSLParameters(parameters);
      }
      socket.setSoTimeout(limit == null ? 0 : (int) limit.toMillis());
      socket.startHandshake();
      socket.setSoTimeout(0);
      return new TlsPeer(peer.channel(), socket, peer.name());
    } catch (IOException e) {
      peer.close();
      throw e;
    }
  }

  private static SSLContext context(boolean insecure) {
    try {
      if (!insecure) {
        return SSLContext.getDefault();
      }
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(null, new TrustManager[] {new Anybody()}, null);
      return context;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK has TLS", e);
    }
  }

  /// Trusts whoever answers: for `--insecure`.
  private static final class Anybody extends X509ExtendedTrustManager {
    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type) {}

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket) {}

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return new X509Certificate[0];
    }
  }

  @Override
  public int receive(ByteBuffer into) throws IOException {
    int count = socket.getInputStream().read(incoming, 0, Math.min(RECORD, into.remaining()));
    if (count > 0) {
      into.put(incoming, 0, count);
    }
    return count;
  }

  @Override
  public void send(ByteBuffer from) throws IOException {
    int count = Math.min(RECORD, from.remaining());
    from.get(outgoing, 0, count);
    socket.getOutputStream().write(outgoing, 0, count);
  }

  /// Sends close_notify. Under TLS 1.3 the peer may go on sending; under 1.2 most do, too, although
  /// they need not.
  @Override
  public void endOutput() throws IOException {
    socket.shutdownOutput();
  }

  @Override
  public boolean canEnd() {
    return true;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public String description() {
    return "%s, %s with %s%n%s"
        .formatted(
            StreamPeer.ends(channel, name),
            socket.getSession().getProtocol(),
            socket.getSession().getCipherSuite(),
            SocketOptions.text(channel));
  }

  /// Closes the connection below: that of JSSE would wait for a sender that is stuck.
  @Override
  public void close() throws IOException {
    channel.close();
  }
}
