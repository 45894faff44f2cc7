package wharf.server;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ProtocolException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What a balancer says, cut anywhere, and what only looks like it.
class ProxyHeaderTest {
  private static final String SIGNATURE = "0D0A0D0A000D0A515549540A";
  private static final String BEHIND = "USER jo\r\n";

  /// The TLVs of an IPv6 header of 4096 bytes in all.
  private static final int MOST = 4096 - 16 - 36;

  /// A header, and what it says: nothing for null.
  record Example(String text, ProxyHeader.@Nullable Ends ends) {
    byte[] bytes() {
      return text.getBytes(ISO_8859_1);
    }

    @Override
    public String toString() {
      return text.length() > 200 ? text.length() + " bytes" : text.strip();
    }
  }

  private static InetSocketAddress at(String address, int port) {
    return new InetSocketAddress(InetAddress.ofLiteral(address), port);
  }

  private static Example line(String text, ProxyHeader.@Nullable Ends ends) {
    return new Example(text + "\r\n", ends);
  }

  private static Example binary(String hex, ProxyHeader.@Nullable Ends ends) {
    return new Example(new String(HexFormat.of().parseHex(SIGNATURE + hex), ISO_8859_1), ends);
  }

  static Stream<Example> valid() {
    ProxyHeader.Ends four = new ProxyHeader.Ends(at("192.0.2.7", 40_000), at("198.51.100.1", 21));
    ProxyHeader.Ends six = new ProxyHeader.Ends(at("2001:db8::7", 40_000), at("2001:db8::1", 21));
    String addresses4 = "C0000207" + "C6336401" + "9C40" + "0015";
    String addresses6 =
        "20010DB8000000000000000000000007" + "20010DB8000000000000000000000001" + "9C40" + "0015";
    String full = "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff";
    return Stream.of(
        line("PROXY TCP4 192.0.2.7 198.51.100.1 40000 21", four),
        line(
            "PROXY TCP4 0.0.0.0 0.0.0.0 0 0",
            new ProxyHeader.Ends(at("0.0.0.0", 0), at("0.0.0.0", 0))),
        line("PROXY TCP6 2001:db8::7 2001:db8::1 40000 21", six),
        line(
            "PROXY TCP6 " + full + " " + full + " 65535 65535",
            new ProxyHeader.Ends(at(full, 65_535), at(full, 65_535))),
        line("PROXY UNKNOWN", null),
        line("PROXY UNKNOWN " + full + " " + full + " 65535 65535", null),
        line("PROXY UNKNOWN what ever", null),
        binary("21" + "11" + "000C" + addresses4, four),
        binary("21" + "11" + "0012" + addresses4 + "040003010203", four),
        binary("21" + "21" + "0024" + addresses6, six),
        binary("21" + "21" + "%04X".formatted(36 + MOST) + addresses6 + "EA".repeat(MOST), six),
        // Of its own, whatever else it says.
        binary("20" + "00" + "0000", null),
        binary("20" + "11" + "000C" + addresses4, null),
        binary("20" + "FF" + "0001" + "00", null),
        binary("21" + "00" + "0000", null),
        binary("21" + "00" + "0003" + "010203", null),
        binary("21" + "31" + "00D8" + "2F".repeat(216), null));
  }

  /// Gives at most so much at once, and then nothing, or the end.
  private static final class Trickle implements ReadableByteChannel {
    final ByteBuffer left;
    private final int atOnce;
    private final boolean ends;

    Trickle(byte[] bytes, int atOnce, boolean ends) {
      this.left = ByteBuffer.wrap(bytes);
      this.atOnce = atOnce;
      this.ends = ends;
    }

    @Override
    public int read(ByteBuffer into) {
      assertThat(into.hasRemaining()).as("room").isTrue();
      if (!left.hasRemaining()) {
        return ends ? -1 : 0;
      }
      int count = Math.min(Math.min(atOnce, into.remaining()), left.remaining());
      into.put(left.slice(left.position(), count));
      left.position(left.position() + count);
      return count;
    }

    @Override
    public boolean isOpen() {
      return true;
    }

    @Override
    public void close() {}
  }

  private static byte[] and(byte[] first, byte[] second) {
    return ByteBuffer.allocate(first.length + second.length).put(first).put(second).array();
  }

  @ParameterizedTest
  @MethodSource("valid")
  void isUnderstoodAndNotAByteBehindItIsTaken(Example example) throws IOException {
    for (int atOnce : new int[] {1, 2, 3, 7, 100_000}) {
      Trickle all = new Trickle(and(example.bytes(), BEHIND.getBytes(ISO_8859_1)), atOnce, false);
      ProxyHeader header = new ProxyHeader();
      assertThat(header.read(all)).isTrue();
      assertThat(header.ends()).isEqualTo(example.ends());
      assertThat(ISO_8859_1.decode(all.left).toString()).isEqualTo(BEHIND);
    }
  }

