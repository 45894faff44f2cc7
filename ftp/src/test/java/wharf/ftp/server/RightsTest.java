package wharf.ftp.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import wharf.files.VirtualPath;
import wharf.users.Account;
import wharf.users.Limits;
import wharf.users.NamePattern;
import wharf.users.Right;
import wharf.users.Rule;
import wharf.users.Rules;

/// Who may do what where. In the world of these tests `/docs` has a rule of its own.
class RightsTest {
  private static final Set<Right> ALL = EnumSet.complementOf(EnumSet.of(Right.ADMINISTER));

  private static final String RULE_OF_DOCS = " the rule for /docs gives ";

  /// This is of two places, of which `wharf why` is told one.
  private static final String MOVED_TO_BE_READ = " may not be read here, and could be there.";

  @TempDir Path base;

  private static Account account(Rule... rules) {
    return new Account("pat", null, new Rules(List.of(rules), List.of()), Limits.NONE);
  }

  private static Account hiding(String pattern) {
    Rules rules = new Rules(List.of(Rule.everywhere(ALL)), List.of(new NamePattern(pattern)));
    return new Account("pat", null, rules, Limits.NONE);
  }

  private static Set<Right> allBut(Right missing) {
    Set<Right> rights = EnumSet.copyOf(ALL);
    rights.remove(missing);
    return rights;
  }

  /// A verb said of what is in `docs`, or of what is beside it.
  ///
  /// @param line what is said; `%s` stands for the folder, with a slash, or nothing
  /// @param role what it needs there
  private record Said(Verb verb, String line, Set<Right> role) {
    boolean hasTwoPaths() {
      return !verb.rights().equals(verb.rightsOfSource()) || line.contains("|");
    }
  }

  /// Every verb that needs a right of a folder, and how it is said: those with two paths once for
  /// each end.
  private static List<Said> all() {
    List<Said> all = new ArrayList<>();
    for (Verb verb : Verb.values()) {
      if (verb.allRights().isEmpty() || verb.allRights().contains(Right.ADMINISTER)) {
        continue;
      }
      switch (verb) {
        case RNTO -> {
          // And what one does not see or read, one does not move to where one would.
          Set<Right> moving = EnumSet.of(Right.LIST, Right.READ);
          moving.addAll(verb.rightsOfSource());
          all.add(new Said(verb, "RNFR %sa.txt|RNTO moved", moving));
          all.add(new Said(verb, "RNFR readme.txt|RNTO %smoved", verb.rights()));
        }
        case COMB -> {
          all.add(new Said(verb, "COMB whole %sa.txt", verb.rightsOfSource()));
          all.add(new Said(verb, "COMB %swhole readme.txt", verb.rights()));
        }
        case SITE_SYMLINK -> {
          all.add(new Said(verb, "SITE SYMLINK %sa.txt link", verb.rightsOfSource()));
          all.add(new Said(verb, "SITE SYMLINK readme.txt %slink", verb.rights()));
        }
        case SITE_COPY -> {
          all.add(new Said(verb, "SITE COPY %sa.txt copy", verb.rightsOfSource()));
          all.add(new Said(verb, "SITE COPY readme.txt %scopy", verb.rights()));
        }
        case SITE_CPTO -> {
          all.add(new Said(verb, "SITE CPFR %sa.txt|SITE CPTO copy", union(verb, Verb.SITE_CPFR)));
          all.add(new Said(verb, "SITE CPFR readme.txt|SITE CPTO %scopy", verb.rights()));
        }
        case MKD -> all.add(new Said(verb, "MKD %snew", verb.rights()));
        case RMD, SITE_RMDIR -> all.add(new Said(verb, verb + " %ssub", verb.rights()));
        case STOR -> all.add(new Said(verb, "STOR %snew", verb.rights()));
        case STOU -> all.add(new Said(verb, "STOU %snew", verb.rights()));
        case MFMT, MFCT -> all.add(new Said(verb, verb + " 20200101000000 %sa.txt", verb.rights()));
        case MFF -> all.add(new Said(verb, "MFF modify=20200101000000; %sa.txt", verb.rights()));
        case SITE_CHMOD -> all.add(new Said(verb, "SITE CHMOD 600 %sa.txt", verb.rights()));
        case SITE_UTIME ->
            all.add(new Said(verb, "SITE UTIME 20200101000000 %sa.txt", verb.rights()));
        case LIST, NLST, MLSD, STAT, AVBL ->
            all.add(new Said(verb, verb + " %ssub", verb.rights()));
        default -> all.add(new Said(verb, verb + " %sa.txt", verb.rights()));
      }
    }
    return all;
  }

