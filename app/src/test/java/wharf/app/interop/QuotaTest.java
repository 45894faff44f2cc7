package wharf.app.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import wharf.app.interop.RealClient.Operation;

/// The program with a quota, and every client that uploads.
@Tag("interop")
@Timeout(180)
final class QuotaTest {
  private static final int SIZE = 40_000;

  @TempDir(factory = UnderTarget.class)
  Path folder;

  private Path root;
  private Path outside;

  @BeforeEach
  void folders() throws IOException {
    root = Files.createDirectories(folder.resolve("root"));
    outside = Files.createDirectories(folder.resolve("outside"));
  }

  private Program serve(String model, int files) throws IOException {
    Path password = Files.writeString(folder.resolve("password"), Site.PASSWORD + "\n");
    List<String> options =
        new ArrayList<>(
            List.of(
                "--writable",
                "--model=" + model,
                "--quota=100K",
                "--quota-files=" + files,
                "--user=" + Site.USER,
                "--password-file=" + password));
    if (model.equals("processes")) {
      options.add("--workers=2");
    }
    return Program.serve(root, Program.NATIVE, options.toArray(String[]::new));
  }

  private List<String> names() throws IOException {
    try (Stream<Path> all = Files.list(root)) {
      return all.map(one -> one.getFileName().toString()).sorted().toList();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"virtual", "processes"})
  void whatDoesNotFitIsRefused(String model) throws IOException {
    Path large = Content.random(outside.resolve("large"), SIZE, 1);
    Path rest = Content.random(outside.resolve("rest"), (100 << 10) - 2 * SIZE, 2);
    Path none = Content.random(outside.resolve("none"), 0, 3);
    try (Program program = serve(model, 4)) {
      Site site = program.site(outside);
      for (RealClient client : RealClient.all()) {
        if (client.cannot().contains(Operation.UPLOAD)) {
          continue;
        }
        client.upload(site, large, "a");
        client.upload(site, large, "b");
        tries(client, site, large, "c");
        assertThat(names()).as("%s", client).containsExactly("a", "b");
        client.upload(site, large, "a");
        client.upload(site, rest, "c");
        assertThat(names()).as("%s", client).containsExactly("a", "b", "c");
        client.upload(site, none, "d");
        tries(client, site, none, "e");
        assertThat(names()).as("%s", client).containsExactly("a", "b", "c", "d");
        assertThat(Content.sha256(root.resolve("c"))).isEqualTo(Content.sha256(rest));
        for (String name : names()) {
          client.delete(site, name);
        }
      }
    }
  }

  /// Not every client says by its exit code that a file was refused: the disk tells.
  private static void tries(RealClient client, Site site, Path local, String remote) {
    try {
      client.upload(site, local, remote);
    } catch (IOException refused) {
      // Others do.
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"virtual", "processes"})
  void manyAtOnceNeverStoreMore(String model) throws Exception {
    Path large = Content.random(outside.resolve("large"), SIZE, 1);
    try (Program program = serve(model, 20);
        var executor = Executors.newFixedThreadPool(8)) {
      Site site = program.site(outside);
      List<Callable<Boolean>> uploads = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        String name = "f" + i;
        uploads.add(
            () -> {
              try {
                new Curl().upload(site, large, name);
                return true;
              } catch (IOException e) {
                assertThat(e).hasMessageContaining("Exceeded storage allocation");
                return false;
              }
            });
      }
      int stored = 0;
      for (var upload : executor.invokeAll(uploads)) {
        stored += upload.get() ? 1 : 0;
      }
      assertThat(stored).isLessThanOrEqualTo(2);
      assertThat(names()).hasSize(stored).allMatch(name -> name.matches("f[0-7]"));
      // What was refused has left its room.
      for (; stored < 2; stored++) {
        new Curl().upload(site, large, "late" + stored);
      }
      assertThatThrownBy(() -> new Curl().upload(site, large, "more"))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("Exceeded storage allocation");
    }
  }
}