  @ParameterizedTest
  @MethodSource("valid")
  void cutAnywhereItIsNotWhole(Example example) throws IOException {
    byte[] bytes = example.bytes();
    for (int length = 0; length < bytes.length; length++) {
      byte[] part = Arrays.copyOf(bytes, length);
      ProxyHeader header = new ProxyHeader();
      assertThat(header.read(new Trickle(part, 100_000, false))).as("%s bytes", length).isFalse();
      // It goes on where it was.
      byte[] rest = Arrays.copyOfRange(bytes, length, bytes.length);
      assertThat(header.read(new Trickle(rest, 100_000, false))).isTrue();
      assertThat(header.ends()).isEqualTo(example.ends());
      assertThatThrownBy(() -> new ProxyHeader().read(new Trickle(part, 100_000, true)))
          .isInstanceOf(EOFException.class);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "USER jo\r\nPASS secret\r\n",
        "GET / HTTP/1.1\r\nHost: x\r\n\r\n",
        "\u0016\u0003\u0001\u0002\u0000\u0001\u0000\u0001\u00fc\u0003\u0003xxxxxxxxxxxxxxxxxx",
        "proxy TCP4 192.0.2.7 198.51.100.1 40000 21\r\n",
        "PROXY  TCP4 192.0.2.7 198.51.100.1 40000 21\r\n",
        "PROXY TCP4  192.0.2.7 198.51.100.1 40000 21\r\n",
        "PROXY TCP4 192.0.2.7 198.51.100.1 40000 21 \r\n",
        "PROXY TCP4 192.0.2.7 198.51.100.1 40000\r\n",
        "PROXY TCP4 192.0.2.7 198.51.100.1 40000 21 22\r\n",
        "PROXY TCP4 192.0.2.7 198.51.100.1 40000 65536\r\n",
        "PROXY TCP4 192.0.2.7 198.51.100.1 -1 21\r\n",
        "PROXY TCP4 192.0.2.7 198.51.100.1 +1 21\r\n",
        "PROXY TCP4 192.0.2.7 198.51.100.1 040 21\r\n",
        "PROXY TCP4 192.0.2.256 198.51.100.1 40000 21\r\n",
        "PROXY TCP4 192.0.2 198.51.100.1 40000 21\r\n",
        "PROXY TCP4 3221225991 198.51.100.1 40000 21\r\n",
        "PROXY TCP4 0300.0.2.7 198.51.100.1 40000 21\r\n",
        "PROXY TCP4 localhost 198.51.100.1 40000 21\r\n",
        "PROXY TCP4 2001:db8::7 2001:db8::1 40000 21\r\n",
        "PROXY TCP6 192.0.2.7 198.51.100.1 40000 21\r\n",
        "PROXY TCP6 fe80::1%1 2001:db8::1 40000 21\r\n",
        "PROXY TCP6 [2001:db8::7] 2001:db8::1 40000 21\r\n",
        "PROXY TCP6 2001:db8::7::1 2001:db8::1 40000 21\r\n",
        "PROXY TCP5 192.0.2.7 198.51.100.1 40000 21\r\n",
        "PROXY UNKNOWN1\r\n",
        "PROXY\r\nUSER jo\r\nPASS secret\r\n",
        "PROXY UNKNOWN\n\r\n",
        "PROXY UNKNOWN\r \r\n",
        "PROXY TCP4 192.0.2.7 198.51.100.1 40000 21\n\r\n",
      })
  void whatIsNoneIsRefused(String text) {
    assertThatThrownBy(
            () -> new ProxyHeader().read(new Trickle(text.getBytes(ISO_8859_1), 1, false)))
        .isInstanceOf(ProtocolException.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        // Versions and commands that there are not.
        "11110000",
        "31110000",
        "22110000",
        "2F000000",
        // Too short for its addresses.
        "2111000BC0000207C63364019C4000",
        "21110000",
        "21210023" + "20010DB800000000000000000000000720010DB80000000000000000000000019C4000",
        // Datagrams, and what nobody knows.
        "2112000CC0000207C63364019C400015",
        "2122000CC0000207C63364019C400015",
        "2141000CC0000207C63364019C400015",
        "2101000CC0000207C63364019C400015",
        // Longer than anybody needs.
        "20000FF1",
        "2111FFFF",
      })
  void whatIsNoneInBinaryIsRefused(String hex) {
    byte[] bytes = HexFormat.of().parseHex(SIGNATURE + hex);
    assertThatThrownBy(() -> new ProxyHeader().read(new Trickle(bytes, 100_000, false)))
        .isInstanceOf(ProtocolException.class);
  }

  @Test
  void aLineWithoutAnEndIsRefusedWhenItIsTooLong() {
    for (String kind : new String[] {"PROXY UNKNOWN ", "PROXY TCP6 "}) {
      Trickle endless = new Trickle((kind + "x".repeat(1000)).getBytes(ISO_8859_1), 1000, false);
      assertThatThrownBy(() -> new ProxyHeader().read(endless))
          .isInstanceOf(ProtocolException.class);
      assertThat(endless.left.position()).isEqualTo(ProxyHeader.LINE_LIMIT);
    }
  }

  /// Whatever comes, it is a header, or none, or not yet whole; and never more is taken.
  @Test
  void noiseDoesNoHarm() throws IOException {
    Random random = new Random(7);
    Example[] examples = valid().toArray(Example[]::new);
    for (int i = 0; i < 20_000; i++) {
      byte[] bytes = examples[random.nextInt(examples.length)].bytes();
      for (int change = random.nextInt(1, 4); change > 0; change--) {
        bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
      }
      Trickle some = new Trickle(bytes, random.nextInt(1, 50), false);
      try {
        new ProxyHeader().read(some);
      } catch (ProtocolException malformed) {
        // As it mostly is.
      }
      assertThat(some.left.position()).isLessThanOrEqualTo(ProxyHeader.LIMIT);
    }
  }
}
