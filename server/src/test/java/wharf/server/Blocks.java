package wharf.server;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/// MODE B as RFC 959 section 3.4.2 has it, written down a second time and in another way than the
/// server does, for its tests.
final class Blocks {
  private final ByteArrayOutputStream all = new ByteArrayOutputStream();

  /// A file as it was received.
  ///
  /// @param markers what stood in between, as TEXT@BYTES
  record Received(ByteArrayOutputStream content, List<String> markers) {
    byte[] bytes() {
      return content.toByteArray();
    }
  }

  Blocks block(int descriptor, byte[] content) {
    all.writeBytes(
        ByteBuffer.allocate(3).put((byte) descriptor).putShort((short) content.length).array());
    all.writeBytes(content);
    return this;
  }

  Blocks block(int descriptor, String text) {
    return block(descriptor, text.getBytes(StandardCharsets.ISO_8859_1));
  }

  byte[] bytes() {
    return all.toByteArray();
  }

  /// A file in blocks of this size.
  static byte[] of(byte[] content, int size) {
    Blocks blocks = new Blocks();
    ByteBuffer left = ByteBuffer.wrap(content);
    do {
      byte[] next = new byte[Math.min(size, left.remaining())];
      left.get(next);
      blocks.block(left.hasRemaining() ? 0 : 64, next);
    } while (left.hasRemaining());
    return blocks.bytes();
  }

  /// The next file.
  static Received read(InputStream from) throws IOException {
    DataInputStream input = new DataInputStream(from);
    ByteArrayOutputStream content = new ByteArrayOutputStream();
    List<String> markers = new ArrayList<>();
    while (true) {
      int descriptor = input.readUnsignedByte();
      byte[] block = input.readNBytes(input.readUnsignedShort());
      switch (descriptor) {
        case 16 -> markers.add(new String(block, StandardCharsets.US_ASCII) + "@" + content.size());
        case 0, 64 -> content.writeBytes(block);
        default -> throw new IOException("a descriptor of " + descriptor);
      }
      if (descriptor == 64) {
        return new Received(content, markers);
      }
    }
  }
}
