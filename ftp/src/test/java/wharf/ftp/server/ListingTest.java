package wharf.ftp.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import wharf.files.VirtualPath;

/// LIST, NLST, MLSD and STAT.
class ListingTest {
  @TempDir Path base;

  /// The listing of `command`, over its own data connection.
  private static String listing(String command, String... lines) {
    StringBuilder all = new StringBuilder("C: EPSV\nS: 229 ...\nC: " + command + "\nS: 150 ...\n");
    for (String line : lines.length == 0 ? new String[] {"(nothing)"} : lines) {
      all.append("< ").append(line).append('\n');
    }
    return all.append("S: 226 ...\n").toString();
  }

  @TestFactory
  Stream<DynamicTest> namesCanBeSaidAgain() {
    return Transcript.tests(
        base,
        listing("NLST", "data.bin", "docs", "empty", "readme.txt", "with space")
            + listing("NLST docs/", "docs/a.txt", "docs/b.txt", "docs/ü.txt")
            + listing("NLST /docs", "/docs/a.txt", "/docs/b.txt", "/docs/ü.txt")
            + listing("NLST docs/a.txt", "docs/a.txt")
            + listing("NLST docs/../docs/b.txt", "docs/../docs/b.txt")
            + listing("NLST data.bin/", "data.bin")
            + listing("NLST with space", "with space")
            + listing("NLST empty")
            + listing("NLST -a docs", "docs/a.txt", "docs/b.txt", "docs/ü.txt")
            + listing("NLST .", "./data.bin", "./docs", "./empty", "./readme.txt", "./with space")
            + "C: CWD docs\nS: 250 ...\n"
            + listing("NLST", "a.txt", "b.txt", "ü.txt")
            + listing(
                "NLST ..", "../data.bin", "../docs", "../empty", "../readme.txt", "../with space")
            + listing("NLST ü.txt", "ü.txt"));
  }

  @TestFactory
  Stream<DynamicTest> patterns() {
    return Transcript.tests(
        base,
        listing("NLST *.bin", "data.bin")
            + listing("NLST docs/?.txt", "docs/a.txt", "docs/b.txt", "docs/ü.txt")
            + listing("NLST /docs/a*", "/docs/a.txt")
            + listing("NLST nothing*")
            + listing("NLST **d*a**", "data.bin")
            + listing(
                "LIST -la d*n",
                "-rw-r--r--   1 ftp      ftp                10 Jan 02 03:04 data.bin")
            + """
            C: EPSV
            S: 229 ...
            C: NLST nowhere/*
            S: 550 ...
            C: MLSD d*
            S: 550 /d* does not exist.
            """);
  }

  @TestFactory
  Stream<DynamicTest> whatLooksLikeOptionsMayBeAName() {
    return Transcript.tests(base, "C: MKD -la\nS: 257 ...\n" + listing("LIST -la"));
  }

  @TestFactory
  Stream<DynamicTest> optionsOfLs() {
    String docs = "-rw-r--r--   1 ftp      ftp                 5 Jan 02 03:04 a.txt";
    return Transcript.tests(
        base,
        listing("LIST docs/a.txt", docs)
            + listing("LIST -l docs/a.txt", docs)
            + listing("LIST -l -a docs/a.txt", docs)
            + listing(
                "LIST -la",
                "/-rw.* data.bin/",
                "/drwxr-xr-x .* docs/",
                "/d.* empty/",
                "/-.* readme.txt/",
                "/-.* with space/")
            + listing(
                "LIST data.bin/",
                "-rw-r--r--   1 ftp      ftp                10 Jan 02 03:04 data.bin"));
  }

  /// Links that lead outside are not there, nor are parts of uploads.
  @TestFactory
  Stream<DynamicTest> whatIsNotServedIsNotListed() {
    return Transcript.tests(
        base,
        """
        C: EPSV
        S: 229 ...
        C: STOR new
        S: 150 ...
        > 01234
        ! RESET
        S: 426 ...
        """
            + listing("NLST *", "data.bin", "docs", "empty", "readme.txt", "with space"));
  }

  @TestFactory
  Stream<DynamicTest> factsOfADirectory() {
    return Transcript.tests(
        base,
        """
        C: OPTS MLST type;perm;
        S: 200 ...
        """
            + listing(
                "MLSD",
                "type=file;perm=adfrw; data.bin",
                "type=dir;perm=cdeflmp; docs",
                "type=dir;perm=cdeflmp; empty",
                "type=file;perm=adfrw; readme.txt",
                "type=file;perm=adfrw; with space")
            + listing("MLSD empty")
            + """
            C: USER ro
            S: 331 ...
            C: PASS secret
            S: 230 ...
            """
            + listing(
                "MLSD /docs",
                "type=file;perm=r; a.txt",
                "type=file;perm=r; b.txt",
                "type=file;perm=r; ü.txt")
            + """
            C: MLST docs
            S: 250-Facts follow.
            S:  type=dir;perm=el; /docs
            S: 250 End.
            C: OPTS MLST unique;
            S: 200 ...
            C: MLST data.bin
            S: 250-...
            S: / unique=[0-9a-zA-Z-]+; /data.bin/
            S: 250 End.
            """);
  }

