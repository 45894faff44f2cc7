package wharf.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import wharf.net.TlsIdentity;
import wharf.users.Account;
import wharf.users.Accounts.Known;
import wharf.users.NamePattern;
import wharf.users.Network;
import wharf.users.Right;
import wharf.users.Rule;

/// `wharf.toml`: what is wrong in it, what is right in it, and what of it is told.
@Timeout(120)
class ConfigTest {
  private static final String HASH =
      "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc";

  /// For each key a value that is not the usual one; behind `;` what else has to be said for it.
  private static final Map<String, String> EXAMPLES =
      Map.ofEntries(
          Map.entry("folder", "'other'"),
          Map.entry("control.socket", "'ctl'"),
          Map.entry("accounts-file", "'accounts'"),
          Map.entry("listen.bind", "['127.0.0.1', '::1']"),
          Map.entry("listen.port", "2100"),
          Map.entry("listen.passive-ports", "'50000-50100'"),
          Map.entry("listen.masquerade", "['192.0.2.9', '10.0.0.0/8=10.1.2.3']"),
          Map.entry("tls.mode", "'require'"),
          Map.entry("tls.port", "990"),
          Map.entry("tls.cert", "['pair.pem']; tls.key = ['pair.pem']"),
          Map.entry("tls.key", "['pair.pem']; tls.cert = ['pair.pem']"),
          Map.entry("tls.data", "'require'"),
          Map.entry("tls.client-certs", "'optional'; tls.client-ca = 'pair.pem'"),
          Map.entry("tls.client-ca", "'pair.pem'; tls.client-certs = 'required'"),
          Map.entry("limits.idle", "60"),
          Map.entry("limits.login", "30"),
          Map.entry("limits.stall", "30"),
          Map.entry("limits.transfer", "3600"),
          Map.entry("limits.grace", "60"),
          Map.entry("limits.sessions", "100"),
          Map.entry("limits.sessions-per-address", "10"),
          Map.entry("limits.quota", "'20G'"),
          Map.entry("limits.quota-files", "1000"),
          Map.entry("limits.rate-up", "'1M'"),
          Map.entry("limits.rate-down", "2048"),
          Map.entry("limits.address-rate-up", "'3M'"),
          Map.entry("limits.address-rate-down", "'4M'"),
          Map.entry("networks.allow", "['192.0.2.0/24', '2001:db8::/32']"),
          Map.entry("networks.deny", "['192.0.2.7']"),
          Map.entry("networks.proxy-protocol", "['127.0.0.1']"),
          Map.entry("bans.failures", "5"),
          Map.entry("bans.within", "60"),
          Map.entry("bans.first", "30"),
          Map.entry("bans.longest", "3600"),
          Map.entry("bans.forgiven", "7200"),
          Map.entry("bans.never", "['192.0.2.0/24']"),
          Map.entry("transfers.sync", "'never'"),
          Map.entry("transfers.compress", "true"),
          Map.entry("model.name", "'threads'"),
          Map.entry("model.loops", "3; model.name = 'nio'"),
          Map.entry("model.select-limit", "128; model.name = 'select'"),
          Map.entry("model.workers", "2; model.name = 'processes'"),
          Map.entry("model.each", "'nio'; model.name = 'processes'"),
          Map.entry("model.connections-per-worker", "9; model.name = 'processes'"),
          Map.entry("sockets.backlog", "50"),
          Map.entry("sockets.reuse-port", "true"),
          Map.entry("sockets.keep-alive", "false"),
          Map.entry("sockets.no-delay", "false"),
          Map.entry("sockets.receive-buffer", "'64K'"),
          Map.entry("sockets.send-buffer", "65536"),
          Map.entry("metrics.listen", "'127.0.0.1:9100'"),
          Map.entry("log.quiet", "true"),
          Map.entry("log.json", "'events.json'"),
          Map.entry("log.xferlog", "'xferlog'"));

  @TempDir static Path made;
  @TempDir Path folder;

  @BeforeEach
  void files() throws IOException {
    Files.createDirectory(folder.resolve("served"));
    Files.writeString(folder.resolve("accounts"), "filed:write:" + HASH + "\n");
    Files.copy(made.resolve(SelfSigned.FILE), folder.resolve("pair.pem"));
  }

  @BeforeAll
  static void certificate() throws Exception {
    TlsIdentity _ = SelfSigned.in(made);
  }

