package wharf.net;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.Random;

/// Two wires joined in memory, which hold little and are moody: they give and take what they like.
final class MemoryPipe {
  /// How the two ends behave.
  enum Mood {
    /// They move what there is.
    WILLING,
    /// A byte at a time.
    BYTEWISE,
    /// Some bytes, or none.
    RANDOM
  }

  private final Mood mood;
  private final int capacity;
  private final Random random;

  /// Counts everything that moves, and every end: a world in which it stands still is stuck.
  private long moves;

  final End left;
  final End right;

  /// @param capacity how many bytes are under way at most, in each direction
  MemoryPipe(Mood mood, int capacity, long seed) {
    this.mood = mood;
    this.capacity = capacity;
    this.random = new Random(seed);
    Way there = new Way();
    Way back = new Way();
    left = new End(back, there);
    right = new End(there, back);
  }

  long moves() {
    return moves;
  }

  /// One direction.
  private static final class Way {
    private byte[] under = new byte[0];
    private boolean ended;
    private boolean broken;
  }

  private int count(int most) {
    return switch (mood) {
      case WILLING -> most;
      case BYTEWISE -> Math.min(1, most);
      case RANDOM -> random.nextInt(3) == 0 ? 0 : random.nextInt(most + 1);
    };
  }

  /// One of the two wires.
  final class End implements Wire {
    private final Way in;
    private final Way out;
    private final ByteArrayOutputStream sent = new ByteArrayOutputStream();
    private boolean closed;
    private boolean stuck;
    private int writes;

    private End(Way in, Way out) {
      this.in = in;
      this.out = out;
    }

    /// From now on it takes nothing.
    void stuck(boolean is) {
      stuck = is;
    }

    /// All that ever went into it.
    byte[] sent() {
      return sent.toByteArray();
    }

    /// How often something was written to it: as many segments of TCP.
    int writes() {
      return writes;
    }

    boolean outputEnded() {
      return out.ended;
    }

    boolean closed() {
      return closed;
    }

    int unread() {
      return in.under.length;
    }

    @Override
    public int read(ByteBuffer into) throws IOException {
      if (in.broken || closed) {
        throw new IOException("reset by peer");
      }
      if (in.under.length == 0) {
        return in.ended ? -1 : 0;
      }
      int count = count(Math.min(into.remaining(), in.under.length));
      into.put(in.under, 0, count);
      byte[] rest = new byte[in.under.length - count];
      System.arraycopy(in.under, count, rest, 0, rest.length);
      in.under = rest;
      moves += count;
      return count;
    }

    @Override
    public int write(ByteBuffer from) throws IOException {
      if (out.ended || out.broken || closed) {
        throw new IOException("broken pipe");
      }
      int count = stuck ? 0 : count(Math.min(from.remaining(), capacity - out.under.length));
      writes += count > 0 ? 1 : 0;
      byte[] bytes = new byte[count];
      from.get(bytes);
      sent.writeBytes(bytes);
      byte[] all = java.util.Arrays.copyOf(out.under, out.under.length + count);
      System.arraycopy(bytes, 0, all, out.under.length, count);
      out.under = all;
      moves += count;
      return count;
    }

    @Override
    public long send(FileChannel file, long position, long count) {
      throw new UnsupportedOperationException("TLS sends no file as it is");
    }

    @Override
    public void endOutput() {
      out.ended = true;
      moves++;
    }

    @Override
    public void reset() {
      in.broken = true;
      out.broken = true;
      closed = true;
      moves++;
    }

    @Override
    public void close() {
      out.ended = true;
      closed = true;
      moves++;
    }
  }
}