  /// A listing over the control connection comes a part at a time, each when the one before has
  /// left, and commands wait meanwhile.
  @Test
  void aBigDirectoryOverTheControlConnection() throws Exception {
    try (World world = new World(base)) {
      int count = 500;
      for (int i = 0; i < count; i++) {
        world.put("empty/file-%04d".formatted(i), "");
      }
      VirtualDriver driver = new VirtualDriver(world.service.open(), 7);
      Transcript.play(Transcript.LOGIN, driver);
      driver.holdsDrains = true;
      driver.send("STAT empty");
      driver.send("PWD");
      int parts = 0;
      int most = 0;
      while (driver.drainWaits()) {
        parts++;
        int before = driver.replies().lines().size();
        driver.drained();
        most = Math.max(most, driver.replies().lines().size() - before);
      }
      assertThat(parts).isGreaterThan(3);
      assertThat(most).as("lines at once").isLessThan(count / 3);
      assertThat(driver.replies().lines().removeFirst()).isEqualTo("213-Here comes the listing.");
      assertThat(driver.replies().lines().removeLast()).startsWith("257 ");
      assertThat(driver.replies().lines().removeLast()).isEqualTo("213 End.");
      assertThat(driver.replies().lines()).hasSize(count).last().asString().endsWith(" file-0499");
      driver.assertSettled();
      world.assertNothingIsOpen();
    }
  }

  @Test
  void whoStopsReadingAListingLeavesNothingOpen() throws Exception {
    for (String end : new String[] {"gone", "wait 300"}) {
      try (World world = new World(base.resolve(end))) {
        for (int i = 0; i < 500; i++) {
          world.put("empty/file-%04d".formatted(i), "");
        }
        VirtualDriver driver = new VirtualDriver(world.service.open(), 7);
        Transcript.play(Transcript.LOGIN, driver);
        driver.holdsDrains = true;
        driver.send("STAT empty");
        int said = driver.replies().lines().size();
        driver.replies().lines().clear();
        Transcript.play("! " + end, driver);
        assertThat(driver.closed()).as(end).isTrue();
        assertThat(said).isPositive();
        world.assertNothingIsOpen();
      }
    }
  }

  /// Whatever a pattern matches, a read looks at so many names and no more, and looks up what has
  /// them only if they match.
  @Test
  void aReadLooksAtABoundedNumberOfNames() throws Exception {
    try (World world = new World(base)) {
      int files = 3 * ListingSource.NAMES_AT_ONCE;
      for (int i = 0; i < files; i++) {
        Files.createFile(world.root.resolve("empty/f" + i));
      }
      AtomicInteger tested = new AtomicInteger();
      AtomicInteger told = new AtomicInteger();
      try (ListingSource source =
          ListingSource.of(
              world.tree.list(VirtualPath.parse("/empty")),
              name -> {
                tested.incrementAndGet();
                return name.equals("f" + (files - 1));
              },
              (name, _) -> {
                told.incrementAndGet();
                return name;
              })) {
        ByteBuffer into = ByteBuffer.allocate(1 << 20);
        int before = 0;
        int count;
        while ((count = source.read(into)) >= 0) {
          assertThat(tested.get() - before).isLessThanOrEqualTo(ListingSource.NAMES_AT_ONCE);
          assertThat(count).isLessThan(10);
          before = tested.get();
        }
      }
      assertThat(tested).hasValue(files);
      assertThat(told).hasValue(1);
    }
  }

  /// Over the control connection, too: others have their turn whenever it waits to be told that all
  /// has left.
  @Test
  void statThatMatchesNothingIsToldInTurns() throws Exception {
    try (World world = new World(base)) {
      int turns = 4;
      for (int i = 0; i < turns * ListingSource.NAMES_AT_ONCE; i++) {
        Files.createFile(world.root.resolve("empty/f" + i));
      }
      VirtualDriver driver = new VirtualDriver(world.service.open(), VirtualDriver.WHOLE);
      Transcript.play(Transcript.LOGIN, driver);
      driver.holdsDrains = true;
      driver.send("STAT empty/x*");
      int waited = 0;
      while (driver.drainWaits()) {
        waited++;
        assertThat(driver.replies().lines()).containsExactly("213-Here comes the listing.");
        driver.drained();
      }
      assertThat(waited).isEqualTo(turns);
      assertThat(driver.replies().lines())
          .containsExactly("213-Here comes the listing.", "213 End.");
      driver.assertSettled();
    }
  }

  /// Beside a transfer, where nothing is waited for, it ends instead.
  @Test
  void statThatMatchesLittleBesideATransferIsNotToldToItsEnd() throws Exception {
    try (World world = new World(base)) {
      for (int i = 0; i < 6 * ListingSource.NAMES_AT_ONCE; i++) {
        Files.createFile(world.root.resolve("empty/f" + i));
      }
      VirtualDriver driver = new VirtualDriver(world.service.open(), VirtualDriver.WHOLE);
      Transcript.play(
          Transcript.LOGIN
              + """
              C: EPSV
              S: 229 ...
              C: STOR new
              S: 150 ...
              C: STAT empty/x*
              S: 213-...
              S: 213 And more, which is told when no transfer runs.
              C: STAT docs/x*
              S: 213-...
              S: 213 End.
              ! FIN
              S: 226 ...
              """,
          driver);
    }
  }
}
