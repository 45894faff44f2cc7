package wharf.ftp.client;

import java.util.List;

/// A server's answer: a code of three digits and its text, one entry per line, without the code on
/// the first and the last.
///
/// The text is as the server sent it; show it only through [Printable].
public record Reply(int code, List<String> lines) {
  public Reply {
    lines = List.copyOf(lines);
  }

  /// 1xx: the action has begun, another reply follows.
  public boolean preliminary() {
    return code / 100 == 1;
  }

  /// 2xx: done.
  public boolean done() {
    return code / 100 == 2;
  }

  /// 3xx: the server wants the next command of a sequence.
  public boolean wantsMore() {
    return code / 100 == 3;
  }

  /// 5xx: not like this, and not when tried again either.
  public boolean permanent() {
    return code / 100 == 5;
  }

  /// The text of a reply of one line, or the last, which is the summary, of many.
  public String text() {
    return lines.getLast();
  }

  /// As one line that is safe to show and to go on after.
  @Override
  public String toString() {
    return Printable.of((code + " " + text()).strip()).replaceFirst("\\.$", "");
  }
}