  private static Set<Right> union(Verb one, Verb other) {
    Set<Right> all = EnumSet.copyOf(one.rightsOfSource());
    all.addAll(other.rights());
    return all;
  }

  private World world(String name, Account account) throws IOException {
    World world = new World(base.resolve(name), account);
    world.put("a.txt", "alpha");
    Files.createDirectories(world.root.resolve("sub"));
    Files.createDirectories(world.root.resolve("docs/sub"));
    Files.createSymbolicLink(world.root.resolve("way"), Path.of("docs"));
    return world;
  }

  /// Every verb, at every end, against every right that the rule of the folder lacks: it is refused
  /// when it needs that right there, by the rule of that folder and no other, also on the way over
  /// a link; and not when the rule of another folder lacks it.
  @TestFactory
  Stream<DynamicTest> everyVerbAgainstEveryRule() {
    return all().stream()
        .flatMap(
            said ->
                ALL.stream()
                    .flatMap(
                        missing ->
                            Stream.of(
                                    test(said, missing, "docs/", true),
                                    test(said, missing, "way/", true),
                                    test(said, missing, "docs/", false))
                                // The other end of those with two is beside it.
                                .limit(said.hasTwoPaths() ? 2 : 3)));
  }

  private DynamicTest test(Said said, Right missing, String folder, boolean inDocs) {
    String name = said.line().formatted(folder) + (inDocs ? " lacks " : ", beside it lacks ");
    return dynamicTest(name + missing, () -> check(said, missing, folder, inDocs));
  }

  private void check(Said said, Right missing, String folder, boolean inDocs) throws Exception {
    Account account =
        inDocs
            ? account(Rule.everywhere(ALL), Rule.at("/docs", allBut(missing)))
            : account(Rule.everywhere(allBut(missing)), Rule.at("/docs", ALL));
    Account free = account(Rule.everywhere(ALL));
    boolean refused = inDocs && said.role().contains(missing);
    try (World world = world("rule", account);
        World other = world("free", free)) {
      String told = lastReply(world, said.line().formatted(folder));
      // With every right it goes well, so that it is the rule that is met.
      String well = lastReply(other, said.line().formatted(folder));
      assertThat(well.substring(0, 3)).isNotEqualTo("550");
      if (refused) {
        assertThat(told).startsWith("550 ").containsAnyOf(RULE_OF_DOCS, MOVED_TO_BE_READ);
      } else {
        assertThat(told.substring(0, 3)).isEqualTo(well.substring(0, 3));
      }
      if (!told.endsWith(MOVED_TO_BE_READ)) {
        sameStory(world, account, said, folder, told);
      }
    } finally {
      delete(base.resolve("rule"));
      delete(base.resolve("free"));
    }
  }

  /// `wharf why` tells what the server has told, of one of the commands that were said.
  private static void sameStory(World world, Account account, Said said, String where, String told)
      throws IOException {
    List<String> stories = new ArrayList<>();
    boolean allowed = true;
    for (String command : said.line().split("\\|", -1)) {
      if (!command.contains("%s")) {
        continue;
      }
      int words = command.startsWith("SITE") ? 2 : 1;
      String verb = String.join(" ", Arrays.copyOf(command.split(" ", -1), words));
      String template =
          Arrays.stream(command.split(" ", -1))
              .filter(w -> w.contains("%s"))
              .findFirst()
              .orElseThrow();
      VirtualPath path = VirtualPath.ROOT.resolve(template.formatted(where));
      Why why = Why.of(account, verb, path, Optional.of(world.tree)).orElseThrow();
      stories.add(String.join("\n", why.story()));
      if (said.hasTwoPaths()) {
        // What a verb takes from may be refused when it is told where to.
        Why other =
            Why.of(account, said.verb().toString(), path, Optional.of(world.tree)).orElseThrow();
        stories.add(String.join("\n", other.story()));
      }
      allowed &= why.allowed() || said.hasTwoPaths();
    }
    if (told.startsWith("550")) {
      assertThat(String.join("\n", stories))
          .contains(told.substring(4).replaceFirst("new\\.\\p{XDigit}{16}", "new"));
    } else {
      assertThat(allowed).as(stories.toString()).isTrue();
    }
  }

