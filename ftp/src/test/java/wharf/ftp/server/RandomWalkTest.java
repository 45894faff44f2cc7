package wharf.ftp.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import wharf.files.FileProblem;
import wharf.files.VirtualPath;
import wharf.protocol.Effect.Transfer.Flow;
import wharf.protocol.Ending;

/// Sessions that nobody would think of: random commands, cut at random, with transfers and tasks
/// that end at random moments in random ways. Nothing is expected but what the driver always
/// checks, that nothing outside the root is reached, that nothing stays open, and that what was
/// called complete is what was sent.
///
/// For a longer walk: `-Dwharf.walk.commands=10000000`; to repeat one, `-Dwharf.walk.seed=...`.
class RandomWalkTest {
  private static final int COMMANDS_IN_A_SESSION = 200;

  private static final List<String> NAMES =
      List.of(
          "data.bin",
          "docs",
          "docs/a.txt",
          "docs/../x",
          "empty",
          "new",
          "new",
          "/new",
          "other",
          "../..",
          "../../outside/secret",
          "/../outside/secret",
          "out",
          "out/x",
          ".",
          "/",
          "",
          "*",
          "d*",
          "docs/*",
          "-la",
          "-la docs",
          "a<00>b",
          "a<C2 85>b",
          "<C3 28>",
          "ü",
          ".wharf-x",
          "with space",
          "x/y/z",
          "docs/",
          "////",
          "data.bin/..",
          "~",
          "a\"b");

  private static final List<String> OTHERS =
      List.of(
          "XYZZY",
          "",
          " ",
          "<FF F4 FF F2>ABOR",
          "<FF F4 FF F2>ABOR",
          "<00>",
          "<0D>",
          "SITE",
          "SITE XYZZY",
          "SMNT /",
          "CCC",
          "GET / HTTP/1.1",
          "<FF>",
          "<FF FB 01>ABOR",
          "STAT docs",
          "STAT /",
          "A".repeat(5000));

  @TempDir Path base;

  @Test
  void walk() throws Exception {
    long seed = Long.getLong("wharf.walk.seed", 1985);
    long commands = Long.getLong("wharf.walk.commands", 400_000);
    Random seeds = new Random(seed);
    long completed = 0;
    for (long done = 0; done < commands; ) {
      long one = done == 0 ? seed : seeds.nextLong();
      Walk walk = new Walk(new Random(one));
      try (World world = new World(base.resolve(Long.toHexString(one)))) {
        try {
          walk.go(world);
          completed += walk.completed;
          done += walk.commands;
          world.assertNothingOutsideWasTouched();
          world.assertNothingIsOpen();
        } catch (AssertionError | RuntimeException e) {
          throw new AssertionError(
              "repeat with -Dwharf.walk.seed=" + one + "\n" + String.join("\n", walk.told), e);
        }
      }
    }
    assertThat(completed).as("uploads that were looked at").isGreaterThan(commands / 2000);
  }

  private static final class Walk {
    private final Random random;
    private final Deque<String> told = new ArrayDeque<>();
    private final StringBuilder sent = new StringBuilder();
    private String target = "";
    private boolean out;
    private long completed;
    private int commands;

    Walk(Random random) {
      this.random = random;
    }

    void go(World world) throws IOException {
      int chunk = one(List.of(1, 2, 3, 7, 64, VirtualDriver.WHOLE));
      VirtualDriver driver = new VirtualDriver(world.service.open(), chunk);
      driver.holdsTasks = random.nextBoolean();
      driver.holdsDrains = random.nextBoolean();
      driver.holdsHandshake = random.nextBoolean();
      if (random.nextInt(10) > 0) {
        driver.send("USER " + one(List.of("jo", "jo", "jo", "ro", "anonymous", "no-LIST")));
        driver.send("PASS secret");
        driver.send("TYPE I");
      }
      while (commands < COMMANDS_IN_A_SESSION && !driver.closed()) {
        step(world, driver);
        listen(world, driver);
      }
      end(driver);
    }

