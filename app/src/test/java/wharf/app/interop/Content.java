package wharf.app.interop;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.Stream;

/// Files to be moved, and what they are compared by: SHA-256.
final class Content {
  private static final int BLOCK = 1 << 18;

  private Content() {}

  /// Makes a file of bytes that follow from `seed`, so that no two files are alike.
  static Path random(Path file, long bytes, long seed) throws IOException {
    SplittableRandom random = new SplittableRandom(seed);
    byte[] block = new byte[BLOCK];
    try (OutputStream to = Files.newOutputStream(file)) {
      for (long left = bytes; left > 0; left -= block.length) {
        random.nextBytes(block);
        to.write(block, 0, (int) Math.min(left, block.length));
      }
    }
    return file;
  }

  /// Makes a file with holes. Its few marks lie where a count that is too narrow would turn over.
  static Path sparse(Path file, long bytes) throws IOException {
    try (RandomAccessFile to = new RandomAccessFile(file.toFile(), "rw")) {
      to.setLength(bytes);
      for (long at : new long[] {0, (1L << 31) - 1, 1L << 31, (1L << 32) - 1, 1L << 32}) {
        mark(to, at);
      }
      mark(to, bytes - Long.BYTES);
    }
    return file;
  }

  private static void mark(RandomAccessFile file, long at) throws IOException {
    if (at >= 0 && at + Long.BYTES <= file.length()) {
      file.seek(at);
      file.writeLong(at | 1L << 56);
    }
  }

  /// Makes a tree of folders of files, some of them empty; one name in ten is not plain.
  static Path tree(Path root, int folders, int filesEach) throws IOException {
    for (int folder = 0; folder < folders; folder++) {
      Path inner = Files.createDirectories(root.resolve("folder " + folder));
      for (int file = 0; file < filesEach; file++) {
        String name = file % 10 == 3 ? "Datei ü-" + file + " файл" : "file-" + file + ".bin";
        random(inner.resolve(name), file * 97L, folder * 1_000L + file);
      }
    }
    return root;
  }

  static String sha256(Path file) throws IOException {
    try (InputStream content = Files.newInputStream(file)) {
      return sha256(content);
    }
  }

  /// Reads `content` to its end.
  static String sha256(InputStream content) throws IOException {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      byte[] block = new byte[BLOCK];
      int count;
      while ((count = content.read(block)) >= 0) {
        digest.update(block, 0, count);
      }
      return HexFormat.of().formatHex(digest.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every JDK has SHA-256", e);
    }
  }

  /// The SHA-256 of every file under `root`, by its relative name.
  static Map<String, String> sha256OfTree(Path root) throws IOException {
    Map<String, String> found = new TreeMap<>();
    for (Path file : filesIn(root)) {
      found.put(root.relativize(file).toString(), sha256(file));
    }
    return found;
  }

  /// Every file under `root`.
  static List<Path> filesIn(Path root) throws IOException {
    try (Stream<Path> all = Files.walk(root)) {
      return all.filter(Files::isRegularFile).sorted().toList();
    }
  }

  /// The folders in `root`.
  static List<Path> foldersIn(Path root) throws IOException {
    try (Stream<Path> all = Files.list(root)) {
      return all.filter(Files::isDirectory).sorted().toList();
    }
  }
}
