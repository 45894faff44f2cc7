package wharf.bench;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/// A client of an echo server. It is settled when it has had its first answer: then the server has
/// certainly taken it in.
final class EchoLink extends Link implements ClosedLoop.Asker {
  /// Bytes of a request, and of its answer.
  static final int SIZE = 64;

  private final Generator generator;
  private final ClosedLoop loop;
  private final ByteBuffer request;
  private long askedAt;
  private int answered;
  private boolean settled;

  EchoLink(Generator generator, @Nullable InetAddress from, ClosedLoop loop, ByteBuffer request)
      throws IOException {
    super(generator, from, generator.server());
    this.generator = generator;
    this.loop = loop;
    this.request = request;
  }

  /// What all clients say.
  static ByteBuffer request() {
    ByteBuffer request = ByteBuffer.allocateDirect(SIZE);
    while (request.hasRemaining()) {
      request.put((byte) ('!' + request.position()));
    }
    return request.flip();
  }

  @Override
  void connected() throws IOException {
    ask();
  }

  @Override
  public void ask() throws IOException {
    answered = 0;
    askedAt = System.nanoTime();
    send(request.rewind());
  }

  @Override
  void readable() throws IOException {
    ByteBuffer answer = generator.scratch();
    int count = read(answer);
    if (count < 0) {
      throw new IOException("the server closed an echo connection");
    }
    boolean same = answered + count <= SIZE && answer.flip().equals(request.slice(answered, count));
    if (!same) {
      throw new IOException("the server's echo was not what it had been sent");
    }
    answered += count;
    if (answered < SIZE) {
      return;
    }
    if (settled) {
      loop.answered(this, System.nanoTime() - askedAt);
    } else {
      settled = true;
      generator.settled();
    }
  }
}
