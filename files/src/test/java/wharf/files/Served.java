package wharf.files;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import wharf.files.FileProblem.Kind;

/// A tree over a real folder, beside another folder that must never be touched.
final class Served implements AutoCloseable {
  final Path base;
  final Path root;
  final Path outside;
  Instant now = Instant.parse("2026-11-20T12:00:00Z");
  Tree tree;

  Served(Path base) throws IOException {
    this.base = base;
    this.root = Files.createDirectories(base.resolve("root"));
    this.outside = Files.createDirectories(base.resolve("outside"));
    Files.writeString(outside.resolve("secret"), "secret");
    tree = Tree.open(root, () -> now);
  }

  void reopen() throws IOException {
    tree.close();
    tree = Tree.open(root, () -> now);
  }

  static VirtualPath path(String text) throws FileProblem {
    return VirtualPath.parse(text);
  }

  void put(String path, String content) throws IOException {
    Path file = root.resolve(path);
    Files.createDirectories(file.getParent());
    Files.writeString(file, content);
  }

  void link(String path, String target) throws IOException {
    Files.createSymbolicLink(root.resolve(path), Path.of(target));
  }

  /// What is on the disk, by the ordinary way.
  String onDisk(String path) throws IOException {
    return Files.readString(root.resolve(path));
  }

  String read(String path) throws IOException {
    try (var file = tree.open(path(path))) {
      return new String(Channels.newInputStream(file.channel()).readAllBytes(), UTF_8);
    }
  }

  List<String> names(String path) throws IOException {
    var names = new ArrayList<String>();
    try (var listing = tree.list(path(path))) {
      for (var entry = listing.next(); entry != null; entry = listing.next()) {
        names.add(entry.name());
      }
    }
    return names;
  }

  /// The reserved names in a directory of the disk.
  List<String> staged(String directory) throws IOException {
    try (var entries = Files.list(root.resolve(directory))) {
      return entries
          .map(entry -> entry.getFileName().toString())
          .filter(name -> name.startsWith(VirtualPath.RESERVED_PREFIX))
          .sorted()
          .toList();
    }
  }

  Upload fresh(String path) throws IOException {
    return tree.upload(path(path), "ann", new Start.Fresh());
  }

  Upload at(String path, long offset) throws IOException {
    return tree.upload(path(path), "ann", new Start.At(offset));
  }

  Upload append(String path) throws IOException {
    return tree.upload(path(path), "ann", new Start.Append());
  }

  static void write(Upload upload, String text) throws IOException {
    upload.write(ByteBuffer.wrap(text.getBytes(UTF_8)));
  }

  void fails(Kind kind, ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            FileProblem.class,
            problem -> {
              assertThat(problem.kind()).as(problem.getMessage()).isEqualTo(kind);
              assertThat(problem.getMessage()).doesNotContain(base.toString());
            });
  }

  void outsideIsUntouched() throws IOException {
    try (var entries = Files.list(outside)) {
      assertThat(entries.map(e -> e.getFileName().toString())).containsExactly("secret");
    }
    assertThat(outside.resolve("secret")).hasContent("secret");
  }

  @Override
  public void close() throws IOException {
    tree.close();
  }
}
