package wharf.app.interop;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.zip.DataFormatException;
import java.util.zip.Deflater;
import java.util.zip.Inflater;
import org.jspecify.annotations.Nullable;

/// One cell of the kill matrix: an upload that replaces a file, and what befalls it, and where.
record Kill(Way way, Protection protection, Mode mode, Cut cut) {
  /// What is uploaded: letters of hexadecimal digits, which MODE Z makes half as long. Longer than
  /// what the server reads at once.
  static final byte[] CONTENT = letters(300_000, 1);

  /// What the name held before.
  static final byte[] OLD = letters(200_000, 2);

  /// The most that a block of MODE B can hold.
  private static final int LARGEST_BLOCK = 65_535;

  /// What happens.
  enum Way {
    FIN("The client vanishes: FIN"),
    RST("The client vanishes: RST"),
    ABOR("The client breaks off: ABOR"),
    SILENCE("The client falls silent"),
    KILLED("The server is killed with -9"),
    FULL("The disk is full");

    final String title;

    Way(String title) {
      this.title = title;
    }
  }

  /// What both connections are under.
  enum Protection {
    PLAIN("plain", null),
    TLS12("TLS 1.2", "TLSv1.2"),
    TLS13("TLS 1.3", "TLSv1.3");

    final String title;

    /// As the JDK calls it.
    final @Nullable String version;

    Protection(String title, @Nullable String version) {
      this.title = title;
      this.version = version;
    }
  }

  /// How the file looks on the wire.
  enum Mode {
    STREAM('S'),
    BLOCK('B'),
    DEFLATE('Z');

    final char letter;

    Mode(char letter) {
      this.letter = letter;
    }

    /// All that goes over the wire before the end is said: without the end-of-file block of MODE B.
    /// In MODE Z the end is a part of what is compressed.
    byte[] wire(byte[] content) {
      return switch (this) {
        case STREAM -> content;
        case BLOCK -> blocks(content);
        case DEFLATE -> deflated(content);
      };
    }

    /// What says the end, behind that.
    byte[] end() {
      return this == BLOCK ? new byte[] {64, 0, 0} : new byte[0];
    }

    /// How much content the first `count` bytes on the wire are.
    int content(int count) {
      return switch (this) {
        case STREAM -> count;
        case BLOCK -> {
          int whole = count / (LARGEST_BLOCK + 3);
          yield whole * LARGEST_BLOCK + Math.max(0, count % (LARGEST_BLOCK + 3) - 3);
        }
        case DEFLATE -> inflated(Arrays.copyOf(wire(CONTENT), count));
      };
    }
  }

  /// After which byte.
  enum Cut {
    NONE("0"),
    ONE("1"),
    MIDDLE("middle"),
    BUT_ONE("last - 1"),
    ALL("last");

    final String title;

    Cut(String title) {
      this.title = title;
    }

    /// After how many of this many.
    int of(int length) {
      return switch (this) {
        case NONE -> 0;
        case ONE -> 1;
        case MIDDLE -> length / 2;
        case BUT_ONE -> length - 1;
        case ALL -> length;
      };
    }
  }

  /// What became of the upload.
  ///
  /// @param name what the name holds
  /// @param kept how many bytes are kept to resume from
  /// @param replies what the client was told, as codes; empty if there was nobody, or nothing, to
  ///   tell it
  /// @param log what the server's log says of it, in essence; empty if nothing
  record Fate(Holds name, int kept, List<Integer> replies, String log) {
    Fate {
      replies = List.copyOf(replies);
    }

    static Fate whole(Integer... replies) {
      return new Fate(Holds.NEW, 0, List.of(replies), CONTENT.length + " bytes");
    }

    static Fate interrupted(int kept, String log, Integer... replies) {
      return new Fate(Holds.OLD, kept, List.of(replies), log);
    }
  }

  /// What a name holds.
  enum Holds {
    OLD,
    NEW,
    /// The beginning of the new: never without a reason.
    A_PART,
    /// Never.
    SOMETHING_ELSE;

    static Holds of(byte[] found) {
      if (Arrays.equals(found, Kill.OLD)) {
        return OLD;
      } else if (Arrays.equals(found, CONTENT)) {
        return NEW;
      }
      return found.length < CONTENT.length
              && Arrays.equals(found, Arrays.copyOf(CONTENT, found.length))
          ? A_PART
          : SOMETHING_ELSE;
    }
  }

  /// For how the log tells that something was cut off.
  static final String CUT_OFF = "cut off";

  /// How many bytes go over the wire before it happens; of a disk, how many fit on it.
  int bytes() {
    return way == Way.FULL ? cut.of(CONTENT.length) : cut.of(mode.wire(CONTENT).length);
  }

  /// How much content that is.
  int content() {
    return way == Way.FULL ? bytes() : mode.content(bytes());
  }

  /// What is promised.
  Fate expected() {
    // The compressed stream ends with its last byte, which is of a checksum: all has come then, and
    // is known to have.
    boolean saidItsEnd = mode == Mode.DEFLATE && cut == Cut.ALL;
    return switch (way) {
      // Of plain bytes in a stream the end proves nothing: the system of a client that died says
      // it,
      // too. But then the control connection has ended as well. TLS wants a close_notify, MODE B
      // the
      // block that ends the file.
      case FIN, RST -> saidItsEnd ? Fate.whole() : Fate.interrupted(content(), CUT_OFF);
      // It is told what became of the transfer, and then of its ABOR.
      case ABOR ->
          saidItsEnd ? Fate.whole(226, 226) : Fate.interrupted(content(), "broken off", 426, 226);
      case SILENCE ->
          saidItsEnd ? Fate.whole(226) : Fate.interrupted(content(), "nothing moved for", 426);
      // Nothing has been published, and what has come is on the disk.
      case KILLED -> Fate.interrupted(content(), "");
      // What fits to its last byte fits. Else nothing is kept: it would fill the disk.
      case FULL ->
          cut == Cut.ALL
              ? Fate.whole(226)
              : Fate.interrupted(0, "is too large for this store", 552);
    };
  }

  /// A folder for it.
  String folder() {
    return "%s-%s-%s-%s".formatted(way, protection, mode, cut).toLowerCase(Locale.ROOT);
  }

  private static byte[] letters(int count, long seed) {
    Random random = new Random(seed);
    byte[] letters = new byte[count];
    for (int i = 0; i < count; i++) {
      letters[i] = (byte) Character.forDigit(random.nextInt(16), 16);
    }
    return letters;
  }

  private static byte[] blocks(byte[] content) {
    ByteArrayOutputStream blocks = new ByteArrayOutputStream();
    for (int from = 0; from < content.length; from += LARGEST_BLOCK) {
      int count = Math.min(LARGEST_BLOCK, content.length - from);
      blocks.write(0);
      blocks.write(count >> 8);
      blocks.write(count);
      blocks.write(content, from, count);
    }
    return blocks.toByteArray();
  }

  private static byte[] deflated(byte[] content) {
    Deflater deflater = new Deflater();
    try {
      deflater.setInput(content);
      deflater.finish();
      byte[] stream = new byte[content.length + 100];
      return Arrays.copyOf(stream, deflater.deflate(stream));
    } finally {
      deflater.end();
    }
  }

  private static int inflated(byte[] beginning) {
    Inflater inflater = new Inflater();
    try {
      inflater.setInput(beginning);
      return inflater.inflate(new byte[CONTENT.length]);
    } catch (DataFormatException e) {
      throw new AssertionError(e);
    } finally {
      inflater.end();
    }
  }
}
