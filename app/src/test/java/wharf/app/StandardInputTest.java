package wharf.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Pipe;
import java.nio.channels.ReadableByteChannel;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class StandardInputTest {
  /// Gives one byte after the other, and tells of each read.
  private static final class Endless implements ReadableByteChannel {
    final Semaphore reads = new Semaphore(0);
    private byte next;

    @Override
    public int read(ByteBuffer into) {
      into.put(next++);
      reads.release();
      return 1;
    }

    @Override
    public boolean isOpen() {
      return true;
    }

    @Override
    public void close() {}
  }

  private static byte taken(StandardInput input) throws Exception {
    return input.next(() -> Long.MAX_VALUE) instanceof StandardInput.Bytes(ByteBuffer buffer)
        ? buffer.get()
        : -1;
  }

  @Test
  void readsNoFurtherAheadThanItsTwoBuffers() throws Exception {
    Endless endless = new Endless();
    StandardInput input = new StandardInput(endless, 16);
    input.start();
    assertThat(endless.reads.tryAcquire(2, 30, TimeUnit.SECONDS)).isTrue();
    assertThat(endless.reads.tryAcquire(100, TimeUnit.MILLISECONDS)).isFalse();
    // Lent is not given back.
    assertThat(taken(input)).isZero();
    assertThat(endless.reads.tryAcquire(100, TimeUnit.MILLISECONDS)).isFalse();
    for (byte expected = 1; expected < 100; expected++) {
      assertThat(taken(input)).isEqualTo(expected);
      assertThat(endless.reads.tryAcquire(30, TimeUnit.SECONDS)).isTrue();
    }
  }

  @Test
  void aTakerWhoStopsWaitingLosesNothing() throws Exception {
    Pipe pipe = Pipe.open();
    StandardInput input = new StandardInput(pipe.source(), 16);
    input.start();
    assertThat(input.next(() -> 0)).isInstanceOf(StandardInput.Nothing.class);
    int _ = pipe.sink().write(ByteBuffer.wrap(new byte[] {7}));
    assertThat(taken(input)).isEqualTo((byte) 7);
    pipe.sink().close();
    assertThat(input.next(() -> Long.MAX_VALUE)).isInstanceOf(StandardInput.End.class);
    assertThat(input.next(() -> Long.MAX_VALUE)).isInstanceOf(StandardInput.End.class);
  }

  @Test
  void whatCannotBeReadIsSaid() throws Exception {
    Pipe pipe = Pipe.open();
    pipe.source().close();
    StandardInput input = new StandardInput(pipe.source(), 16);
    input.start();
    assertThatThrownBy(() -> input.next(() -> Long.MAX_VALUE)).isInstanceOf(IOException.class);
  }
}
