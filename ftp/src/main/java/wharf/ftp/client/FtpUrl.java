package wharf.ftp.client;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/// Where something is on an FTP server: `ftp://[user[:password]@]host[:port]/path[;type=i]`, or the
/// short `host/path` and `host:port/path`; `ftps://` where TLS begins with the connection. Prints
/// without the password.
///
/// As RFC 1738 has it, the path counts from the folder one is in after log-in; `ftp://host//etc` or
/// `ftp://host/%2Fetc` counts from the root.
///
/// @param implicit whether TLS begins with the connection: `ftps://`
/// @param host a name or an address, an IPv6 one without its brackets
/// @param path decoded; empty for the folder one is in after log-in
public record FtpUrl(
    boolean implicit,
    String host,
    int port,
    @Nullable String user,
    @Nullable String password,
    String path) {
  /// Of `ftp://`.
  public static final int DEFAULT_PORT = 21;

  /// Of `ftps://`.
  public static final int IMPLICIT_PORT = 990;

  /// Reads a URL.
  ///
  /// @throws IllegalArgumentException with a message for people when it is none
  public static FtpUrl parse(String text) {
    String rest = text;
    boolean implicit = false;
    int scheme = text.indexOf("://");
    if (scheme >= 0) {
      String name = text.substring(0, scheme);
      implicit = name.equalsIgnoreCase("ftps");
      if (!implicit && !name.equalsIgnoreCase("ftp")) {
        throw wrong(
            text, "only ftp:// and ftps:// are understood, not " + Printable.of(name) + "://");
      }
      rest = text.substring(scheme + 3);
    }
    int slash = rest.indexOf('/');
    String authority = slash < 0 ? rest : rest.substring(0, slash);
    String path = slash < 0 ? "" : rest.substring(slash + 1);

    String user = null;
    String password = null;
    // The last @, so that an address given as user name or password needs no escape.
    int at = authority.lastIndexOf('@');
    if (at >= 0) {
      String login = authority.substring(0, at);
      int colon = login.indexOf(':');
      user = decode(text, colon < 0 ? login : login.substring(0, colon));
      password = colon < 0 ? null : decode(text, login.substring(colon + 1));
      if (user.isEmpty()) {
        throw wrong(text, "the user name before @ is empty");
      }
    }

    String place = authority.substring(at + 1);
    String host;
    String port;
    if (place.startsWith("[")) {
      int bracket = place.indexOf(']');
      if (bracket < 0) {
        throw wrong(text, "the IPv6 address has no closing ]");
      }
      host = place.substring(1, bracket);
      port = place.substring(bracket + 1);
      if (!host.matches("[0-9a-fA-F:.]+(%[\\w.-]+)?")) {
        throw wrong(text, "[" + Printable.of(host) + "] is no IPv6 address");
      }
    } else {
      int colon = place.indexOf(':');
      host = decode(text, colon < 0 ? place : place.substring(0, colon));
      port = colon < 0 ? "" : place.substring(colon);
      if (port.indexOf(':', 1) >= 0) {
        throw wrong(text, "an IPv6 address is written in brackets: ftp://[::1]/");
      }
      if (!host.matches("[\\p{L}\\p{N}._-]+")) {
        throw wrong(
            text,
            host.isEmpty()
                ? "it names no host"
                : "\"" + Printable.of(host) + "\" is no host name or address");
      }
    }
    return new FtpUrl(
        implicit,
        host,
        portOf(text, port, implicit),
        user,
        password,
        decode(text, typeless(text, path)));
  }

  /// The last name in the path; empty when it ends with a slash or is empty.
  public String name() {
    return path.substring(path.lastIndexOf('/') + 1);
  }

  /// Whether it can only mean a folder.
  public boolean isFolder() {
    return path.isEmpty() || path.endsWith("/");
  }

  public FtpUrl withPath(String newPath) {
    return new FtpUrl(implicit, host, port, user, password, newPath);
  }

  /// Somewhere below this folder, or by a path that begins with `/` anywhere at this server.
  ///
  /// @param text as behind a host: with `%` codes
  /// @throws IllegalArgumentException with a message for people when it is no path
  public FtpUrl below(String text) {
    String rest = decode(text, typeless(text, text));
    boolean joined = path.isEmpty() || path.endsWith("/") || rest.isEmpty() || rest.startsWith("/");
    return withPath(rest.startsWith("/") ? rest : path + (joined ? "" : "/") + rest);
  }

  /// As a URL that leads to the same place, without the password.
  public String withoutPassword() {
    StringBuilder text = new StringBuilder(scheme());
    if (user != null) {
      encode(text, user, "").append('@');
    }
    return place(text);
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder(scheme());
    if (user != null) {
      encode(text, user, "").append(password == null ? "@" : ":***@");
    }
    return place(text);
  }

  private String scheme() {
    return implicit ? "ftps://" : "ftp://";
  }

  private static int usualPort(boolean implicit) {
    return implicit ? IMPLICIT_PORT : DEFAULT_PORT;
  }

  private String place(StringBuilder text) {
    text.append(host.indexOf(':') >= 0 ? "[" + host + "]" : host);
    if (port != usualPort(implicit)) {
      text.append(':').append(port);
    }
    return encode(text.append('/'), path, "/").toString();
  }

  private static int portOf(String text, String given, boolean implicit) {
    if (given.isEmpty() || given.equals(":")) {
      return usualPort(implicit);
    }
    if (given.matches(":[0-9]{1,5}")) {
      int port = Integer.parseInt(given.substring(1));
      if (port >= 1 && port <= 65535) {
        return port;
      }
    }
    throw wrong(text, "\"" + Printable.of(given.substring(1)) + "\" is no port (1 to 65535)");
  }

  /// Bytes are what this client moves, so `;type=i` says nothing new and the rest is refused.
  private static String typeless(String text, String path) {
    int type = path.toLowerCase(java.util.Locale.ROOT).lastIndexOf(";type=");
    if (type < 0 || type != path.length() - 7) {
      return path;
    }
    if (Character.toLowerCase(path.charAt(path.length() - 1)) != 'i') {
      throw wrong(text, "only ;type=i is understood: files are moved byte for byte");
    }
    return path.substring(0, type);
  }

  private static String decode(String text, String part) {
    byte[] bytes = part.getBytes(StandardCharsets.UTF_8);
    ByteBuffer decoded = ByteBuffer.allocate(bytes.length);
    for (int i = 0; i < bytes.length; i++) {
      if (bytes[i] != '%') {
        decoded.put(bytes[i]);
        continue;
      }
      int high = i + 2 < bytes.length ? Character.digit(bytes[i + 1], 16) : -1;
      int low = i + 2 < bytes.length ? Character.digit(bytes[i + 2], 16) : -1;
      if (high < 0 || low < 0) {
        throw wrong(text, "% must be followed by two hexadecimal digits; a bare % is %25");
      }
      decoded.put((byte) (high << 4 | low));
      i += 2;
    }
    String value;
    try {
      value = StandardCharsets.UTF_8.newDecoder().decode(decoded.flip()).toString();
    } catch (CharacterCodingException _) {
      throw wrong(text, "what its % codes stand for is not UTF-8");
    }
    // A line break here would be a second command there.
    if (value.chars().anyMatch(Character::isISOControl)) {
      throw wrong(text, "it contains a control character");
    }
    return value;
  }

  private static StringBuilder encode(StringBuilder into, String part, String also) {
    for (byte b : part.getBytes(StandardCharsets.UTF_8)) {
      char c = (char) (b & 0xFF);
      boolean plain = c < 0x80 && (Character.isLetterOrDigit(c) || "-._~+,=".indexOf(c) >= 0);
      if (plain || also.indexOf(c) >= 0) {
        into.append(c);
      } else {
        into.append('%').append("%02X".formatted((int) c));
      }
    }
    return into;
  }

  private static IllegalArgumentException wrong(String text, String why) {
    int at = text.lastIndexOf('@');
    String shown = at < 0 ? text : text.replaceFirst("(?s)^([^:/]*://)?.*@", "$1***@");
    return new IllegalArgumentException(
        "not an FTP URL: "
            + Printable.of(shown)
            + ": "
            + why
            + "; example: ftp://host/folder/file");
  }
}
