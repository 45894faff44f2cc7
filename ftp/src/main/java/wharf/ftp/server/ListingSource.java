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
/// memory of one line. One in which next to nothing is chosen holds up nobody: a read looks at a
/// bounded number of names, and then stops early.
final class ListingSource implements Source.Made {
  /// The most names that one read looks at.
  static final int NAMES_AT_ONCE = 1024;

  private final Entries entries;
  private final EntryFormat format;
  private ByteBuffer line = ByteBuffer.allocate(0);

  /// Where the entries come from, one at a time.
  private interface Entries {
    /// @return whether there was another name
    boolean advance() throws FileProblem;

    /// What it names; null if that is not to be told.
    Listing.@Nullable Entry entry();

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
          public boolean advance() throws FileProblem {
            return listing.advance(chosen);
          }

          @Override
          public Listing.@Nullable Entry entry() {
            return listing.entry();
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
          public boolean advance() {
            boolean first = !given;
            given = true;
            return first;
          }

          @Override
          public Listing.Entry entry() {
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
    give(into);
    for (int i = 0; i < NAMES_AT_ONCE && into.hasRemaining(); i++) {
      if (!entries.advance()) {
        return into.position() == before ? -1 : into.position() - before;
      }
      Listing.@Nullable Entry entry = entries.entry();
      if (entry != null) {
        String text = format.line(entry.name(), entry.facts()) + "\r\n";
        line = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
        give(into);
      }
    }
    return into.position() - before;
  }

  /// Puts what is left of the line into `into`, as far as there is room.
  private void give(ByteBuffer into) {
    int count = Math.min(line.remaining(), into.remaining());
    into.put(into.position(), line, line.position(), count);
    into.position(into.position() + count);
    line.position(line.position() + count);
  }

  @Override
  public void close() throws IOException {
    entries.close();
  }
}
