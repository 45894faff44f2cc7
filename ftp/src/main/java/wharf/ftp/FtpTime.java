package wharf.ftp;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.format.ResolverStyle;
import java.time.temporal.ChronoField;
import java.util.Optional;

/// Times as FTP says them: `YYYYMMDDHHMMSS[.fraction]`, always UTC (RFC 3659 section 2.3).
public final class FtpTime {
  private static final DateTimeFormatter SAID = DateTimeFormatter.ofPattern("uuuuMMddHHmmss");
  private static final DateTimeFormatter UNDERSTOOD =
      new DateTimeFormatterBuilder()
          .appendValue(ChronoField.YEAR, 4)
          .appendPattern("MMddHHmmss")
          .optionalStart()
          .appendFraction(ChronoField.NANO_OF_SECOND, 1, 9, true)
          .optionalEnd()
          .toFormatter()
          .withResolverStyle(ResolverStyle.STRICT);

  private FtpTime() {}

  /// `time` in whole seconds: a fraction is allowed, but clients stumble over it.
  public static String format(Instant time) {
    return SAID.format(time.atOffset(ZoneOffset.UTC));
  }

  /// What `text` says, if it is a time. A leap second, which may be said, is the second before.
  public static Optional<Instant> parse(String text) {
    String said =
        text.startsWith("60", 12) ? text.substring(0, 12) + "59" + text.substring(14) : text;
    try {
      return Optional.of(LocalDateTime.parse(said, UNDERSTOOD).toInstant(ZoneOffset.UTC));
    } catch (DateTimeException e) {
      return Optional.empty();
    }
  }
}
