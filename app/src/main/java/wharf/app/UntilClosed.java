package wharf.app;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;

/// The input of a program that may have enough before the end, as `head` has, or a pager that is
/// left: what it does not want is nobody's loss.
final class UntilClosed extends FilterOutputStream {
  private boolean closed;

  UntilClosed(OutputStream to) {
    super(to);
  }

  @Override
  public void write(int b) {
    write(new byte[] {(byte) b}, 0, 1);
  }

  @Override
  public void write(byte[] bytes, int from, int count) {
    try {
      if (!closed) {
        out.write(bytes, from, count);
      }
    } catch (IOException _) {
      closed = true;
    }
  }

  @Override
  public void flush() {
    try {
      out.flush();
    } catch (IOException _) {
      closed = true;
    }
  }

  @Override
  public void close() {
    try {
      out.close();
    } catch (IOException _) {
      closed = true;
    }
  }
}
