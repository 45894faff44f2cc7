package wharf.ftp.client;

import java.io.IOException;
import java.io.Serial;
import org.jspecify.annotations.Nullable;

/// Why something did not work, one type per meaning. The message is a sentence for people: what
/// happened, to what, what to do. It carries no control characters and no password.
public abstract sealed class FtpException extends IOException {
  @Serial private static final long serialVersionUID = 1;

  private FtpException(String message, @Nullable Throwable cause) {
    super(Printable.of(message), cause);
  }

  /// Whether the same may work when it is tried again, by itself: what passes, as a network that is
  /// away, a server that is busy; not what somebody must see to.
  public final boolean mayPass() {
    return switch (this) {
      case Unreachable _, ConnectionLost _, Full _, TimedOut _, Incomplete _ -> true;
      // 4xx: "the user is encouraged to begin the action again" (RFC 959, 4.2.1).
      case Refused refused -> refused.code() / 100 == 4;
      case Untrusted _,
          LoginRefused _,
          NotFound _,
          NotPermitted _,
          NoSpace _,
          Protocol _,
          LocalDisk _,
          Mismatch _,
          Cancelled _ ->
          false;
    };
  }

  /// The same for another whom it concerns: each thread throws its own.
  final FtpException again() {
    String message = String.valueOf(getMessage());
    return switch (this) {
      case LoginRefused _ -> new LoginRefused(message);
      case Untrusted _ -> new Untrusted(message, this);
      case Full _ -> new Full(message);
      case TimedOut _ -> new TimedOut(message, this);
      case ConnectionLost _ -> new ConnectionLost(message, this);
      case Protocol _ -> new Protocol(message);
      default -> new Unreachable(message, this);
    };
  }

  /// No connection could be made.
  public static final class Unreachable extends FtpException {
    @Serial private static final long serialVersionUID = 1;

    public Unreachable(String message, @Nullable Throwable cause) {
      super(message, cause);
    }
  }

  /// The server is there, but takes no more sessions now, in all or from here.
  public static final class Full extends FtpException {
    @Serial private static final long serialVersionUID = 1;

    public Full(String message) {
      super(message, null);
    }
  }

  /// The connection was there and is gone; connecting again may help.
  public static final class ConnectionLost extends FtpException {
    @Serial private static final long serialVersionUID = 1;

    public ConnectionLost(String message, @Nullable Throwable cause) {
      super(message, cause);
    }
  }

  /// There is no TLS with this server, or its certificate is not believed.
  public static final class Untrusted extends FtpException {
    @Serial private static final long serialVersionUID = 1;

    public Untrusted(String message, @Nullable Throwable cause) {
      super(message, cause);
    }
  }

  /// The server does not want this user, or not with this password.
  public static final class LoginRefused extends FtpException {
    @Serial private static final long serialVersionUID = 1;

    public LoginRefused(String message) {
      super(message, null);
    }
  }

  /// There is no such file or folder on the server.
  public static final class NotFound extends FtpException {
    @Serial private static final long serialVersionUID = 1;

    public NotFound(String message) {
      super(message, null);
    }
  }

  /// This user may not do that, or the server does not accept the name.
  public static final class NotPermitted extends FtpException {
    @Serial private static final long serialVersionUID = 1;

    public NotPermitted(String message) {
      super(message, null);
    }
  }

  /// The server has no room left, or the user's quota is used up.
  public static final class NoSpace extends FtpException {
    @Serial private static final long serialVersionUID = 1;

    public NoSpace(String message) {
      super(message, null);
    }
  }

  /// The server refused for a reason that has no type of its own.
  public static final class Refused extends FtpException {
    @Serial private static final long serialVersionUID = 1;
    private final int code;

    public Refused(String message, int code) {
      super(message, null);
      this.code = code;
    }

    /// The reply's code.
    public int code() {
      return code;
    }

    /// Whether the server does not know the command, or not with this argument.
    public boolean unsupported() {
      return code >= 500 && code <= 504;
    }
  }

  /// What the server says makes no sense.
  public static final class Protocol extends FtpException {
    @Serial private static final long serialVersionUID = 1;

    public Protocol(String message) {
      super(message, null);
    }
  }

  /// The server or the network was silent for longer than the timeout.
  public static final class TimedOut extends FtpException {
    @Serial private static final long serialVersionUID = 1;

    public TimedOut(String message, @Nullable Throwable cause) {
      super(message, cause);
    }
  }

  /// A file on this machine could not be read or written.
  public static final class LocalDisk extends FtpException {
    @Serial private static final long serialVersionUID = 1;

    public LocalDisk(String message, @Nullable Throwable cause) {
      super(message, cause);
    }
  }

  /// The transfer broke off; what has arrived is kept and can be resumed.
  public static final class Incomplete extends FtpException {
    @Serial private static final long serialVersionUID = 1;

    public Incomplete(String message, @Nullable Throwable cause) {
      super(message, cause);
    }
  }

  /// Both ends said the transfer was complete, but the sizes or the hashes differ.
  public static final class Mismatch extends FtpException {
    @Serial private static final long serialVersionUID = 1;

    public Mismatch(String message) {
      super(message, null);
    }
  }

  /// The waiting thread was interrupted.
  public static final class Cancelled extends FtpException {
    @Serial private static final long serialVersionUID = 1;

    public Cancelled() {
      super("interrupted", null);
    }
  }
}
