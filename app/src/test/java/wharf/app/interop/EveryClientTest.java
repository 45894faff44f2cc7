package wharf.app.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static wharf.app.interop.RealClient.Operation.DELETE;
import static wharf.app.interop.RealClient.Operation.DOWNLOAD;
import static wharf.app.interop.RealClient.Operation.IPV6;
import static wharf.app.interop.RealClient.Operation.LIST;
import static wharf.app.interop.RealClient.Operation.MIRROR_DOWN;
import static wharf.app.interop.RealClient.Operation.MIRROR_UP;
import static wharf.app.interop.RealClient.Operation.RENAME;
import static wharf.app.interop.RealClient.Operation.RESUME_DOWNLOAD;
import static wharf.app.interop.RealClient.Operation.RESUME_UPLOAD;
import static wharf.app.interop.RealClient.Operation.UPLOAD;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import wharf.server.ServerModel;

/// Every client does all it can, under each model, and the bytes are the same on both sides.
@Tag("interop")
final class EveryClientTest {
  /// None, one, just beyond a buffer, and some bursts.
  private static final List<Integer> SIZES = List.of(0, 1, 65_537, 3_000_000);

  private static final int SIZE = 3_000_000;
  private static final int PART = 1_000_000;

  private static final List<String> NAMES =
      List.of(
          "with space",
          "it's \"quoted\"",
          "-leading-dash",
          "日本語-Ελληνικά-кириллица",
          "semi;colon & amp",
          "back\\slash",
          "trailing space ",
          "hash#",
          "%41",
          "star*",
          "[x]",
          "question?",
          "$HOME `id`",
          "{a,b}",
          "~tilde");

  @TempDir(factory = UnderTarget.class)
  Path folder;

  @ForClients(LIST)
  void lists(RealClient client, ServerModel model) throws IOException {
    try (Harbour harbour = Harbour.open(folder, model)) {
      Content.random(harbour.root.resolve("one.txt"), 1, 1);
      Content.random(harbour.root.resolve("two.txt"), 2, 2);
      Files.createDirectories(harbour.root.resolve("inner", "empty"));
      Content.random(harbour.root.resolve("inner", "three.txt"), 3, 3);
      assertThat(client.list(harbour.site(), ""))
          .containsExactlyInAnyOrder("one.txt", "two.txt", "inner");
      assertThat(client.list(harbour.site(), "inner"))
          .containsExactlyInAnyOrder("three.txt", "empty");
      assertThat(client.list(harbour.site(), "inner/empty")).isEmpty();
    }
  }

  @ForClients(DOWNLOAD)
  void downloads(RealClient client, ServerModel model) throws IOException {
    try (Harbour harbour = Harbour.open(folder, model)) {
      Files.createDirectories(harbour.root.resolve("inner"));
      for (int size : SIZES) {
        Path file = Content.random(harbour.root.resolve("inner", "f" + size), size, size);
        Path local = harbour.outside.resolve("got" + size);
        client.download(harbour.site(), "inner/f" + size, local);
        assertThat(Content.sha256(local)).as("%d bytes", size).isEqualTo(Content.sha256(file));
        assertThat(client.digest(harbour.site(), "inner/f" + size))
            .as("%d bytes into a pipe", size)
            .isEqualTo(Content.sha256(file));
      }
    }
  }

  @ForClients(UPLOAD)
  void uploads(RealClient client, ServerModel model) throws IOException {
    try (Harbour harbour = Harbour.open(folder, model)) {
      Files.createDirectories(harbour.root.resolve("inner"));
      for (int size : SIZES) {
        Path file = Content.random(harbour.outside.resolve("f" + size), size, size);
        client.upload(harbour.site(), file, "inner/put" + size);
        assertThat(Content.sha256(harbour.root.resolve("inner", "put" + size)))
            .as("%d bytes", size)
            .isEqualTo(Content.sha256(file));
      }
      Path other = Content.random(harbour.outside.resolve("other"), 5_000, 4);
      client.upload(harbour.site(), other, "inner/put3000000");
      assertThat(Content.sha256(harbour.root.resolve("inner", "put3000000")))
          .as("in the place of a longer one")
          .isEqualTo(Content.sha256(other));
    }
  }