  /// Says lines as `pat`, and answers with the reply to the last, or to that which was refused.
  private static String lastReply(World world, String lines) throws IOException {
    VirtualDriver driver = new VirtualDriver(world.service.open(), 7);
    Transcript.play(Transcript.login("pat") + "C: EPSV\nS: 229 ...", driver);
    String last = "";
    for (String line : lines.split("\\|", -1)) {
      driver.replies().lines().clear();
      driver.send(line);
      last = driver.replies().lines().getLast();
      if (last.startsWith("550")) {
        break;
      }
    }
    driver.peerCloses();
    return last;
  }

  private static void delete(Path tree) throws IOException {
    try (Stream<Path> all = Files.walk(tree)) {
      for (Path path : all.sorted((a, b) -> b.compareTo(a)).toList()) {
        Files.delete(path);
      }
    }
  }

  /// Every verb of a folder is in the list above: a new one has to be.
  @Test
  void noVerbIsLeftOut() {
    Set<Verb> said = EnumSet.noneOf(Verb.class);
    all().forEach(one -> said.add(one.verb()));
    assertThat(Arrays.stream(Verb.values()).filter(verb -> !verb.allRights().isEmpty()))
        .filteredOn(verb -> !said.contains(verb))
        .containsExactly(Verb.SITE_WHO);
  }

  private void play(Account account, String dialogue) throws Exception {
    try (World world = world("world", account)) {
      VirtualDriver driver = new VirtualDriver(world.service.open(), 7);
      Transcript.play(Transcript.login("pat") + dialogue, driver);
      driver.peerCloses();
      world.assertNothingIsOpen();
      world.assertNothingOutsideWasTouched();
    }
  }

  /// What is put in cannot be seen, read, replaced or taken away again; and what was cut off can be
  /// continued.
  @Test
  void aDropBox() throws Exception {
    play(
        account(
            Rule.everywhere(ALL), Rule.at("/empty", EnumSet.of(Right.WRITE, Right.MAKE_FOLDER))),
        """
        C: CWD empty
        S: 250 ...
        C: EPSV
        S: 229 ...
        C: STOR mine
        S: 150 ...
        > content
        ! FIN
        S: 226 ...
        C: EPSV
        S: 229 ...
        C: RETR mine
        S: 550 /empty/mine is not open to pat for RETR: the rule for /empty gives write, mkdir.
        C: STOR mine
        S: 550 /empty/mine exists already, and you may not replace it.
        C: LIST
        S: 550 ...
        C: MLSD
        S: 550 ...
        C: NLST
        S: 550 ...
        C: MLST mine
        S: 550 ...
        C: SIZE mine
        S: 550 ...
        C: MDTM mine
        S: 550 ...
        C: HASH mine
        S: 550 ...
        C: DELE mine
        S: 550 ...
        C: RNFR mine
        S: 550 ...
        C: APPE mine
        S: 550 ...
        C: SITE COPY mine /copy
        S: 550 ...
        C: STAT mine
        S: 550 ...
        C: STAT
        S: 211-...
        S:  ...
        S:  ...
        S:  ...
        S:  ...
        S:  ...
        S: 211 End.
        C: MKD sub
        S: 257 ...
        C: CWD sub
        S: 250 ...
        C: TYPE I
        S: 200 ...
        C: EPSV
        S: 229 ...
        C: STOR half
        S: 150 ...
        > 01234
        ! RESET
        S: 426 ...
        C: SIZE half
        S: 213 5
        C: REST 5
        S: 350 ...
        C: EPSV
        S: 229 ...
        C: STOR half
        S: 150 ...
        > 56789
        ! FIN
        S: 226 ...
        C: SIZE half
        S: 550 ...
        """);
  }

  /// Of a file that came while another was on its way, nothing is lost.
  @Test
  void whatCameMeanwhileIsNotReplaced() throws Exception {
    Account account = account(Rule.everywhere(EnumSet.of(Right.LIST, Right.WRITE)));
    try (World world = world("world", account)) {
      VirtualDriver driver = new VirtualDriver(world.service.open(), 7);
      Transcript.play(
          Transcript.login("pat")
              + """
              C: EPSV
              S: 229 ...
              C: STOR new
              S: 150 ...
              > mine
              """,
          driver);
      world.put("new", "another's");
      Transcript.play(
          """
          ! FIN
          S: 550 /new exists already, and you may not replace it...
          """,
          driver);
      assertThat(world.content("new")).isEqualTo("another's");
      driver.peerCloses();
    }
  }

