package wharf.ftp.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Holds a session to one final reply for each command, in the order of the commands, with a code
/// that command may be answered with (RFC 959 section 5.4 and the later ones).
///
/// Only while a transfer runs may a command that is heard always overtake the transfer's.
final class ReplyOrder {
  /// What waits for its final reply.
  private record Asked(String line, Optional<Verb> verb) {}

  private final Deque<Asked> asked = new ArrayDeque<>();
  private final List<Integer> codes = new ArrayList<>();
  private boolean greeted;
  private int announced;
  private boolean transferring;

  /// The client has sent this line, without its end; one that is too long is no command.
  void sent(byte[] line, boolean tooLong) {
    String text = new String(line, StandardCharsets.ISO_8859_1);
    // Telnet's commands before an ABOR.
    String plain = text.replaceAll("^[\u00f0-\u00ff]*", "");
    // What SITE is said with belongs to the name.
    int end = plain.indexOf(' ', plain.regionMatches(true, 0, "SITE ", 0, 5) ? 5 : 0);
    String name = end < 0 ? plain : plain.substring(0, end);
    asked.add(new Asked(text, tooLong ? Optional.empty() : Verb.named(name)));
  }

  /// What was sent and is not answered yet never will be.
  void dropped() {
    asked.clear();
  }

  /// A transfer has been asked of the driver.
  ///
  /// @param open whether over a data connection that is open already
  void transferBegan(boolean open) {
    assertThat(announced).as("what a transfer is announced by").isEqualTo(open ? 125 : 150);
    transferring = true;
  }

  /// The session is about to be told that it has ended.
  void transferEnded() {
    transferring = false;
  }

  /// The session has replied.
  void heard(int code) {
    codes.add(code);
    if (!greeted) {
      assertThat(code).as("the greeting").isEqualTo(220);
      greeted = true;
      return;
    }
    if (code == 421) {
      // "This may be a reply to any command if the service knows it must shut down."
      return;
    }
    assertThat(asked).as("what %s answers", code).isNotEmpty();
    if (code == 110) {
      assertThat(transferring).as("a marker in a transfer").isTrue();
      return;
    }
    if (code < 200) {
      assertThat(announced).as("one preliminary reply at a time").isZero();
      announced = code;
      assertThat(isTransfer(asked.getFirst())).as("%s to %s", code, asked.getFirst()).isTrue();
      return;
    }
    Asked one;
    if (transferring) {
      Iterator<Asked> rest = asked.iterator();
      rest.next();
      assertThat(rest.hasNext()).as("what %s answers during the transfer", code).isTrue();
      one = rest.next();
      rest.remove();
      assertThat(one.verb().map(Verb::when)).as(one.line()).contains(Verb.When.ALWAYS);
    } else {
      one = asked.removeFirst();
      announced = 0;
    }
    assertThat(mayAnswer(one, code)).as("%s to %s", code, one.line()).isTrue();
  }

  /// The codes of all replies, in order.
  List<Integer> codes() {
    return codes;
  }

  /// How many commands have no final reply yet.
  int unanswered() {
    return asked.size();
  }

  /// What they are, for messages.
  String waiting() {
    return asked.toString();
  }

  private static boolean isTransfer(Asked one) {
    return one.verb()
        .filter(
            verb ->
                switch (verb) {
                  case RETR, STOR, STOU, APPE, LIST, NLST, MLSD -> true;
                  default -> false;
                })
        .isPresent();
  }

  private static boolean mayAnswer(Asked one, int code) {
    if (one.verb().isEmpty()) {
      return code == 500 || code == 501 || code == 502 || code == 534;
    }
    Verb verb = one.verb().get();
    return code == 501
        || (verb.needsLogin() && code == 530)
        || (!verb.allRights().isEmpty() && code == 550)
        || codes(verb).contains(code);
  }

  /// What else than "syntax", "log in" and "you may not" a verb may be answered with at last.
  private static Set<Integer> codes(Verb verb) {
    return switch (verb) {
      case USER -> Set.of(232, 331, 530, 451);
      case PASS -> Set.of(230, 503, 530, 451);
      case REIN -> Set.of(220);
      case QUIT -> Set.of(221);
      case AUTH -> Set.of(234, 502, 503, 504);
      case PBSZ -> Set.of(200, 503);
      case PROT -> Set.of(200, 503, 504, 534, 536);
      case ACCT -> Set.of(202);
      case HOST -> Set.of(220, 503);
      case PWD -> Set.of(257);
      case CWD, CDUP -> Set.of(250, 451, 450, 550, 553);
      case MKD -> Set.of(257, 451, 450, 552, 553);
      case RMD, DELE -> Set.of(250, 450, 451, 553);
      case RNFR -> Set.of(350, 450, 451, 553);
      case RNTO -> Set.of(250, 450, 451, 503, 553);
      case TYPE, STRU, MODE -> Set.of(200, 504);
      case PASV -> Set.of(227, 425, 503);
      case EPSV -> Set.of(200, 229, 425, 522);
      case PORT -> Set.of(200, 503, 504);
      case EPRT -> Set.of(200, 503, 504, 522);
      case RETR -> Set.of(226, 521, 522, 425, 426, 450, 451, 553, 554);
      case STOR, STOU, APPE -> Set.of(226, 521, 522, 425, 426, 450, 451, 552, 553, 554);
      case REST, RANG -> Set.of(350, 504);
      // 552: a walk lets tasks fail for any reason.
      case MFCT -> Set.of(504, 553);
      case MFF -> Set.of(213, 450, 451, 504, 553);
      case AVBL -> Set.of(213, 450, 451, 553);
      case COMB -> Set.of(250, 426, 450, 451, 552, 553);
      case SITE_CHMOD, SITE_UTIME -> Set.of(200, 450, 451, 553);
      case SITE_SYMLINK -> Set.of(250, 450, 451, 552, 553);
      case SITE_RMDIR -> Set.of(250, 426, 450, 451, 552, 553);
      case SITE_COPY -> Set.of(250, 426, 450, 451, 552, 553);
      case SITE_CPFR -> Set.of(350, 450, 451, 553);
      case SITE_CPTO -> Set.of(250, 426, 450, 451, 503, 552, 553);
      case SITE_QUOTA -> Set.of(200, 451);
      case SITE_WHO -> Set.of(211);
      case SITE_HELP -> Set.of(214, 502);
      case HASH -> Set.of(213, 426, 450, 451, 552, 553, 554);
      case XCRC, XMD5, XSHA1, XSHA256, XSHA512 -> Set.of(250, 426, 450, 451, 552, 553, 554);
      case ALLO -> Set.of(200, 552);
      case ABOR -> Set.of(226);
      case LIST, NLST, MLSD -> Set.of(226, 521, 522, 425, 426, 450, 451, 553);
      case MLST -> Set.of(250, 450, 451, 553);
      case SIZE, MDTM, MFMT -> Set.of(213, 450, 451, 553);
      case STAT -> Set.of(211, 213, 450, 451, 553);
      case HELP -> Set.of(214, 502);
      case NOOP, CLNT, CSID, PRET -> Set.of(200);
      case LANG -> Set.of(200, 504);
      case SYST -> Set.of(215);
      case FEAT -> Set.of(211);
      case OPTS -> Set.of(200, 504);
    };
  }
}
