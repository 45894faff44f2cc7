package wharf.files;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static wharf.files.Served.path;

import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import wharf.files.FileProblem.Kind;

class ListingTest {
  @TempDir Path base;
  Served served;

  @BeforeEach
  void open() throws Exception {
    served = new Served(base);
  }

  @AfterEach
  void close() throws Exception {
    served.close();
  }

  @Test
  void isSortedAndTellsFacts() throws Exception {
    for (String name : new String[] {"b", "a", "é", "Z", "10", "9", " leading", "-dash"}) {
      served.put(name, name);
    }
    Files.createDirectory(served.root.resolve("dir"));
    assertThat(served.names("/"))
        .containsExactly(" leading", "-dash", "10", "9", "Z", "a", "b", "dir", "é");
    try (var listing = served.tree.list(VirtualPath.ROOT)) {
      var entry = Objects.requireNonNull(listing.next());
      assertThat(entry.facts()).isEqualTo(served.tree.stat(path("/ leading")));
    }
  }

  @Test
  void ofAnEmptyDirectoryIsEmptyAndStaysSo() throws Exception {
    try (var listing = served.tree.list(VirtualPath.ROOT)) {
      assertThat(listing.next()).isNull();
      assertThat(listing.next()).isNull();
    }
    served.put("f", "");
    served.fails(Kind.NOT_A_DIRECTORY, () -> served.tree.list(path("/f")));
    served.fails(Kind.NOT_FOUND, () -> served.tree.list(path("/x")));
  }

  @Test
  void leavesOutWhatVanishes() throws Exception {
    served.put("a", "");
    served.put("b", "");
    try (var listing = served.tree.list(VirtualPath.ROOT)) {
      served.tree.deleteFile(path("/a"));
      assertThat(Objects.requireNonNull(listing.next()).name()).isEqualTo("b");
      assertThat(listing.next()).isNull();
    }
  }

  @Test
  void leavesOutNamesNobodyCouldSay() throws Exception {
    served.put("good", "");
    served.put("evil\r\nDELE x", "");
    served.put("tab\t", "");
    served.put("del\u007f", "");
    assertThat(served.names("/")).containsExactly("good");
  }

  @Test
  void showsNamesThatAreNotUtf8AndFindsThemAgain() throws Exception {
    Path file = Path.of(URI.create(served.root.toUri() + "caf%E9"));
    Files.writeString(file, "latin");
    assertThat(served.names("/")).containsExactly("caf\uFFFD");
    assertThat(served.read("/caf\uFFFD")).isEqualTo("latin");
    // Two that are shown alike cannot be told apart, so neither is guessed.
    Files.writeString(Path.of(URI.create(served.root.toUri() + "caf%E8")), "other");
    assertThat(served.names("/")).containsExactly("caf\uFFFD", "caf\uFFFD");
    served.fails(Kind.NOT_FOUND, () -> served.read("/caf\uFFFD"));
  }

  @Test
  void ofAHugeDirectoryIsStreamed() throws Exception {
    int files = 100_000;
    Path one = Files.writeString(base.resolve("one"), "");
    Path link = served.root;
    for (int i = 0; i < files; i++) {
      // A link costs less than a file; but one file has a bounded number of them.
      if (i % 30_000 == 0) {
        one = Files.writeString(base.resolve("one" + i), "");
      }
      Files.createLink(link.resolve("file-number-" + i), one);
    }
    try (var listing = served.tree.list(VirtualPath.ROOT)) {
      var seen = new HashSet<String>();
      for (int i = 0; i < 10; i++) {
        seen.add(Objects.requireNonNull(listing.next()).name());
      }
      // What is deleted now and yet comes can only be among the names read ahead, or in the
      // system's own buffer of a few hundred: so this bounds what is in memory.
      for (int i = 0; i < files; i++) {
        Files.delete(link.resolve("file-number-" + i));
      }
      served.put("last", "");
      assertThat(listing.namesAhead()).isBetween(1, Listing.SORTED_UP_TO);
      for (var entry = listing.next(); entry != null; entry = listing.next()) {
        seen.add(entry.name());
      }
      assertThat(seen).hasSizeLessThanOrEqualTo(11);
    }
  }

  @Test
  void ofALargeDirectoryIsComplete() throws Exception {
    int files = Listing.SORTED_UP_TO + 100;
    Path one = Files.writeString(base.resolve("one"), "");
    for (int i = 0; i < files; i++) {
      Files.createLink(served.root.resolve("f" + i), one);
    }
    assertThat(served.names("/")).doesNotHaveDuplicates().hasSize(files);
    for (int i = 0; i < 100; i++) {
      Files.delete(served.root.resolve("f" + i));
    }
    assertThat(served.names("/")).isSorted().hasSize(Listing.SORTED_UP_TO);
  }

  /// A service is often started without a locale; names are UTF-8 all the same.
  @Test
  void namesAreUtf8WhateverTheLocale() throws Exception {
    var java = ProcessHandle.current().info().command();
    assumeTrue(java.isPresent(), "the java command is not known");
    var builder =
        new ProcessBuilder(
            java.get(),
            "-cp",
            System.getProperty("java.class.path"),
            "-Dstdout.encoding=UTF-8",
            WithoutLocale.class.getName(),
            served.root.toString());
    builder.environment().put("LC_ALL", "C");
    builder.redirectErrorStream(true);
    Process process = builder.start();
    String output = new String(process.getInputStream().readAllBytes(), UTF_8);
    assertThat(process.waitFor()).as(output).isZero();
    assertThat(output.strip()).isEqualTo("[été, 文]");
    assertThat(served.names("/")).containsExactly("été", "文");
    assertThat(served.onDisk("été/文")).isEqualTo("x");
  }

  static final class WithoutLocale {
    private WithoutLocale() {}

    static void main(String[] args) throws Exception {
      try (var tree = Tree.open(Path.of(args[0]), InstantSource.system())) {
        tree.makeDirectory(path("/été"));
        for (String name : new String[] {"/文", "/été/文"}) {
          try (var upload = tree.upload(path(name), "ann", new Start.Fresh())) {
            Served.write(upload, "x");
            upload.publish();
          }
        }
        var names = new ArrayList<String>();
        try (var listing = tree.list(VirtualPath.ROOT)) {
          for (var entry = listing.next(); entry != null; entry = listing.next()) {
            names.add(entry.name());
          }
        }
        System.out.println(names);
      }
    }
  }

  /// One name at a time; what is not chosen is not looked up, so that nobody notices that it has
  /// gone.
  @Test
  void looksUpOnlyWhatIsChosen() throws Exception {
    for (String name : new String[] {"a", "b", "c", ".wharf-x.part", "evil\n"}) {
      served.put(name, "");
    }
    served.link("d", "/etc");
    var asked = new ArrayList<String>();
    try (var listing = served.tree.list(VirtualPath.ROOT)) {
      served.tree.deleteFile(path("/a"));
      served.tree.deleteFile(path("/c"));
      int names = 0;
      var told = new ArrayList<String>();
      while (listing.advance(
          name -> {
            asked.add(name);
            return name.equals("b") || name.equals("c");
          })) {
        names++;
        if (listing.entry() != null) {
          told.add(listing.entry().name());
        }
      }
      assertThat(listing.entry()).isNull();
      assertThat(names).isEqualTo(6);
      assertThat(told).containsExactly("b");
    }
    assertThat(asked).containsExactly("a", "b", "c", "d");
  }
}
