package wharf.app;

import java.util.Locale;
import wharf.ftp.client.FtpException;

/// What the program's exit code says. A code never changes its meaning: scripts rely on it.
enum ExitCode {
  OK(0),
  FAILED(1),
  USAGE(2),
  UNREACHABLE(3),
  TRUST(4),
  LOGIN_REFUSED(5),
  NOT_FOUND(6),
  NOT_PERMITTED(7),
  LOCAL_DISK(8),
  TIMED_OUT(9),
  NOT_VERIFIED(10),
  INTERRUPTED(130),
  /// The same by SIGTERM.
  TERMINATED(143);

  private final int number;

  ExitCode(int number) {
    this.number = number;
  }

  int number() {
    return number;
  }

  /// What it is called in JSON.
  String word() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  static ExitCode of(FtpException problem) {
    return switch (problem) {
      case FtpException.Unreachable _, FtpException.Full _, FtpException.ConnectionLost _ ->
          UNREACHABLE;
      case FtpException.Untrusted _ -> TRUST;
      case FtpException.LoginRefused _ -> LOGIN_REFUSED;
      case FtpException.NotFound _ -> NOT_FOUND;
      case FtpException.NotPermitted _, FtpException.NoSpace _ -> NOT_PERMITTED;
      case FtpException.LocalDisk _ -> LOCAL_DISK;
      case FtpException.TimedOut _ -> TIMED_OUT;
      case FtpException.Mismatch _ -> NOT_VERIFIED;
      case FtpException.Cancelled _ -> INTERRUPTED;
      case FtpException.Refused _, FtpException.Protocol _, FtpException.Incomplete _ -> FAILED;
    };
  }
}
