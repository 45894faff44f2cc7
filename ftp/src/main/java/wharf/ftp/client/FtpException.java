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

  /// No connection could be made, or the server is full.
  public static final class Unreachable extends FtpException {
    @Serial private static final long serialVersionUID = 1;

    public Unreachable(String message, @Nullable Throwable cause) {
      super(message, cause);
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