  /// Names that are hidden are not told of, nor reached, nor made, nor removed with what they are
  /// in; and whether they are there makes no difference.
  @Test
  void hiddenNames() throws Exception {
    try (World world = world("world", hiding("*.txt"))) {
      var before = world.published();
      VirtualDriver driver = new VirtualDriver(world.service.open(), 7);
      Transcript.play(
          Transcript.login("pat")
              + """
              C: EPSV
              S: 229 ...
              C: NLST
              S: 150 ...
              < data.bin
              < docs
              < empty
              < sub
              < way
              < with space
              S: 226 ...
              C: EPSV
              S: 229 ...
              C: RETR readme.txt
              S: 550 /readme.txt is a name that is not served here.
              C: RETR none.txt
              S: 550 /none.txt is a name that is not served here.
              C: RETR docs/a.txt
              S: 550 /docs/a.txt is a name that is not served here.
              C: STOR new.txt
              S: 550 /new.txt is a name that is not served here.
              C: RNFR data.bin
              S: 350 ...
              C: RNTO data.txt
              S: 550 /data.txt is a name that is not served here.
              C: DELE readme.txt
              S: 550 /readme.txt is a name that is not served here.
              C: SITE RMDIR docs
              S: 550 /docs is not empty.
              C: SITE COPY docs copied
              S: 250 ...
              C: EPSV
              S: 229 ...
              C: NLST copied
              S: 150 ...
              < copied/sub
              S: 226 ...
              """,
          driver);
      driver.peerCloses();
      before.put("copied", "");
      before.put("copied/sub", "");
      assertThat(world.published()).isEqualTo(before);
    }
  }

  /// A folder is handled as a whole only by those who may do so with all that is in it.
  @Test
  void foldersWithRulesBelowThem() throws Exception {
    play(
        account(Rule.everywhere(ALL), Rule.at("/docs/sub", EnumSet.of(Right.LIST))),
        """
        C: RNFR docs
        S: 350 ...
        C: RNTO elsewhere
        S: 550 /docs holds folders with rules of their own, and may be used for RNTO only in parts.
        C: SITE RMDIR docs
        S: 550 /docs holds folders with rules of their own, and may be used for SITE RMDIR only in parts.
        C: SITE COPY docs elsewhere
        S: 550 /docs holds folders with rules of their own, and may be used for SITE COPY only in parts.
        C: RNFR empty
        S: 350 ...
        C: RNTO elsewhere
        S: 250 ...
        """);
  }

  /// What cannot be read where it is cannot be read by moving it to where it could.
  @Test
  void movingIsNoWayToRead() throws Exception {
    play(
        account(Rule.everywhere(ALL), Rule.at("/docs", EnumSet.of(Right.LIST, Right.RENAME))),
        """
        C: RNFR docs/a.txt
        S: 350 ...
        C: RNTO a2.txt
        S: 550 /docs/a.txt may not be read here, and could be there.
        C: RNFR docs/a.txt
        S: 350 ...
        C: RNTO docs/a2.txt
        S: 250 ...
        """);
  }

  /// A folder of which nothing is allowed is not there to be seen, nor what is below it.
  @Test
  void whatIsClosedIsNotShown() throws Exception {
    play(
        account(
            Rule.everywhere(EnumSet.of(Right.LIST, Right.READ)),
            Rule.at("/docs", Set.of()),
            Rule.at("/docs/sub", EnumSet.of(Right.LIST)),
            Rule.at("/empty", Set.of())),
        """
        C: EPSV
        S: 229 ...
        C: NLST
        S: 150 ...
        < a.txt
        < data.bin
        < docs
        < readme.txt
        < sub
        < with space
        S: 226 ...
        C: CWD empty
        S: 550 ...
        C: CWD docs
        S: 250 ...
        C: EPSV
        S: 229 ...
        C: NLST
        S: 550 ...
        C: CWD sub
        S: 250 ...
        C: CDUP
        S: 250 ...
        C: RETR b.txt
        S: 550 ...
        C: RETR nothing.txt
        S: 550 /docs/nothing.txt is not open to pat for RETR: the rule for /docs gives nothing.
        C: SIZE nothing/nothing.txt
        S: 550 /docs/nothing/nothing.txt is not open to pat for SIZE: the rule for /docs gives nothing.
        """);
  }

