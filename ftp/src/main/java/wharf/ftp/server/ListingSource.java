package wharf.ftp.server;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import wharf.files.FileFacts;
import wharf.files.FileProblem;
import wharf.files.Listing;
import wharf.protocol.Source;

/// A listing as bytes, made line by line as they are asked for: a directory of any size takes the
/// memory of one line.
final class ListingSource implements Source.Made {
  private final Entries entries;
  private final EntryFormat format;
  private ByteBuffer line = ByteBuffer.allocate(0);

  /// Where the entries come from, one at a time.
  private interface Entries {
    Listing.@Nullable Entry next() throws FileProblem;

    void close() throws IOException;
  }

  private ListingSource(Entries entries, EntryFormat format) {
    this.entries = entries;
    this.format = format;
  }

  /// What a directory holds, as far as `chosen` names it. The listing is this source's from here
  /// on.
  static ListingSource of(Listing listing, Predicate<String> chosen, EntryFormat format) {
    return new ListingSource(
        new Entries() {
          @Override
          public Listing.@Nullable Entry next() throws FileProblem {
            Listing.@Nullable Entry entry;
            do {
              entry = listing.next();
            } while (entry != null && !chosen.test(entry.name()));
            return entry;
          }

          @Override
          public void close() throws IOException {
            listing.close();
          }
        },
        format);
  }

  /// A single entry.
  static ListingSource of(String name, FileFacts facts, EntryFormat format) {
    return new ListingSource(
        new Entries() {
          private boolean given;

          @Override
          public Listing.@Nullable Entry next() {
            if (given) {
              return null;
            }
            given = true;
            return new Listing.Entry(name, facts);
          }

          @Override
          public void close() {}
        },
        format);
  }

  @Override
  public int read(ByteBuffer into) throws IOException {
    int before = into.position();
    while (into.hasRemaining()) {
      if (!line.hasRemaining()) {
        Listing.@Nullable Entry entry = entries.next();
        if (entry == null) {
          break;
        }
        String text = format.line(entry.name(), entry.facts()) + "\r\n";
        line = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
      }
      int count = Math.min(line.remaining(), into.remaining());
      into.put(into.position(), line, line.position(), count);
      into.position(into.position() + count);
      line.position(line.position() + count);
    }
    return into.position() == before ? -1 : into.position() - before;
  }

  @Override
  public void close() throws IOException {
    entries.close();
  }
}
