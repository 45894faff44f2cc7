package wharf.ftp.client;

import java.util.Locale;

/// What a server's 4xx or 5xx means. RFC 959 gives 550 for both "not there" and "not allowed", so
/// the text, and what was asked, must tell.
final class Refusal {
  private Refusal() {}

  /// @param subject the path, or what else the command was about
  static FtpException of(Reply reply, String verb, String subject) {
    String what =
        switch (verb) {
          case "RETR" -> "cannot read";
          case "STOR", "APPE" -> "cannot write";
          case "SITE CHMOD" -> "cannot set the permissions of";
          case "MLSD", "LIST", "NLST", "MLST" -> "cannot list";
          case "CWD" -> "cannot go to";
          case "MKD" -> "cannot make the folder";
          case "RMD" -> "cannot remove the folder";
          case "DELE" -> "cannot delete";
          case "RNFR", "RNTO" -> "cannot rename";
          case "REST" -> "cannot resume";
          case "HASH", "XSHA256", "XSHA512", "XSHA1", "XMD5", "XCRC" -> "cannot tell the hash of";
          default -> "refused: " + verb;
        };
    String told =
        subject.isEmpty()
            ? what + ": " + reply
            : "%s %s: %s".formatted(what, quote(subject), reply);
    return switch (reply.code()) {
      case 425, 426 ->
          new FtpException.Incomplete(told + "; what came is kept and can be continued", null);
      case 452, 552 ->
          new FtpException.NoSpace(told + "; free space there, or ask for a larger quota");
      case 522 ->
          new FtpException.Untrusted(
              told + "; the server wants data connections to resume the TLS session", null);
      case 530 -> new FtpException.LoginRefused(told + "; log in as a user who may");
      case 553 ->
          // Apache FtpServer says it of a RNTO whose source is not there.
          says(told.toLowerCase(Locale.ROOT), "no such file")
              ? new FtpException.NotFound(told + "; check the name")
              : new FtpException.NotPermitted(told);
      case 532 -> new FtpException.NotPermitted(told);
      case 450, 521, 550 -> meaning550(reply, verb, told);
      default -> new FtpException.Refused(told, reply.code());
    };
  }

  private static FtpException meaning550(Reply reply, String verb, String told) {
    String text = String.join(" ", reply.lines()).toLowerCase(Locale.ROOT);
    if (says(text, "no such", "not found", "not exist", "n't exist", "cannot find", "can't find")) {
      return new FtpException.NotFound(told + "; check the name");
    }
    boolean makes =
        verb.equals("STOR") || verb.equals("APPE") || verb.equals("MKD") || verb.equals("RNTO");
    boolean denied =
        says(
            text,
            "permission",
            "may not",
            "denied",
            "permitted",
            "allowed",
            "forbidden",
            "read-only",
            "read only",
            "privilege",
            "access is",
            "rights");
    if (makes || denied) {
      return new FtpException.NotPermitted(told);
    }
    // "Not empty", "is a directory": the name is right, the wish is not.
    if (says(text, "not empty", "is a dir", "not a dir", "is not a", "exists", "busy", "in use")) {
      return new FtpException.Refused(told, reply.code());
    }
    return new FtpException.NotFound(told + "; check the name");
  }

  /// Whether a greeting, or the answer to a log-in, means that the server has enough sessions. 421
  /// ends the session and does not get here.
  static boolean isFull(Reply reply) {
    String text = String.join(" ", reply.lines()).toLowerCase(Locale.ROOT);
    return reply.code() >= 400
        && (reply.code() == 421
            || says(text, "too many", "maximum number", "connection limit", "limit reached"));
  }

  private static boolean says(String text, String... words) {
    for (String word : words) {
      if (text.contains(word)) {
        return true;
      }
    }
    return false;
  }

  static String quote(String path) {
    return "\"" + path + "\"";
  }
}