  @ForClients(RESUME_DOWNLOAD)
  void resumesADownload(RealClient client, ServerModel model) throws IOException {
    try (Harbour harbour = Harbour.open(folder, model)) {
      Path file = Content.random(harbour.root.resolve("f"), SIZE, 1);
      Path local = cut(Content.random(harbour.outside.resolve("f"), SIZE, 1));
      client.resumeDownload(harbour.site(), "f", local);
      assertThat(Content.sha256(local)).isEqualTo(Content.sha256(file));
      assertThat(harbour.log(line -> line.contains("RETR /f")))
          .as("only what was lacking went over the wire")
          .singleElement()
          .asString()
          .contains("RETR /f: " + (SIZE - PART) + " bytes in ");
    }
  }

  @ForClients(RESUME_UPLOAD)
  void resumesAnUpload(RealClient client, ServerModel model) throws IOException {
    try (Harbour harbour = Harbour.open(folder, model)) {
      Path file = Content.random(harbour.outside.resolve("f"), SIZE, 1);
      Path served = cut(Content.random(harbour.root.resolve("f"), SIZE, 1));
      client.resumeUpload(harbour.site(), file, "f");
      assertThat(Content.sha256(served)).isEqualTo(Content.sha256(file));
      assertThat(harbour.log(line -> line.contains("STOR /f")))
          .as("only what was lacking went over the wire")
          .singleElement()
          .asString()
          .contains("STOR /f: " + (SIZE - PART) + " bytes in ");
    }
  }

  @ForClients(RENAME)
  void renames(RealClient client, ServerModel model) throws IOException {
    try (Harbour harbour = Harbour.open(folder, model)) {
      Path file = Content.random(harbour.root.resolve("old"), 1_000, 1);
      String sha256 = Content.sha256(file);
      client.rename(harbour.site(), "old", "new");
      assertThat(file).doesNotExist();
      assertThat(Content.sha256(harbour.root.resolve("new"))).isEqualTo(sha256);
    }
  }

  @ForClients(DELETE)
  void deletes(RealClient client, ServerModel model) throws IOException {
    try (Harbour harbour = Harbour.open(folder, model)) {
      Path gone = Content.random(harbour.root.resolve("gone"), 1_000, 1);
      Path stays = Content.random(harbour.root.resolve("stays"), 1_000, 2);
      client.delete(harbour.site(), "gone");
      assertThat(gone).doesNotExist();
      assertThat(stays).exists();
    }
  }

  @ForClients(LIST)
  void listsEveryName(RealClient client, ServerModel model) throws IOException {
    try (Harbour harbour = Harbour.open(folder, model)) {
      for (String name : NAMES) {
        Content.random(harbour.root.resolve(name), 10, name.hashCode());
      }
      assertThat(client.list(harbour.site(), "")).containsExactlyInAnyOrderElementsOf(NAMES);
    }
  }

  @ForClients(DOWNLOAD)
  void downloadsEveryName(RealClient client, ServerModel model) throws IOException {
    try (Harbour harbour = Harbour.open(folder, model)) {
      for (String name : NAMES) {
        if (client.canSay(DOWNLOAD, name)) {
          Path file = Content.random(harbour.root.resolve(name), 100, name.hashCode());
          Path local = harbour.outside.resolve("got");
          Files.deleteIfExists(local);
          client.download(harbour.site(), name, local);
          assertThat(Content.sha256(local)).as(name).isEqualTo(Content.sha256(file));
        }
      }
    }
  }

