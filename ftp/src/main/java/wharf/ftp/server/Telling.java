package wharf.ftp.server;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import wharf.protocol.Effect;

/// A listing told over the control connection (STAT with a path): part by part, each when the one
/// before has left, for it may be long.
final class Telling implements Doing {
  /// About how much is told at once.
  private static final int TELL_AT_ONCE = 8 << 10;

  /// How much is told while a transfer runs.
  private static final int TOLD_DURING_TRANSFER = 64 << 10;

  /// How often the listing is read for that, each time [ListingSource#NAMES_AT_ONCE]; enough for
  /// the largest directory that comes sorted.
  private static final int READS_DURING_TRANSFER = 5;

  private final ListingSource listing;
  private final Answers answers;

  private Telling(ListingSource listing, Answers answers) {
    this.listing = listing;
    this.answers = answers;
  }

  /// Begins to tell.
  ///
  /// @return what is being done then
  static Doing of(ListingSource listing, Answers answers) {
    begin(answers);
    return new Telling(listing, answers).tell();
  }

  /// Tells while a transfer runs, beside which nothing is waited for: no more of it than may be in
  /// memory.
  static void atOnce(ListingSource listing, Answers answers) {
    begin(answers);
    ByteBuffer all = ByteBuffer.allocate(TOLD_DURING_TRANSFER);
    Phrase end = Phrase.of("End.");
    try {
      int count = 0;
      for (int i = 0; i < READS_DURING_TRANSFER && count >= 0 && all.hasRemaining(); i++) {
        count = listing.read(all);
      }
      if (count >= 0) {
        end = Phrase.of("And more, which is told when no transfer runs.");
      }
    } catch (IOException e) {
      end = brokenOff(e);
    }
    answers.closeQuietly(listing);
    int length = all.position();
    // A line that was cut is not told.
    while (length > 0 && all.get(length - 1) != '\n') {
      length--;
    }
    if (length > 0) {
      answers.raw(all.flip().limit(length));
    }
    answers.reply(Reply.of(213, end));
  }

  private static void begin(Answers answers) {
    String line = "213-" + Phrase.of("Here comes the listing.").in(answers.spoken()) + "\r\n";
    answers.raw(ByteBuffer.wrap(line.getBytes(StandardCharsets.UTF_8)));
  }

  /// The code was said in the first line.
  private static Phrase brokenOff(IOException problem) {
    return Phrase.of("Broken off: %s.", String.valueOf(problem.getMessage()));
  }

  private Doing tell() {
    ByteBuffer part = ByteBuffer.allocate(TELL_AT_ONCE);
    int count;
    Phrase end = Phrase.of("End.");
    try {
      count = listing.read(part);
    } catch (IOException e) {
      end = brokenOff(e);
      count = -1;
    }
    if (count > 0) {
      // Every line begins with the letter of a kind, never with a digit: none can be taken for the
      // last.
      answers.raw(part.flip());
    }
    if (count >= 0) {
      answers.ask(new Effect.Drain());
      return this;
    }
    answers.closeQuietly(listing);
    answers.reply(Reply.of(213, end));
    return new Resting();
  }

  @Override
  public Doing drained() {
    return tell();
  }

  @Override
  public Doing peerClosed(Client client) {
    answers.closeQuietly(listing);
    answers.close();
    return new Resting();
  }

  @Override
  public Doing closing() {
    answers.closeQuietly(listing);
    return new Resting();
  }

  @Override
  public void ended() {
    answers.closeQuietly(listing);
  }
}