  private Ran wharf(String... words) {
    return Ran.wharf(Channels.newChannel(new ByteArrayInputStream(new byte[0])), folder, words);
  }

  private Ran check(String text) throws IOException {
    Files.writeString(folder.resolve("wharf.toml"), text);
    return wharf("config", "check");
  }

  // What is wrong.

  /// `~` is a new line.
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          listen.prot = 21 | line 1, column 1: there is no key listen.prot; did you mean listen.port?
          ~[listen]~  prot = 21 | line 3, column 3: there is no key listen.prot; did you mean listen.port?
          port = 21 | line 1, column 1: there is no key port; did you mean listen.port?
          [lisen]~port = 21 | line 1, column 1: there is no key lisen; did you mean listen?
          [accuonts.ann] | line 1, column 1: there is no key accuonts; did you mean accounts?
          nonsense = 1 | line 1, column 1: there is no key nonsense; docs/operating.md has them all
          listen = 1 | line 1, column 1: listen is a table, [listen], not 1
          [folder] | line 1, column 1: folder is a path, not a table
          listen.port = 65536 | line 1, column 1: listen.port is a whole number, 0 to 65535, not 65536
          listen.port = '21' | line 1, column 1: listen.port is a whole number, 0 to 65535, not the text "21"
          limits.idle = 0 | line 1, column 1: limits.idle is a whole number, at least 1, not 0
          limits.idle = 1.5 | not 1.5
          limits.quota-files = -1 | limits.quota-files is a whole number, at least 0, not -1
          limits.quota = '1Q' | limits.quota is wrong: a size is written as 4096
          limits.quota = true | limits.quota is a size, as "500M", not true
          transfers.compress = 'yes' | transfers.compress is true or false, not the text "yes"
          transfers.sync = 'nevre' | transfers.sync cannot be 'nevre'; did you mean "never"?
          transfers.sync = 'x' | it is one of "always", "never"
          model.name = 'epol' | model.name cannot be 'epol'; did you mean "epoll"?
          listen.bind = 'x' | listen.bind is a list, as ["...", "..."], not the text "x"
          listen.bind = ['::1',~  1] | line 2, column 3: listen.bind is a text, not 1
          listen.passive-ports = '5' | a range of ports is written as "50000-50100"
          listen.passive-ports = '6-5' | no range of ports: 6-5
          tls.mode = 2024-01-01 | not a time
          limits.idle = 3x | line 1, column 16: Unexpected 'x'
          limits.idle = 3~limits.idle = 4 | line 2, column 1: limits.idle previously defined at line 1
          folder = "x | line 1, column 12: Unexpected end of
          tls.cert = ['pair.pem'] | line 1, column 1: a certificate and its key go together: say both tls.cert and tls.key
          model.workers = 2 | line 1, column 1: model.workers, model.each and model.connections-per-worker are of model.name processes
          ~model.loops = 2 | line 2, column 1: model.loops is of the models with event loops
          tls.mode = 'off'~tls.port = 990 | column 1: tls.mode off leaves no use for tls.port
          accounts.ann = 1 | line 1, column 1: an account is a table: [accounts.ann]
          [accounts.ann] | line 1, column 1: the account 'ann' has no password
          [accounts."a:b"] | line 1, column 1: 'a:b' cannot be the name of an account
          [accounts.ftp] | said of the account 'anonymous'
          [accounts.ann]~pasword = 'x' | line 2, column 1: an account has no key pasword; did you mean password?
          [accounts.ann]~password = 'x' | line 2, column 1: password is wrong: that is no hash of a password
          [accounts.ann]~password = 1 | line 2, column 1: password is a text, not 1
          [accounts.anonymous]~password = 'x' | has no password
          [accounts.ann]~rights = 'raed' | line 2, column 1: rights is wrong: 'raed' is no right; did you mean read?
          [accounts.ann]~rights = ['list', 1] | line 2, column 19: rights is a word, or list of words, not 1
          [accounts.ann]~rules = 'x' | rules is a table, not the text "x"
          [accounts.ann.rules]~'/a' = 'read'~'b' = 'read' | line 3, column 1: rules is wrong: 'b' does not begin with a slash
          [accounts.ann.rules]~'/a' = 'admin' | line 2, column 1: rules is wrong: 'administer' is a right of no folder
          [accounts.ann]~hide = ['a',~ 'b/c'] | line 3, column 2: hide is wrong: 'b/c' is no pattern
          [accounts.ann]~quota = true | quota is a size, as "500M", not true
          [accounts.ann]~sessions = 0 | sessions is wrong: that is a whole number, at least 1
          [accounts.ann]~networks = ['10.0.0.0/8',~ '10.0.0.1/8'] | line 3, column 2: networks is wrong: '10.0.0.1/8' says more than its first 8 bits
          [accounts.ann]~networks = '10.0.0.0/8' | networks is a list of text, not the text
          [accounts.ann]~rate-up = '0' | rate-up is wrong: a rate is at least 1
          """)
  void whatIsWrongIsToldWithItsPlace(String text, String complaint) throws IOException {
    Ran ran = check(text.replace('~', '\n'));
    assertThat(ran.code()).as(ran.err()).isEqualTo(ExitCode.USAGE.number());
    assertThat(ran.err()).startsWith("wharf: wharf.toml, line ").contains(complaint);
    assertThat(ran.out()).isEmpty();
    Ran serve = wharf("serve", "served", "--config", "wharf.toml");
    assertThat(serve.code()).as("refused whole").isEqualTo(ExitCode.USAGE.number());
    assertThat(serve.err()).isEqualTo(ran.err());
  }

  @Test
  void allThatIsWrongIsToldAtOnceInTheOrderOfTheFile() throws IOException {
    Ran ran =
        check(
            """
            foldr = "served"
            listen.port = 70000
            limits.idle = 3x
            [accounts.ann]
            rihgts = "read"
            """);
    assertThat(ran.err().lines())
        .satisfiesExactly(
            line -> assertThat(line).contains("line 1, column 1", "did you mean folder?"),
            line -> assertThat(line).contains("line 2, column 1"),
            line -> assertThat(line).contains("line 3, column 16"),
            line -> assertThat(line).contains("line 5, column 1", "did you mean rights?"));
  }

  @Test
  void whatIsMissingIsTold() throws IOException {
    assertThat(check("").err()).contains("say which folder to serve: folder = ...");
    assertThat(check("folder = 'served'\ntls.cert = ['x']\ntls.key = ['x']").err())
        .contains("there is no file")
        .contains("x");
    assertThat(check("folder = 'served'\naccounts-file = 'gone'").err()).contains("gone");
    assertThat(wharf("config", "check", "gone.toml").err()).contains("there is no file");
    Ran twice =
        check(
            "folder = 'served'\naccounts-file = 'accounts'\n[accounts.filed]\npassword = '"
                + HASH
                + "'");
    assertThat(twice.code()).isEqualTo(ExitCode.USAGE.number());
    assertThat(twice.err()).contains("there are two accounts 'filed'");
  }

  // What is right.

  static List<Key<?>> keys() {
    return Key.ALL;
  }

  /// All that a server is made of, as text.
  private String built(String text, String... options) throws Exception {
    Files.writeString(folder.resolve("wharf.toml"), text);
    Files.createDirectories(folder.resolve("other"));
    Serve serve = serve(options);
    Serve.Plan plan = serve.check();
    return plan
        + " "
        + serve.spec().options().stream()
            .map(option -> option.longestName() + " " + option.<Object>getValue())
            .filter(it -> !it.startsWith("--socket"))
            .collect(Collectors.joining(" "));
  }

  private Serve serve(String... options) {
    Surroundings around = Ran.around(folder);
    return Main.serve(
        around,
        Stream.concat(Stream.of("serve", "--config", "wharf.toml"), Stream.of(options)).toList());
  }

  private static String example(Key<?> key) {
    String example =
        Objects.requireNonNull(EXAMPLES.get(key.path()), "say an example of " + key.path());
    return "\n" + key.path() + " = " + example.replace("; ", "\n") + "\n";
  }

  @ParameterizedTest
  @MethodSource("keys")
  void everyKeyIsInEffect(Key<?> key) throws Exception {
    String example = example(key);
    String without =
        example
            .lines()
            .filter(line -> !line.startsWith(key.path() + " "))
            .collect(Collectors.joining("\n"));
    String base = key.path().equals("folder") ? "" : "folder = 'served'";
    String usual = key.path().startsWith("tls.c") || key.path().equals("tls.key") ? "" : without;
    assertThat(built(base + example))
        .isNotEqualTo(built((base.isEmpty() ? "folder = 'served'" : base) + usual));
    Ran shown = wharf("config", "show");
    assertThat(shown.code()).as(shown.err()).isZero();
    Files.writeString(folder.resolve("wharf.toml"), base + example);
    assertThat(wharf("config", "show").out())
        .containsPattern("(?m)^" + key.path() + " = .*# wharf\\.toml, line 2$");
  }

  /// What the table says is usual is what the options do.
  @ParameterizedTest
  @MethodSource("keys")
  void theUsualIsWhatHolds(Key<?> key) throws Exception {
    if (key.usual() != null) {
      String usual = key.path() + " = " + key.usually();
      assertThat(built("folder = 'served'\n" + usual)).isEqualTo(built("folder = 'served'"));
    }
  }

  @Test
  void whatIsTakenAnewAreKeys() {
    assertThat(Key.ALL.stream().map(Key::path)).containsAll(Key.LIVE);
  }

  @Test
  void optionsWin() throws Exception {
    String text =
        "folder = 'served'\nlisten.port = 2100\nsockets.backlog = 7\nsockets.no-delay = false";
    assertThat(built(text, "--port", "2222", "--socket", "backlog=9", "other"))
        .contains("2222", "backlog=9", "noDelay=false", "other")
        .doesNotContain("2100", "backlog=7");
    assertThat(wharf("config", "show", "wharf.toml", "--", "--port", "2222", "--quota", "1G").out())
        .containsPattern("(?m)^listen\\.port = 2222 +# --port$")
        .containsPattern("(?m)^limits\\.quota = \"1G\" +# --quota$")
        .containsPattern("(?m)^limits\\.idle = 300 +# default$")
        .containsPattern("(?m)^# tls\\.port: none +# default$")
        .containsPattern("(?m)^sockets\\.backlog = 7 +# wharf\\.toml, line 3$");
  }

  @Test
  void whatIsShownIsAConfiguration() throws Exception {
    built("folder = 'served'\nlisten.bind = ['::1']\nlimits.quota = '2T'");
    String shown = wharf("config", "show").out();
    assertThat(built(shown))
        .isEqualTo(built("folder = 'served'\nlisten.bind = ['::1']\nlimits.quota = '2T'"));
  }

  @Test
  void accounts() throws Exception {
    Config config =
        Config.of(
            Path.of("wharf.toml"),
            folder,
            """
            [accounts.ann]
            password = "HASH"
            rights = "write"
            root = "homes/ann"
            quota = 1024
            quota-files = 5
            rate-up = "1M"
            rate-down = "2M"
            sessions = 2
            networks = ["192.0.2.0/24", "::1"]
            hide = [".*", "*.tmp"]
            [accounts.box]
            password = "HASH"
            rules = { "/in" = "drop-box", "/out" = ["list", "read"], "/once" = ["read"] }
            [accounts.plain]
            password = "HASH"
            [accounts.anonymous]
            rules."/pub" = "read"
            """
                .replace("HASH", HASH));
    Map<String, Account> accounts = new HashMap<>();
    config.accounts().forEach(one -> accounts.put(one.account().name(), one.account()));
    Account ann = Objects.requireNonNull(accounts.get("ann"));
    assertThat(ann.root()).isEqualTo(folder.resolve("homes/ann"));
    assertThat(ann.rules().somewhere()).isEqualTo(Account.writer("x").rules().somewhere());
    assertThat(ann.rules().hidden())
        .containsExactly(new NamePattern(".*"), new NamePattern("*.tmp"));
    assertThat(ann.limits()).isEqualTo(new wharf.users.Limits(2, 1 << 20, 2 << 20, 1024, 5));
    assertThat(ann.networks())
        .containsExactly(Network.parse("192.0.2.0/24"), Network.parse("::1/128"));
    assertThat(Objects.requireNonNull(accounts.get("box")).rules().rules())
        .containsExactlyInAnyOrder(
            Rule.at("/in", java.util.Set.of(Right.WRITE, Right.MAKE_FOLDER)),
            Rule.at("/out", java.util.Set.of(Right.LIST, Right.READ)),
            Rule.at("/once", java.util.Set.of(Right.READ)));
    assertThat(accounts.get("plain")).isEqualTo(Account.reader("plain"));
    assertThat(Objects.requireNonNull(accounts.get("anonymous")).rules().rules())
        .containsExactly(Rule.at("/pub", java.util.Set.of(Right.LIST, Right.READ)));
    assertThat(config.accounts()).extracting(Known::passwordHash).containsOnly(HASH, "");
    assertThatThrownBy(() -> config.get(Key.ALL.getFirst()))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
