package wharf.app;

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
    double seconds = seconds();
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

  String json(String from, String to, Receipt receipt) {
    return "{\"from\":%s,\"to\":%s,\"size\":%d,\"moved\":%d,\"seconds\":%s,\"verified\":%b,\"by\":%s}"
        .formatted(
            Json.string(from),
            Json.string(to),
            receipt.size(),
            receipt.moved(),
            // JSON numbers have a point whatever the locale.
            Double.toString(Math.round(seconds() * 1000) / 1000.0),
            receipt.verified(),
            Json.string(receipt.verification().method()));
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

  private double seconds() {
    return Math.max(1e-3, (System.nanoTime() - started) / 1e9);
  }
}
