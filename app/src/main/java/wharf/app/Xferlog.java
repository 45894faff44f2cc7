package wharf.app;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import wharf.protocol.Effect.Transfer.Form;
import wharf.protocol.Happening.Cargo;
import wharf.protocol.Happening.Direction;
import wharf.protocol.Happening.Transfer;
import wharf.server.Journal;
import wharf.users.Account;

/// Transfers of files as xferlog(5) has them, the form of wu-ftpd that ProFTPD and vsftpd write,
/// too, and that programs for statistics read:
///
/// ```
///   Thu Sep  3 12:00:00 2026 2 192.0.2.7 1048576 /pub/a_b.iso b _ o r ann ftp 0 * c
///   time                     | address   bytes   path         | | | | |   |   | | complete, or i
///                            seconds, at least 1      a text, | | | | |   |   | who: not known
///                                                 b otherwise | | | | |   how that is known: not
///                                                   untouched | | | | service
///                                   o to the client, i from it  | | account
///                                                               a for nobody in particular, r
/// ```
///
/// @param zone of the times, which do not say it
record Xferlog(ZoneId zone) {
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("EEE MMM ppd HH:mm:ss uuuu", Locale.ENGLISH);

  private static final Set<String> OF_FILES = Set.of("RETR", "STOR");

  /// The line; none for what is not a transfer of a file.
  Optional<String> of(Journal.Entry entry) {
    return entry.happening() instanceof Transfer transfer && isOfFile(transfer)
        ? Optional.of(line(entry.time(), address(entry), transfer))
        : Optional.empty();
  }

  /// Whether it is a file that was moved, and not a listing.
  static boolean isOfFile(Transfer transfer) {
    return OF_FILES.contains(transfer.cargo().verb());
  }

  private static String address(Journal.Entry entry) {
    return entry.connection().peer() instanceof InetSocketAddress at
        ? at.getAddress().getHostAddress()
        : "unix";
  }

  private String line(Instant time, String address, Transfer transfer) {
    Cargo cargo = transfer.cargo();
    return String.join(
        " ",
        TIME.format(time.atZone(zone)),
        Long.toString(seconds(transfer.took())),
        address,
        Long.toString(transfer.bytes()),
        word(cargo.path()),
        cargo.form() == Form.ASCII ? "a" : "b",
        "_",
        cargo.direction() == Direction.OUT ? "o" : "i",
        cargo.account().equals(Account.ANONYMOUS) ? "a" : "r",
        word(cargo.account()),
        "ftp 0 *",
        transfer.complete() ? "c" : "i");
  }

  private static long seconds(@Nullable Duration took) {
    return took == null ? 1 : Math.max(1, took.plusMillis(500).toSeconds());
  }

  /// What would end the field, or the line, is a `_`, as the others write it.
  private static String word(String text) {
    StringBuilder word = new StringBuilder(text.length());
    text.codePoints()
        .forEach(
            c ->
                word.appendCodePoint(
                    Character.isWhitespace(c)
                            || Character.isSpaceChar(c)
                            || wharf.ftp.client.Printable.acts(c)
                        ? '_'
                        : c));
    return word.toString();
  }
}