    private void step(World world, VirtualDriver driver) throws IOException {
      int dice = random.nextInt(100);
      if (dice < 70) {
        StringBuilder lines = new StringBuilder();
        if (out && random.nextBoolean()) {
          lines.append("USER jo<0D 0A>PASS secret<0D 0A>TYPE I<0D 0A>");
        }
        for (int i = random.nextInt(random.nextInt(10) == 0 ? 30 : 3); i >= 0; i--) {
          commands++;
          lines.append(command()).append(random.nextInt(50) == 0 ? "<0A>" : "<0D 0A>");
        }
        tell("C> " + lines);
        driver.send(Transcript.bytes(lines.toString()));
        listen(world, driver);
      } else if (dice == 70 && random.nextInt(10) == 0) {
        tell("gone");
        driver.peerCloses();
      } else if (dice == 71 && random.nextInt(20) == 0) {
        tell("stop");
        driver.stop();
      } else if (dice == 72) {
        int seconds = random.nextInt(120);
        tell("wait " + seconds);
        driver.pass(Duration.ofSeconds(seconds));
      } else if (dice == 73) {
        driver.refusesToListen = !driver.refusesToListen;
      } else if (dice == 74) {
        driver.holdsProbation = !driver.holdsProbation;
      }
      if (driver.transferring() && random.nextInt(3) > 0) {
        transfer(driver);
      }
      if (driver.taskWaits() && random.nextInt(3) > 0) {
        task(driver);
      }
      if (driver.drainWaits() && random.nextInt(3) > 0) {
        driver.drained();
      }
      if (driver.handshakeWaits() && random.nextInt(3) > 0) {
        tell("secured");
        driver.secured();
      }
    }

    private void transfer(VirtualDriver driver) {
      boolean upload = driver.running().flow() instanceof Flow.In;
      boolean had = false;
      if (random.nextInt(3) > 0) {
        if (upload) {
          String some = Integer.toHexString(random.nextInt()).repeat(random.nextInt(1, 20));
          tell("> " + some);
          sent.append(some);
          driver.upload(some.getBytes(StandardCharsets.US_ASCII));
        } else {
          tell("<");
          driver.download();
          had = true;
        }
      }
      if (!driver.transferring() || (!had && random.nextBoolean())) {
        return;
      }
      if (upload && random.nextInt(20) == 0) {
        tell("whole, and gone");
        driver.endTransferAndPeer();
        return;
      }
      Ending ending =
          random.nextInt(3) > 0
              ? upload
                  ? VirtualDriver.wholeUpload(driver.running())
                  : had ? Ending.SENT : Ending.RESET
              : one(
                  List.of(
                      Ending.RESET,
                      Ending.TIMED_OUT,
                      Ending.TOO_LONG,
                      Ending.CUT_OFF,
                      Ending.MALFORMED,
                      Ending.STORE_FAILED,
                      Ending.PEER_FAILED,
                      Ending.UNBOUND));
      tell(ending.toString());
      driver.endTransfer(ending, problem(upload));
    }

    private IOException problem(boolean upload) {
      if (!upload || random.nextBoolean()) {
        return new IOException("reset by\r\n226 peer");
      }
      return FileProblem.of(new IOException("No space left on device"), VirtualPath.ROOT);
    }

    private void task(VirtualDriver driver) {
      switch (random.nextInt(10)) {
        case 0 -> {
          tell("task gone");
          driver.runTask(driver::peerCloses);
        }
        case 1 -> {
          tell("task fails");
          driver.failTask(problem(true));
        }
        default -> {
          tell("task");
          driver.runTask(() -> {});
        }
      }
    }

