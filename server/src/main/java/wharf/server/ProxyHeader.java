package wharf.server;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ProtocolException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.time.Duration;
import java.util.Arrays;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// What a balancer says first on each connection that it passes on: who has connected to whom. The
/// PROXY protocol, version 1 or 2, as HAProxy's `doc/proxy-protocol.txt` has it.
///
/// ```
///   PROXY TCP4 192.0.2.7 198.51.100.1 40000 21<CR><LF>
///   <signature> <version, command> <family, transport> <length> <addresses> <TLVs, skipped>
/// ```
///
/// It is read piece by piece, none of which can go beyond its end: what comes behind it is for
/// somebody else.
final class ProxyHeader {
  /// How long one may take: it is sent with the connection, and may be lost once and sent again
  /// (the specification asks for 3 seconds at least).
  static final Duration PATIENCE = Duration.ofSeconds(5);

  /// The longest of version 1, with its end (section 2.1).
  static final int LINE_LIMIT = 107;

  /// The longest of version 2 that is taken, with all TLVs: as nginx has it. The protocol could say
  /// 64 KiB.
  static final int LIMIT = 4096;

  /// `PROXY UNKNOWN` and the end of the line.
  private static final int SHORTEST_LINE = 15;

  private static final String LINE = "PROXY ";
  private static final String SIGNATURE = "\r\n\r\n\0\r\nQUIT\n";

  /// What version 2 has before the addresses.
  private static final int FIXED = 16;

  private static final Pattern IPV4 = Pattern.compile("(0|[1-9]\\d{0,2})(\\.(0|[1-9]\\d{0,2})){3}");
  private static final Pattern IPV6 = Pattern.compile("[\\p{XDigit}:.]*:[\\p{XDigit}:.]*");
  private static final Pattern PORT = Pattern.compile("0|[1-9]\\d{0,4}");

  /// Who has connected, and to what address of the balancer.
  record Ends(InetSocketAddress client, InetSocketAddress server) {}

  private ByteBuffer read = ByteBuffer.allocate(LINE_LIMIT);
  private @Nullable Ends ends;
  private boolean whole;

  /// Reads what is there of it, and nothing else.
  ///
  /// @return whether it is whole
  /// @throws IOException when what came is no such header, or ended within it
  boolean read(ReadableByteChannel from) throws IOException {
    while (!whole) {
      int count = from.read(read.limit(read.position() + wanted()));
      if (count < 0) {
        throw new EOFException("the connection ended within the header");
      }
      if (count == 0) {
        return false;
      }
      understand();
    }
    return true;
  }

  /// Of whom it told; null for a connection of the balancer's own, or of somebody it knows nothing
  /// of. Once it is whole.
  @Nullable Ends ends() {
    return ends;
  }

  /// How many bytes it has yet, at least.
  private int wanted() {
    int there = read.position();
    if (there < SHORTEST_LINE) {
      return SHORTEST_LINE - there;
    }
    if (isLine()) {
      return read.get(there - 1) == '\r' ? 1 : Math.min(2, LINE_LIMIT - there);
    }
    return there < FIXED ? FIXED - there : FIXED + length() - there;
  }

  /// The first `count` bytes, each as a letter.
  private String text(int count) {
    return new String(read.array(), 0, count, ISO_8859_1);
  }

  private boolean isLine() {
    return read.get(0) == LINE.charAt(0);
  }

  private int length() {
    return Short.toUnsignedInt(read.getShort(FIXED - 2));
  }

  private void understand() throws ProtocolException {
    int there = read.position();
    String beginning = isLine() ? LINE : SIGNATURE;
    String known = text(Math.min(there, beginning.length()));
    if (!beginning.startsWith(known)) {
      throw new ProtocolException("no PROXY header");
    }
    if (isLine()) {
      understandLine(there);
    } else if (there >= FIXED) {
      understandBinary(there);
    }
  }

  private void understandLine(int there) throws ProtocolException {
    if (there < SHORTEST_LINE) {
      return;
    }
    String text = text(there);
    if (text.endsWith("\r\n")) {
      ends = ofLine(text.substring(0, there - 2));
      whole = true;
    } else if (there == LINE_LIMIT) {
      throw new ProtocolException("a PROXY header without an end");
    }
  }

  private static @Nullable Ends ofLine(String line) throws ProtocolException {
    // A CR within it is followed by no LF, or the end was before.
    if (line.indexOf('\r') >= 0 || line.indexOf('\n') >= 0) {
      throw malformed();
    }
    String[] words = line.split(" ", -1);
    if (words[1].equals("UNKNOWN")) {
      return null;
    }
    Pattern form =
        switch (words[1]) {
          case "TCP4" -> IPV4;
          case "TCP6" -> IPV6;
          default -> throw malformed();
        };
    if (words.length != 6) {
      throw malformed();
    }
    return new Ends(end(form, words[2], words[4]), end(form, words[3], words[5]));
  }

  private static InetSocketAddress end(Pattern form, String address, String port)
      throws ProtocolException {
    if (!form.matcher(address).matches() || !PORT.matcher(port).matches()) {
      throw malformed();
    }
    try {
      return new InetSocketAddress(InetAddress.ofLiteral(address), Integer.parseInt(port));
    } catch (IllegalArgumentException e) {
      throw malformed();
    }
  }

  private void understandBinary(int there) throws ProtocolException {
    int command = read.get(SIGNATURE.length());
    int family = read.get(SIGNATURE.length() + 1);
    int all = FIXED + length();
    // Version 2; local, or on behalf of somebody.
    if ((command != 0x20 && command != 0x21) || all > LIMIT) {
      throw malformed();
    }
    if (read.capacity() < all) {
      read = ByteBuffer.allocate(all).put(read.flip());
    }
    if (there < all) {
      return;
    }
    whole = true;
    if (command == 0x20) {
      return;
    }
    ends =
        switch (family) {
          case 0x11 -> binaryEnds(4);
          case 0x21 -> binaryEnds(16);
          // Unknown, or Unix-domain sockets: neither has an address.
          case 0x00, 0x31 -> null;
          default -> throw malformed();
        };
  }

  /// @param size of an address
  private Ends binaryEnds(int size) throws ProtocolException {
    if (length() < 2 * size + 4) {
      throw malformed();
    }
    int ports = FIXED + 2 * size;
    return new Ends(
        binaryEnd(FIXED, size, ports), binaryEnd(FIXED + size, size, ports + Short.BYTES));
  }

  private InetSocketAddress binaryEnd(int at, int size, int port) throws ProtocolException {
    try {
      return new InetSocketAddress(
          InetAddress.getByAddress(Arrays.copyOfRange(read.array(), at, at + size)),
          Short.toUnsignedInt(read.getShort(port)));
    } catch (IOException e) {
      throw malformed();
    }
  }

  private static ProtocolException malformed() {
    return new ProtocolException("a PROXY header that is malformed");
  }
}