  @ForClients({UPLOAD, RENAME, DELETE})
  void putsRenamesAndDeletesEveryName(RealClient client, ServerModel model) throws IOException {
    try (Harbour harbour = Harbour.open(folder, model)) {
      Path file = Content.random(harbour.outside.resolve("f"), 100, 1);
      String sha256 = Content.sha256(file);
      for (String name : NAMES) {
        Path served = harbour.root.resolve(name);
        if (client.canSay(UPLOAD, name)) {
          client.upload(harbour.site(), file, name);
          assertThat(Content.sha256(served)).as(name).isEqualTo(sha256);
        }
        if (client.canSay(RENAME, name)) {
          Files.copy(file, harbour.root.resolve("plain"));
          Files.deleteIfExists(served);
          client.rename(harbour.site(), "plain", name);
          assertThat(Content.sha256(served)).as("plain to %s", name).isEqualTo(sha256);
          client.rename(harbour.site(), name, "plain");
          assertThat(served).doesNotExist();
          Files.delete(harbour.root.resolve("plain"));
        }
        if (client.canSay(DELETE, name)) {
          Files.copy(file, served);
          client.delete(harbour.site(), name);
          assertThat(served).doesNotExist();
        }
      }
    }
  }

  @ForClients(MIRROR_DOWN)
  void mirrorsAThousandFilesDown(RealClient client, ServerModel model) throws IOException {
    try (Harbour harbour = Harbour.open(folder, model)) {
      Path tree = Content.tree(harbour.root.resolve("tree"), 20, 50);
      Path into = Files.createDirectories(harbour.outside.resolve("into"));
      client.mirrorDown(harbour.site(), "tree", into);
      assertThat(Content.sha256OfTree(into.resolve("tree")))
          .hasSize(1_000)
          .isEqualTo(Content.sha256OfTree(tree));
    }
  }

  @ForClients(MIRROR_UP)
  void mirrorsAThousandFilesUp(RealClient client, ServerModel model) throws IOException {
    try (Harbour harbour = Harbour.open(folder, model)) {
      Path tree = Content.tree(harbour.outside.resolve("tree"), 20, 50);
      client.mirrorUp(harbour.site(), tree);
      assertThat(Content.sha256OfTree(harbour.root.resolve("tree")))
          .hasSize(1_000)
          .isEqualTo(Content.sha256OfTree(tree));
    }
  }

  @ForClients({LIST, DOWNLOAD})
  void connectsInActiveMode(RealClient client, ServerModel model) throws IOException {
    try (Harbour harbour = Harbour.open(folder, model)) {
      goesBothWays(client, harbour, harbour.site().inActiveMode());
    }
  }

  @ForClients({LIST, DOWNLOAD, IPV6})
  void connectsOverIpv6(RealClient client, ServerModel model) throws IOException {
    try (Harbour harbour = Harbour.open(folder, model)) {
      goesBothWays(client, harbour, harbour.siteOverIpv6());
      goesBothWays(client, harbour, harbour.siteOverIpv6().inActiveMode());
    }
  }

  private static void goesBothWays(RealClient client, Harbour harbour, Site site)
      throws IOException {
    Path file = Content.random(harbour.root.resolve("there"), SIZE, 1);
    Path local = harbour.outside.resolve("here");
    Files.deleteIfExists(local);
    client.download(site, "there", local);
    assertThat(Content.sha256(local)).isEqualTo(Content.sha256(file));
    assertThat(client.list(site, "")).containsExactly("there");
    if (!client.cannot().contains(UPLOAD)) {
      client.upload(site, local, "back");
      assertThat(Content.sha256(harbour.root.resolve("back"))).isEqualTo(Content.sha256(file));
      client.rename(site, "back", "again");
      client.delete(site, "again");
      assertThat(client.list(site, "")).containsExactly("there");
    }
  }

  /// Leaves the first [#PART] bytes.
  private static Path cut(Path file) throws IOException {
    try (RandomAccessFile open = new RandomAccessFile(file.toFile(), "rw")) {
      open.setLength(PART);
    }
    return file;
  }
}
