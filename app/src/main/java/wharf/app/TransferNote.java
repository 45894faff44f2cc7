package wharf.app;

import java.time.Duration;
import wharf.ftp.client.FtpException;
import wharf.ftp.client.Printable;
import wharf.ftp.client.Receipt;

/// What is said when a file has been moved: how much, how fast, and whether it was verified.
final class TransferNote {
  private final long started;

  private TransferNote(long started) {
    this.started = started;
  }

  static TransferNote start() {
    return new TransferNote(System.nanoTime());
  }

  String text(String name, Receipt receipt) {
    return text(name, receipt, Duration.ofNanos(System.nanoTime() - started));
  }

  static String text(String name, Receipt receipt, Duration time) {
    double seconds = seconds(time);
    return "%s: %s%s in %.1f s (%s/s), %s"
        .formatted(
            Printable.of(name),
            Amount.bytes(receipt.size()),
            receipt.moved() == receipt.size()
                ? ""
                : ", of which " + Amount.bytes(receipt.moved()) + " now,",
            seconds,
            Amount.bytes(Math.round(receipt.moved() / seconds)),
            receipt.verification().text());
  }

  /// Whether a transfer that ended so has left a part that can be gone on with.
  static boolean mayContinue(FtpException problem) {
    return switch (problem) {
      case FtpException.Cancelled _,
          FtpException.Incomplete _,
          FtpException.Mismatch _,
          FtpException.ConnectionLost _,
          FtpException.TimedOut _ ->
          true;
      default -> false;
    };
  }

  static double seconds(Duration time) {
    return Math.max(1e-3, time.toNanos() / 1e9);
  }
}
