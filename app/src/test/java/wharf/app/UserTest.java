package wharf.app;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import wharf.users.Account;
import wharf.users.Accounts.Known;
import wharf.users.Limits;
import wharf.users.NamePattern;
import wharf.users.Network;
import wharf.users.Right;
import wharf.users.Rule;
import wharf.users.Rules;
import wharf.users.Secret;

/// `wharf user`, and the file that it keeps.
@Timeout(120)
class UserTest {
  private static final String HASH =
      "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc";

  @TempDir Path folder;

  @BeforeEach
  void password() throws IOException {
    Files.writeString(folder.resolve("secret"), "sesame\nmore\n");
  }

  private Path file() {
    return folder.resolve("accounts");
  }

  private Ran user(String... words) {
    return Ran.wharf(
        Channels.newChannel(new ByteArrayInputStream(new byte[0])),
        folder,
        Stream.concat(Stream.of("user"), Stream.of(words)).toArray(String[]::new));
  }

  private Ran add(String name, String... options) {
    String[] all = {"add", name, "--accounts", "accounts", "--password-file", "secret"};
    return user(Stream.of(all, options).flatMap(Stream::of).toArray(String[]::new));
  }

  @Test
  void whatIsSaidOfAnAccountIsReadAgain() throws IOException {
    Ran ran =
        add(
            "acme",
            "--root=served here",
            "--rights=read",
            "--rule=/in=drop-box",
            "--rule=/in/*/done=list,delete",
            "--hide=*.tmp",
            "--hide=it's",
            "--quota=20G",
            "--quota-files=100",
            "--rate-up=1M",
            "--rate-down=64K",
            "--sessions=3",
            "--network=10.0.0.0/8",
            "--network=2001:db8::/32");
    assertThat(ran.code()).as(ran.err()).isZero();
    assertThat(ran.err()).contains("acme may list, read, write, delete, mkdir");
    Known known = AccountFile.read(file()).getFirst();
    assertThat(known.account())
        .isEqualTo(
            new Account(
                "acme",
                folder.resolve("served here"),
                new Rules(
                    List.of(
                        Rule.everywhere(Set.of(Right.LIST, Right.READ)),
                        Rule.at("/in", Set.of(Right.WRITE, Right.MAKE_FOLDER)),
                        Rule.at("/in/*/done", Set.of(Right.LIST, Right.DELETE))),
                    List.of(new NamePattern("*.tmp"), new NamePattern("it's"))),
                new Limits(3, 1 << 20, 64 << 10, 20L << 30, 100),
                List.of(Network.parse("10.0.0.0/8"), Network.parse("2001:db8::/32"))));
    assertThat(new PasswordForms().matches(new Secret("sesame"), known.passwordHash())).isTrue();
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file())))
        .isEqualTo("rw-------");
    Ran list = user("list", "--accounts", "accounts");
    assertThat(list.out())
        .startsWith("acme\tread\t'rule=")
        .contains(" network=10.0.0.0/8 ")
        .doesNotContain("argon");
  }

  @Test
  void onlyTheLineOfTheAccountChanges() throws IOException {
    String others =
        """
        # the partners
        ann:write:%s

        bob:read:%s hide='*.bak'
        jo:admin:$2y$06$If6bvum7DFjUnE9p2uDeDu0YHzrHM6tf.iqN8.yx.jNN1ILEf7h0i
        """
            .formatted(HASH, HASH);
    Files.writeString(file(), others);
    assertThat(add("new").code()).isZero();
    assertThat(Files.readString(file())).startsWith(others + "new:read:$argon2id$");
    assertThat(user("passwd", "bob", "--accounts=accounts", "--password-file=secret").code())
        .isZero();
    Known bob = AccountFile.read(file()).get(1);
    assertThat(bob.account().rules().hidden()).containsExactly(new NamePattern("*.bak"));
    assertThat(new PasswordForms().matches(new Secret("sesame"), bob.passwordHash())).isTrue();
    assertThat(user("rm", "new", "--accounts=accounts").code()).isZero();
    assertThat(user("rm", "bob", "--accounts=accounts").code()).isZero();
    assertThat(Files.readString(file())).isEqualTo(others.replaceAll("(?m)^bob.*\n", ""));
    assertThat(AccountFile.read(file()).getLast().account()).isEqualTo(Account.administrator("jo"));
  }

  @Test
  void whoIsThereIsReplacedOnlyIfThatIsSaid() throws IOException {
    assertThat(add("ann", "-w").code()).isZero();
    String before = Files.readString(file());
    Ran again = add("ann");
    assertThat(again.code()).isEqualTo(ExitCode.FAILED.number());
    assertThat(again.err()).contains("there is an account 'ann' already", "--replace");
    assertThat(file()).hasContent(before);
    assertThat(add("ann", "--replace").code()).isZero();
    assertThat(AccountFile.read(file()))
        .extracting(Known::account)
        .containsExactly(Account.reader("ann"));
  }

  @Test
  void nobodyNeedsAPasswordAsAnonymous() throws IOException {
    assertThat(user("add", "anonymous", "--accounts=accounts", "--rule=/pub=read").code()).isZero();
    assertThat(file()).hasContent("anonymous:: rule=/pub=read");
    assertThat(AccountFile.read(file()).getFirst().account().rules().somewhere())
        .containsExactlyInAnyOrder(Right.LIST, Right.READ);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          add a:b | cannot be the name of an account
          add #a | cannot be the name of an account
          add FTP | what they may do is said of the account 'anonymous'
          add a --rights raed | --rights: 'raed' is no right; did you mean read?
          add a --rule in=read | --rule: 'in' does not begin with a slash
          add a --rule /in | --rule: a rule is written FOLDER=RIGHTS
          add a --rule /in=admin | --rule: 'administer' is a right of no folder
          add a --rule /in=read --rule /in=write | --rule: there are two rules for /in
          add a --hide a/b | --hide: 'a/b' is no pattern of a name
          add a --quota 1Q | --quota: a size is written
          add a --rate-up 0 | --rate-up: a rate is at least 1 byte a second
          add a --sessions 0 | --sessions: that is a whole number, at least 1
          add a --rights read -w | say one of them
          add a --rihgts read | did you mean --rights?
          passwd gone | there is no file accounts; 'wharf user add' makes it
          """)
  void whatCannotBeIsOneSentence(String words, String sentence) {
    String[] all = (words + " --accounts accounts --password-file secret").split(" ", -1);
    Ran ran = user(all);
    assertThat(ran.code()).isNotZero();
    assertThat(ran.err()).contains(sentence).doesNotContain("\tat ");
    assertThat(file()).doesNotExist();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          ann:read | an account is written as NAME:RIGHTS:HASH
          ann:raed:HASH | 'raed' is no right; did you mean read?
          ann:read: | the account 'ann' has no password
          ann:read:sesame | that is no hash of a password
          ann:read:$2b$31$If6bvum7DFjUnE9p2uDeDu0YHzrHM6tf.iqN8.yx.jNN1ILEf7h0i | cost of this bcrypt
          ann:read:HASH raet-up=1M | 'raet-up=1M' says nothing of an account; did you mean rate-up=?
          ann:read:HASH password=x | says nothing of an account
          ann:read:HASH 'hide=a | a ' is not closed
          ann:read:HASH rule=/=write | there are two rules for /
          jo:read:HASH | 'jo' is in line 2 already
          anonymous:read:HASH | the account 'anonymous' has no password
          :read:HASH | cannot be the name of an account
          """)
  void aMalformedLineIsNamed(String line, String why) throws IOException {
    Files.writeString(
        file(), "# accounts\njo:read:" + HASH + "\n" + line.replace("HASH", HASH) + "\n");
    Ran ran = user("list", "--accounts", "accounts");
    assertThat(ran.code()).isEqualTo(ExitCode.USAGE.number());
    assertThat(ran.err()).contains("accounts, line 3: ", why);
    assertThat(ran.out()).isEmpty();
  }

  @Test
  void whoIsNotThereIsTold() {
    assertThat(add("ann").code()).isZero();
    Ran ran = user("rm", "bob", "--accounts", "accounts");
    assertThat(ran.code()).isEqualTo(ExitCode.NOT_FOUND.number());
    assertThat(ran.err()).contains("there is no account 'bob' in accounts");
  }

  @Test
  void manyAtOnceLoseNothing() throws Exception {
    List<Future<Ran>> running = new ArrayList<>();
    try (ExecutorService several = Executors.newFixedThreadPool(4)) {
      for (int i = 0; i < 12; i++) {
        String name = "partner" + i;
        running.add(several.submit(() -> add(name)));
      }
    }
    for (Future<Ran> one : running) {
      assertThat(one.get().code()).as(one.get().err()).isZero();
    }
    assertThat(AccountFile.read(file())).hasSize(12);
    try (Stream<Path> left = Files.list(folder)) {
      assertThat(left.map(path -> path.getFileName().toString()))
          .containsExactlyInAnyOrder("accounts", ".accounts.lock", "secret");
    }
  }

  @Test
  void aLinkToTheFileStaysOne() throws IOException {
    Files.createDirectory(folder.resolve("etc"));
    Files.createSymbolicLink(file(), Path.of("etc/accounts"));
    Files.writeString(folder.resolve("etc/accounts"), "");
    assertThat(add("ann").code()).isZero();
    assertThat(file()).isSymbolicLink();
    assertThat(Files.readString(folder.resolve("etc/accounts"), UTF_8)).startsWith("ann:read:");
  }

  @Test
  void theHashOfAPassword() {
    Ran ran = user("hash", "--password-file", "secret");
    assertThat(new PasswordForms().matches(new Secret("sesame"), ran.out().strip())).isTrue();
  }
}