    private String command() {
      if (random.nextInt(15) == 0) {
        return one(OTHERS);
      }
      Verb verb = one(List.of(Verb.values()));
      if (random.nextInt(4) == 0) {
        verb = one(List.of(Verb.EPSV, Verb.PASV, Verb.PORT));
      } else if (random.nextInt(4) == 0) {
        verb = one(List.of(Verb.STOR, Verb.RETR, Verb.APPE, Verb.LIST, Verb.STAT));
      }
      if (verb == Verb.QUIT && random.nextInt(10) > 0) {
        verb = Verb.ABOR;
      } else if (verb == Verb.REIN && random.nextBoolean()) {
        verb = Verb.MKD;
      }
      String argument =
          switch (verb) {
            case USER -> one(List.of("jo", "ro", "anonymous", "nobody", "x<1B>[2J"));
            case PASS -> one(List.of("secret", "secret", "wrong", ""));
            case AUTH -> one(List.of("TLS", "tls", "SSL", "GSSAPI"));
            case PBSZ -> one(List.of("0", "x"));
            case PROT -> one(List.of("P", "p", "C", "S", "Z"));
            case TYPE -> one(List.of("I", "I", "A", "E"));
            case STRU -> one(List.of("F", "R"));
            case MODE -> one(List.of("S", "B", "B", "Z", "C"));
            case EPSV -> random.nextInt(200) == 0 ? "ALL" : one(List.of("", "", "1", "2"));
            case PORT -> one(List.of("192,0,2,7,4,0", "192,0,2,8,4,0", "192,0,2,7,0,21", "1,2"));
            case EPRT -> one(List.of("|1|192.0.2.7|2000|", "|2|::1|2000|", "|3|x|1|", "||"));
            case REST -> one(List.of("0", "1", "3", "10", "99999", "x"));
            case ALLO -> one(List.of("1", "100", "9223372036854775807", "x"));
            case OPTS ->
                one(
                    List.of(
                        "UTF8 ON",
                        "MLST type;",
                        "MLST type;size;modify;perm;",
                        "HASH MD5",
                        "MODE Z LEVEL 1",
                        "X"));
            case HELP -> one(List.of("", "RETR", "x"));
            case RANG -> one(List.of("0 3", "2 99", "1 0", "5 4", "x"));
            case XCRC, XMD5, XSHA1, XSHA256, XSHA512 ->
                one(NAMES) + one(List.of("", "", " 1", " 1 3", " 3 1"));
            case MFMT -> "20200101000000 " + one(NAMES);
            case CWD, MKD, RMD, DELE, RNFR, RNTO, RETR, STOR, STOU, APPE -> one(NAMES);
            case LIST, NLST, MLSD, MLST, SIZE, MDTM, STAT, HASH -> one(NAMES);
            case ACCT, CLNT, CSID -> one(List.of("x", "Name=x; Version=1;"));
            case HOST -> one(List.of("example.org", "[::1]", "a b", ".."));
            case LANG -> one(List.of("zh", "en", "", "ZH-TW", "xx", "zh-Hans-CN"));
            case PRET -> "RETR " + one(NAMES);
            case MFCT, SITE_UTIME ->
                one(List.of("20200101000000 ", "202001010000 ", "x ")) + one(NAMES);
            case MFF ->
                one(
                        List.of(
                            "modify=20200101000000; ",
                            "UNIX.mode=0644;modify=20200101000000; ",
                            "UNIX.mode=0444 ",
                            "x=y; ",
                            "modify=x; "))
                    + one(NAMES);
            case SITE_CHMOD -> one(List.of("644 ", "0755 ", "4755 ", "x ")) + one(NAMES);
            case SITE_SYMLINK, SITE_COPY, COMB ->
                one(List.of("", "\"with space\" ")) + one(NAMES) + " " + one(NAMES);
            case SITE_HELP -> one(List.of("", "CHMOD", "x"));
            case AVBL, SITE_CPFR, SITE_CPTO, SITE_RMDIR -> one(NAMES);
            case REIN, QUIT, SITE_QUOTA, SITE_WHO, PWD, CDUP, PASV, ABOR, NOOP, SYST, FEAT ->
                random.nextInt(20) == 0 ? "x" : "";
          };
      return argument.isEmpty() ? verb.toString() : verb + " " + argument;
    }

    /// Notes which upload was begun, and looks at what a 226 is a receipt for, unless commands that
    /// came with it may have changed that already.
    private void listen(World world, VirtualDriver driver) throws IOException {
      String last = "";
      for (String line : driver.replies().lines()) {
        last = line;
        out = (out || line.startsWith("530 ")) && !line.startsWith("230 ");
        if (line.startsWith("150 ") || line.startsWith("125 ")) {
          sent.setLength(0);
          boolean plain = line.substring(4).startsWith("Ready for /") && !line.contains("?");
          target = plain ? line.substring("150 Ready for /".length(), line.length() - 1) : "";
        }
      }
      driver.replies().lines().clear();
      if (last.startsWith("226 Complete: ") && !target.isEmpty()) {
        completed++;
        assertThat(world.content(target)).as(target).endsWith(sent);
      }
    }

    /// The client leaves; what still runs is settled.
    private void end(VirtualDriver driver) {
      driver.peerCloses();
      for (int i = 0; i < 10 && !(driver.closed() && !driver.taskWaits()); i++) {
        if (driver.transferring()) {
          driver.endTransfer(Ending.RESET, new IOException("the end"));
        }
        if (driver.taskWaits()) {
          driver.runTask(() -> {});
        }
        if (driver.drainWaits()) {
          driver.drained();
        }
        if (driver.handshakeWaits()) {
          driver.secured();
        }
      }
      assertThat(driver.closed()).as("closes in the end").isTrue();
      assertThat(driver.transferring() || driver.taskWaits()).isFalse();
    }

    private void tell(String what) {
      told.add(what);
      if (told.size() > 40) {
        told.removeFirst();
      }
    }

    private <T> T one(List<T> of) {
      return of.get(random.nextInt(of.size()));
    }
  }
}
