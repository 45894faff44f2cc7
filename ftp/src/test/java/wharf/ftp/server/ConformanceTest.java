package wharf.ftp.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// docs/conformance.md is the table of commands, and nothing is left out of it. It is written anew
/// by `-Dwharf.docs.write=true`.
class ConformanceTest {
  private static final Path DOCUMENT = Path.of("..", "docs", "conformance.md");

  /// The registry of RFC 5797, with the commands that RFCs since then and before have added.
  private static final Map<String, List<String>> SPECIFIED =
      Map.of(
          "RFC 959",
          words(
              "USER PASS ACCT CWD CDUP SMNT REIN QUIT PORT PASV TYPE STRU MODE RETR STOR STOU APPE"
                  + " ALLO REST RNFR RNTO ABOR DELE RMD MKD PWD LIST NLST SITE SYST STAT HELP"
                  + " NOOP"),
          "RFC 775",
          words("XCUP XCWD XMKD XPWD XRMD"),
          "RFC 737",
          words("XSEN XSEM XMAS"),
          "RFC 743",
          words("XRSQ XRCP"),
          "RFC 1639",
          words("LPRT LPSV"),
          "RFC 2228",
          words("AUTH ADAT PROT PBSZ CCC MIC CONF ENC"),
          "RFC 2389",
          words("FEAT OPTS"),
          "RFC 2428",
          words("EPRT EPSV"),
          "RFC 2640",
          words("LANG"),
          "RFC 3659",
          words("MDTM SIZE REST MLST MLSD"));

  private static List<String> words(String text) {
    return List.of(text.split(" ", -1));
  }

  @Test
  void everySpecifiedCommandIsThereOrItIsSaidWhyNot() {
    SPECIFIED.forEach(
        (source, commands) ->
            commands.forEach(
                command ->
                    assertThat(
                            command.equals("SITE")
                                || Verb.named(command).isPresent()
                                || Absent.named(command).isPresent())
                        .as(source + " " + command)
                        .isTrue()));
    assertThat(Verb.named("HOST")).as("RFC 7151").isPresent();
  }

  @Test
  void theDocumentIsTheTable() throws Exception {
    String table = table();
    if (Boolean.getBoolean("wharf.docs.write")) {
      Files.writeString(DOCUMENT, table);
    }
    assertThat(DOCUMENT).hasContent(table);
  }

  private static String table() {
    String verbs =
        Arrays.stream(Verb.values())
            .sorted(Comparator.comparing(Verb::toString))
            .map(ConformanceTest::row)
            .collect(Collectors.joining("\n"));
    String absent =
        Arrays.stream(Absent.values())
            .sorted(Comparator.comparing(Absent::name))
            .map(
                one ->
                    "| `%s` | %s | %d: %s |"
                        .formatted(one, one.source(), one.reply().code(), one.why()))
            .collect(Collectors.joining("\n"));
    return """
    # Which commands there are

    Made from the table of commands that the server itself reads, and checked by a test: `./wharf test
    -Dtest=ConformanceTest` fails when this file says anything else, and with `-Dwharf.docs.write=true` writes it.

    ## Known

    A form in square brackets may be left out. "Login" is what one has to be, and the rights one needs. "Any time" is
    heard also while a transfer runs; the others wait in line until that has ended.

    | command | argument | specified in | what it does | login | when |
    |---|---|---|---|---|---|
    %s

    `SITE` alone is none of them; `SITE HELP` lists what may follow it. Commands of Telnet before an `ABOR` are
    taken out (RFC 959 section 4.1.3).

    ## Refused, and why

    | command | specified in | reply |
    |---|---|---|
    %s

    `CCC`, which would take TLS away from the control connection, is refused with 534 (RFC 4217 section 12.3 warns
    of it). `STRU R`, `STRU P`, `MODE C`, `TYPE E` and `TYPE L` of anything but 8 are answered by 504: files have no
    records or pages, and bytes have eight bits, on every system that this server runs on. `MFCT` is understood and
    answered by 504: Java can set the time when a file was made on none of the file systems of Linux.

    Anything else is answered by 500; ten of those in a row, or one word of HTTP, end the session.
    """
        .formatted(verbs, absent);
  }

  private static String row(Verb verb) {
    String names =
        Stream.concat(Stream.of(verb.toString()), verb.alias().stream())
            .map(name -> "`" + name + "`")
            .collect(Collectors.joining(", "));
    String argument = verb.syntax().substring(verb.toString().length()).strip();
    String rights =
        verb.allRights().stream()
            .map(right -> right.name().toLowerCase(Locale.ROOT).replace('_', ' '))
            .sorted()
            .collect(Collectors.joining(", "));
    return "| %s | %s | %s | %s | %s | %s |"
        .formatted(
            names,
            argument.isEmpty() ? "" : "`" + argument.replace("|", "\\|") + "`",
            verb.source(),
            verb.help(),
            !verb.needsLogin() ? "no" : rights.isEmpty() ? "yes" : rights,
            verb.when() == Verb.When.ALWAYS ? "any time" : "");
  }
}
