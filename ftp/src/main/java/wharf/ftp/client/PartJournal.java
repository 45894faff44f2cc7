package wharf.ftp.client;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.TRUNCATE_EXISTING;
import static java.nio.file.StandardOpenOption.WRITE;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Optional;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;

/// What a part alone does not say, in a small file beside it, for a run after one that was killed:
///
/// ```
/// wharf-part 1 5f4dcc3b
/// remote 1073741824 2026-01-02T03:04:05Z 8d777f38
/// have 0 33554432 1c291ca3
/// have 536870912 570425344 2ab81f8e
/// ```
///
/// Each line ends with its own CRC-32; from the first that is wrong on, nothing is believed: it was
/// being written when the power went. Without `have` all of the part is there, from its beginning
/// to its end; with it, these bytes are, and have been forced to the disk before that was written.
final class PartJournal implements Closeable {
  private static final String FIRST_LINE = "wharf-part 1";

  /// A line is short, and there is one for each 32 MiB.
  private static final long LONGEST = 16L * 1024 * 1024;

  private final Path path;
  private final FileChannel file;

  private PartJournal(Path path, FileChannel file) {
    this.path = path;
    this.file = file;
  }

  /// What was known of a part.
  ///
  /// @param size of the whole file on the server, and when that was modified
  /// @param have which bytes are there, null when all up to the part's end are
  /// @param believed how many bytes of the journal
  record Known(long size, @Nullable Instant modified, @Nullable Ranges have, long believed) {}

  static Path of(Path part) {
    return part.resolveSibling(part.getFileName() + ".journal");
  }

  /// What the journal of `part` says, if there is one that can be believed.
  static Optional<Known> read(Path part) {
    try {
      Path path = of(part);
      if (Files.notExists(path, LinkOption.NOFOLLOW_LINKS) || Files.size(path) > LONGEST) {
        return Optional.empty();
      }
      return parse(new String(Files.readAllBytes(path), US_ASCII));
    } catch (IOException | NumberFormatException | DateTimeException _) {
      return Optional.empty();
    }
  }

  private static Optional<Known> parse(String text) {
    Known known = null;
    int number = 0;
    long believed = 0;
    for (String line : text.split("\n", -1)) {
      int end = line.lastIndexOf(' ');
      if (end < 0 || !line.substring(end + 1).equals(check(line.substring(0, end)))) {
        break;
      }
      String[] words = line.substring(0, end).split(" ", -1);
      number++;
      believed += line.length() + 1;
      if (number == 1) {
        if (!line.startsWith(FIRST_LINE + " ")) {
          return Optional.empty();
        }
      } else if (number == 2 && words.length == 3 && words[0].equals("remote")) {
        Instant modified = words[2].equals("-") ? null : Instant.parse(words[2]);
        known = new Known(Long.parseLong(words[1]), modified, null, believed);
      } else if (known != null && words.length == 3 && words[0].equals("have")) {
        Ranges have = known.have() == null ? new Ranges() : known.have();
        have.add(Long.parseLong(words[1]), Long.parseLong(words[2]));
        known = new Known(known.size(), known.modified(), have, believed);
      } else {
        break;
      }
    }
    return Optional.ofNullable(known);
  }

  /// Begins the journal of a part, in place of any before.
  static PartJournal begin(Path part, long size, @Nullable Instant modified) throws IOException {
    Path path = of(part);
    PartJournal journal =
        new PartJournal(
            path,
            FileChannel.open(path, CREATE, WRITE, TRUNCATE_EXISTING, LinkOption.NOFOLLOW_LINKS));
    try {
      journal.write(FIRST_LINE);
      journal.write("remote %d %s".formatted(size, modified == null ? "-" : modified));
      return journal;
    } catch (IOException e) {
      journal.file.close();
      throw e;
    }
  }

  /// Goes on with a journal, behind what is believed of it.
  static PartJournal goOn(Path part, Known known) throws IOException {
    Path path = of(part);
    FileChannel file = FileChannel.open(path, WRITE, LinkOption.NOFOLLOW_LINKS);
    try {
      file.truncate(known.believed()).position(known.believed());
      return new PartJournal(path, file);
    } catch (IOException e) {
      file.close();
      throw e;
    }
  }

  /// These bytes are on the disk.
  void have(long from, long to) throws IOException {
    write("have %d %d".formatted(from, to));
    file.force(false);
  }

  private void write(String line) throws IOException {
    ByteBuffer bytes = ByteBuffer.wrap((line + " " + check(line) + "\n").getBytes(US_ASCII));
    while (bytes.hasRemaining()) {
      int _ = file.write(bytes);
    }
  }

  private static String check(String line) {
    CRC32 crc = new CRC32();
    crc.update(line.getBytes(US_ASCII));
    return HexFormat.of().toHexDigits((int) crc.getValue());
  }

  /// The part is no more, or begins anew.
  void delete() throws IOException {
    file.close();
    Files.deleteIfExists(path);
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
