package wharf.ftp.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import wharf.files.VirtualPath;
import wharf.protocol.Ending;

/// Random sessions against a model of what a session must answer: for every command the code, for
/// every download and listing the content, and in the end the whole tree. [RandomWalkTest] does
/// worse things and knows less of what is right.
///
/// For a longer walk: `-Dwharf.walk.commands=10000000`; to repeat one, `-Dwharf.walk.seed=...`.
class ModelWalkTest {
  private static final int COMMANDS_IN_A_SESSION = 1000;

  private static final List<String> NAMES =
      List.of(
          "a",
          "b",
          "d",
          "d/a",
          "d/e",
          "d/e/f",
          "/a",
          "/d",
          "/d/a",
          "../a",
          "d/../b",
          "..",
          ".",
          "/",
          "../../../d",
          "a/x",
          "ü z");

  @TempDir Path base;

  @Test
  void walk() throws Exception {
    long seed = Long.getLong("wharf.walk.seed", 959);
    long commands = Long.getLong("wharf.walk.commands", 600_000);
    Random seeds = new Random(seed);
    int stored = 0;
    for (long done = 0; done < commands; ) {
      long one = done == 0 ? seed : seeds.nextLong();
      Path folder = base.resolve(Long.toHexString(one));
      try (World world = new World(folder)) {
        Walk walk = new Walk(world, new Random(one));
        try {
          for (int i = 0; i < COMMANDS_IN_A_SESSION; i++) {
            walk.step();
          }
          walk.leave();
          assertThat(onDisk(world.root)).isEqualTo(walk.model.published());
          world.assertNothingOutsideWasTouched();
          world.assertNothingIsOpen();
        } catch (AssertionError | RuntimeException e) {
          throw new AssertionError(
              "repeat with -Dwharf.walk.seed=" + one + "\n" + String.join("\n", walk.told), e);
        }
        stored += walk.stored;
      }
      done += COMMANDS_IN_A_SESSION;
      remove(folder);
    }
    assertThat(stored).as("uploads that became files").isGreaterThan((int) (commands / 200));
  }

  /// Directories as "dir", files as their content; without the link that leads outside.
  private static Map<String, String> onDisk(Path root) throws IOException {
    Map<String, String> found = new TreeMap<>();
    try (var all = Files.walk(root)) {
      for (Path path : (Iterable<Path>) all::iterator) {
        String name = "/" + root.relativize(path);
        if (!name.equals("/")
            && !name.equals("/out")
            && !name.contains(VirtualPath.RESERVED_PREFIX)) {
          found.put(name, Files.isDirectory(path) ? "dir" : "file " + Files.readString(path));
        }
      }
    }
    return found;
  }