  /// To add is not to replace: not by what was kept of an upload of one's own, nor by COMB; and to
  /// add to nothing is to make a file.
  @Test
  void addingDoesNotReplace() throws Exception {
    Account account =
        account(
            Rule.everywhere(ALL),
            Rule.at("/docs", EnumSet.of(Right.LIST, Right.READ, Right.WRITE, Right.APPEND)),
            Rule.at("/empty", EnumSet.of(Right.LIST, Right.APPEND)),
            Rule.at("/sub", EnumSet.of(Right.LIST, Right.READ, Right.WRITE)));
    try (World world = world("world", account)) {
      VirtualDriver driver = new VirtualDriver(world.service.open(), 7);
      Transcript.play(
          Transcript.login("pat")
              + """
              C: EPSV
              S: 229 ...
              C: STOR docs/new
              S: 150 ...
              > EVIL
              ! RESET
              S: 426 ...
              """,
          driver);
      world.put("docs/new", "another's whole file");
      world.put("sub/there", "there");
      Transcript.play(
          """
          C: EPSV
          S: 229 ...
          C: APPE docs/new
          S: 550 /docs/new exists already, and you may not replace it.
          C: STOR docs/new
          S: 550 /docs/new exists already, and you may not replace it.
          C: COMB sub/there readme.txt
          S: 550 /sub/there is not open to pat for COMB: the rule for /sub gives list, read, write.
          C: APPE empty/new
          S: 550 /empty/new is not open to pat for APPE: the rule for /empty gives list, append.
          C: APPE docs/a.txt
          S: 150 ...
          > and
          ! RESET
          S: 426 ...
          C: EPSV
          S: 229 ...
          C: APPE docs/a.txt
          S: 150 ...
          > more
          ! FIN
          S: 226 ...
          """,
          driver);
      assertThat(world.content("docs/new")).isEqualTo("another's whole file");
      assertThat(world.content("sub/there")).isEqualTo("there");
      assertThat(world.content("docs/a.txt")).isEqualTo("alphaandmore");
      driver.peerCloses();
      world.assertNothingIsOpen();
    }
  }

  /// A link that is moved means something else; what that is its listing does not tell to those who
  /// may not see it.
  @Test
  void aListingTellsNothingOfWhereLinksLead() throws Exception {
    Account account = account(Rule.everywhere(ALL), Rule.at("/docs", EnumSet.of(Right.WRITE)));
    try (World world = world("world", account)) {
      Files.createSymbolicLink(world.root.resolve("peep"), Path.of("docs/a.txt"));
      VirtualDriver driver = new VirtualDriver(world.service.open(), 7);
      Transcript.play(
          Transcript.login("pat")
              + """
              C: EPSV
              S: 229 ...
              C: NLST
              S: 150 ...
              < a.txt
              < data.bin
              < docs
              < empty
              < readme.txt
              < sub
              < with space
              S: 226 ...
              C: SIZE peep
              S: 550 ...
              C: CWD docs/a.txt
              S: 550 /docs/a.txt does not exist.
              C: CWD docs/nothing
              S: 550 /docs/nothing does not exist.
              C: SIZE docs/a.txt/x
              S: 550 /docs/a.txt/x does not exist.
              C: SIZE docs/nothing/x
              S: 550 /docs/nothing/x does not exist.
              """,
          driver);
      driver.peerCloses();
    }
  }

  /// MLSD tells of each entry what may be done with it.
  @Test
  void thePermFactIsOfThePlace() throws Exception {
    play(
        account(
            Rule.everywhere(ALL),
            Rule.at("/docs", EnumSet.of(Right.LIST, Right.READ)),
            Rule.at("/empty", EnumSet.of(Right.WRITE))),
        """
        C: OPTS MLST type;perm;
        S: 200 ...
        C: EPSV
        S: 229 ...
        C: MLSD
        S: 150 ...
        < type=file;perm=adfrw; a.txt
        < type=file;perm=adfrw; data.bin
        < type=dir;perm=el; docs
        < type=dir;perm=ce; empty
        < type=file;perm=adfrw; readme.txt
        < type=dir;perm=cdeflmp; sub
        < type=dir;perm=cdeflmp; way
        < type=file;perm=adfrw; with space
        S: 226 ...
        C: MLST docs/a.txt
        S: 250-...
        S:  type=file;perm=r; /docs/a.txt
        S: 250 ...
        """);
  }
}