  private static void remove(Path folder) throws IOException {
    Files.walkFileTree(
        folder,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            Files.delete(file);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path directory, IOException e)
              throws IOException {
            Files.delete(directory);
            return FileVisitResult.CONTINUE;
          }
        });
  }

  /// What there is, and what was agreed. Paths are absolute and plain.
  private static final class Model {
    private static final String DIRECTORY = "dir";

    /// Of files "file " and the content.
    private final TreeMap<String, String> entries = new TreeMap<>();

    /// What is kept of uploads that were cut off.
    private final TreeMap<String, String> parts = new TreeMap<>();

    private String directory = "/";
    private boolean text;
    private boolean route;
    private long announced = -1;

    /// -1 without REST: APPE after REST 0 begins anew, and alone it does not.
    private long restart = -1;

    private String renaming = "";
    private String partTold = "";

    Model(Map<String, String> beginning) {
      entries.putAll(beginning);
    }

    Map<String, String> published() {
      return entries;
    }

    String resolve(String said) {
      Deque<String> names = new ArrayDeque<>();
      String whole = said.startsWith("/") ? said : directory + "/" + said;
      for (String name : whole.split("/", -1)) {
        switch (name) {
          case "", "." -> {}
          case ".." -> names.pollLast();
          default -> names.addLast(name);
        }
      }
      return "/" + String.join("/", names);
    }

    boolean isDirectory(String path) {
      return path.equals("/") || DIRECTORY.equals(entries.get(path));
    }

    boolean isFile(String path) {
      return entries.containsKey(path) && !isDirectory(path);
    }

    boolean exists(String path) {
      return isDirectory(path) || isFile(path);
    }

    String content(String path) {
      return entries.getOrDefault(path, "file ").substring(5);
    }

    String part(String path) {
      return parts.getOrDefault(path, "");
    }

    static String parent(String path) {
      int slash = path.lastIndexOf('/');
      return slash == 0 ? "/" : path.substring(0, slash);
    }

    static boolean isIn(String path, String directory) {
      return path.startsWith(directory.equals("/") ? "/" : directory + "/");
    }

    Set<String> namesIn(String path) {
      Set<String> names = new TreeSet<>();
      for (String one : entries.keySet()) {
        if (parent(one).equals(path) && !one.equals("/")) {
          names.add(one.substring(one.lastIndexOf('/') + 1));
        }
      }
      if (path.equals("/")) {
        // The link that is there leads outside: it is not listed.
        names.remove("out");
      }
      return names;
    }

    /// Gives what is at `from` another name. What is kept of uploads goes with the directory it is
    /// in, not with the file.
    void move(String from, String to) {
      if (isDirectory(from)) {
        moveIn(parts, from, to);
        moveIn(entries, from, to);
      }
      entries.put(to, Objects.requireNonNull(entries.remove(from)));
    }

    private static void moveIn(Map<String, String> all, String from, String to) {
      for (String path : List.copyOf(all.keySet())) {
        if (isIn(path, from)) {
          all.put(to + path.substring(from.length()), all.remove(path));
        }
      }
    }
  }

  private static final class Walk {
    private final Random random;
    private final VirtualDriver driver;
    private final Deque<String> told = new ArrayDeque<>();
    private final Model model;
    private int stored;

    Walk(World world, Random random) throws IOException {
      this.random = random;
      this.model = new Model(onDisk(world.root));
      this.driver = new VirtualDriver(world.service.open(), one(List.of(1, 3, 4096)));
      says("USER jo", 331);
      says("PASS secret", 230);
      says("TYPE I", 200);
    }

    void leave() {
      driver.peerCloses();
      driver.assertSettled();
    }

    private <T> T one(List<T> of) {
      return of.get(random.nextInt(of.size()));
    }

    private void says(String line, int code) {
      driver.replies().lines().clear();
      tell(line + " -> " + code);
      driver.send(line);
      hears(code);
    }

    private void hears(int code) {
      assertThat(driver.replies().lines()).isNotEmpty();
      String last = driver.replies().lines().getLast();
      assertThat(last).startsWith(code + " ");
      driver.replies().lines().clear();
    }

    private void tell(String what) {
      told.add(what);
      if (told.size() > 60) {
        told.removeFirst();
      }
    }

    /// What REST and RNFR have announced is for the very next command.
    private void forget() {
      model.restart = -1;
      model.renaming = "";
    }

    void step() {
      String said = one(NAMES);
      String path = model.resolve(said);
      switch (random.nextInt(22)) {
        case 0 -> {
          forget();
          boolean there = model.isDirectory(path);
          says("CWD " + said, there ? 250 : 550);
          model.directory = there ? path : model.directory;
        }
        case 1 -> {
          forget();
          String up = Model.parent(model.directory);
          boolean there = model.isDirectory(up);
          says("CDUP", there ? 250 : 550);
          model.directory = there ? up : model.directory;
        }
        case 2 -> {
          forget();
          tell("PWD");
          driver.replies().lines().clear();
          driver.send("PWD");
          assertThat(driver.replies().lines())
              .containsExactly("257 \"" + model.directory + "\" is the working directory.");
        }
        case 3, 4 -> {
          forget();
          boolean can = !model.exists(path) && model.isDirectory(Model.parent(path));
          says("MKD " + said, can ? 257 : 550);
          if (can) {
            model.entries.put(path, Model.DIRECTORY);
          }
        }
        case 5 -> removeDirectory(said, path);
        case 6 -> delete(said, path);
        case 7 -> {
          forget();
          boolean there = model.exists(path);
          says("RNFR " + said, there ? 350 : 550);
          model.renaming = there ? path : "";
        }
        case 8, 9 -> rename(said, path);
        case 10 -> {
          boolean text = random.nextInt(4) == 0;
          says(text ? "TYPE A" : "TYPE I", 200);
          model.text = text;
        }
        case 11, 12 -> {
          boolean extended = random.nextBoolean();
          says(extended ? "EPSV" : "PASV", extended ? 229 : 227);
          model.route = true;
        }
        case 13 -> {
          long offset = random.nextInt(12);
          forget();
          boolean can = offset == 0 || !model.text;
          says("REST " + offset, can ? 350 : 504);
          model.restart = can ? offset : -1;
        }
        case 14 -> {
          long bytes = random.nextInt(20);
          says("ALLO " + bytes, 200);
          model.announced = bytes;
        }
        case 15 -> size(said, path);
        case 16 -> list(said, path);
        case 17, 18 -> retrieve(said, path);
        case 19 -> store("STOR", said, path);
        case 20 -> store("APPE", said, path);
        default -> says("NOOP", 200);
      }
    }

    private void removeDirectory(String said, String path) {
      forget();
      boolean can = !path.equals("/") && model.isDirectory(path) && model.namesIn(path).isEmpty();
      says("RMD " + said, can ? 250 : 550);
      if (can) {
        model.entries.remove(path);
        model.parts.keySet().removeIf(part -> Model.isIn(part, path));
      }
    }

    private void delete(String said, String path) {
      forget();
      boolean part = !model.isDirectory(path) && model.parts.containsKey(path);
      boolean can = model.isFile(path) || part;
      says("DELE " + said, can ? 250 : 550);
      if (can) {
        model.entries.remove(path);
        model.parts.remove(path);
      }
    }

    private void rename(String said, String to) {
      String from = model.renaming;
      forget();
      if (from.isEmpty()) {
        says("RNTO " + said, 503);
        return;
      }
      boolean same = from.equals(to) && !from.equals("/");
      boolean can =
          same
              || (!from.equals("/")
                  && !to.equals("/")
                  && model.isDirectory(Model.parent(to))
                  && !Model.isIn(to, from)
                  && (!model.exists(to) || (model.isFile(to) && model.isFile(from))));
      says("RNTO " + said, can ? 250 : 550);
      if (can && !same) {
        model.move(from, to);
      }
    }

    private boolean hasPart(String path) {
      return model.parts.containsKey(path) && !model.isDirectory(path);
    }

    private void size(String said, String path) {
      forget();
      driver.replies().lines().clear();
      tell("SIZE " + said);
      driver.send("SIZE " + said);
      if (model.text) {
        hears(550);
        return;
      }
      if (hasPart(path)) {
        model.partTold = path;
        assertThat(driver.replies().lines())
            .containsExactly("213 " + bytes(model.part(path)).length);
      } else if (model.isFile(path)) {
        assertThat(driver.replies().lines())
            .containsExactly("213 " + bytes(model.content(path)).length);
      } else {
        hears(550);
      }
    }

    private void list(String said, String path) {
      forget();
      if (!model.route) {
        says("NLST " + said, 425);
      } else if (!model.exists(path)) {
        says("NLST " + said, 550);
      } else {
        tell("NLST " + said + " -> names");
        driver.replies().lines().clear();
        driver.send("NLST " + said);
        hears(150);
        model.route = false;
        Set<String> names = new TreeSet<>();
        new String(driver.download(), StandardCharsets.UTF_8).lines().forEach(names::add);
        driver.endTransfer(Ending.SENT, null);
        hears(226);
        Set<String> expected = new TreeSet<>();
        if (model.isDirectory(path)) {
          String prefix = said.endsWith("/") ? said : said + "/";
          model.namesIn(path).forEach(name -> expected.add(prefix + name));
        } else {
          expected.add(said);
        }
        assertThat(names).isEqualTo(expected);
      }
    }

    private void retrieve(String said, String path) {
      long offset = Math.max(0, model.restart);
      forget();
      if (!model.route) {
        says("RETR " + said, 425);
      } else if (offset > 0 && model.text) {
        says("RETR " + said, 554);
      } else if (!model.isFile(path) || (path.equals(model.partTold) && hasPart(path))) {
        says("RETR " + said, 550);
      } else if (offset > bytes(model.content(path)).length) {
        says("RETR " + said, 554);
      } else {
        says("RETR " + said, 150);
        model.route = false;
        byte[] all = bytes(model.content(path));
        byte[] rest = Arrays.copyOfRange(all, (int) offset, all.length);
        assertThat(driver.download()).isEqualTo(rest);
        boolean sent = random.nextInt(5) > 0;
        driver.endTransfer(sent ? Ending.SENT : Ending.RESET, sent ? null : reset());
        hears(sent ? 226 : 426);
      }
    }

    private void store(String verb, String said, String path) {
      boolean appends = verb.equals("APPE") && model.restart < 0;
      long offset = Math.max(0, model.restart);
      boolean restarted = offset > 0;
      forget();
      String part = hasPart(path) ? model.part(path) : "";
      long announced = model.announced;
      model.announced = -1;
      if (!model.route) {
        says(verb + " " + said, 425);
        return;
      }
      if (restarted && model.text) {
        says(verb + " " + said, 554);
        return;
      }
      if (model.isDirectory(path) || !model.isDirectory(Model.parent(path))) {
        says(verb + " " + said, 550);
        return;
      }
      int kept = bytes(part).length;
      int published = bytes(model.content(path)).length;
      boolean continues = appends ? kept > 0 : restarted && offset <= kept;
      if (restarted && !continues && offset > published) {
        says(verb + " " + said, 554);
        return;
      }
      String before =
          continues
              ? appends ? part : first(part, offset)
              : appends ? model.content(path) : first(model.content(path), offset);
      says(verb + " " + said, 150);
      model.route = false;
      String some = "x".repeat(random.nextInt(4)) + random.nextInt(1000);
      some = random.nextInt(6) == 0 ? "" : some;
      driver.upload(bytes(some));
      String whole = before + some;
      boolean cut = random.nextInt(4) == 0;
      boolean tooShort =
          !model.text && bytes(whole).length < announced && some.length() < announced;
      tell(
          "  "
              + path
              + " after '"
              + before
              + "' "
              + (cut ? "cut " : "ends ")
              + some
              + (tooShort ? ", too short" : ""));
      driver.endTransfer(cut ? Ending.RESET : Ending.FIN, cut ? reset() : null);
      if (cut || tooShort) {
        hears(cut ? 426 : 451);
        // What was only copied of the published file is not kept.
        if (whole.isEmpty() || (!continues && some.isEmpty())) {
          model.parts.remove(path);
        } else {
          model.parts.put(path, whole);
        }
      } else {
        hears(226);
        stored++;
        model.parts.remove(path);
        model.entries.put(path, "file " + whole);
      }
    }

    private static String first(String text, long bytes) {
      return new String(Arrays.copyOf(bytes(text), (int) bytes), StandardCharsets.UTF_8);
    }

    private static byte[] bytes(String text) {
      return text.getBytes(StandardCharsets.UTF_8);
    }

    private static IOException reset() {
      return new IOException("reset");
    }
  }
}
