package wharf.ftp.client;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class WalkTest {
  @TempDir Path folder;
  private FaultyServer server;
  private Sessions sessions;
  private final List<String> found = new ArrayList<>();
  private final List<String> failed = new ArrayList<>();

  @BeforeEach
  void start() throws IOException {
    server = new FaultyServer();
    sessions = Sessions.with(Site.at("127.0.0.1").port(server.port()).over(Tls.off()), 2);
  }

  @AfterEach
  void stop() throws IOException {
    sessions.close();
    server.close();
  }

  private <P> Visitor<P> visitor() {
    return new Visitor<>() {
      @Override
      public boolean found(Found<P> it) {
        found.add(it.relative());
        return true;
      }

      @Override
      public void failed(String relative, FtpException problem) {
        failed.add(relative);
      }
    };
  }

  private void has(String... names) {
    for (String name : names) {
      server.files.put(name, "x".getBytes(UTF_8));
    }
  }

  @Test
  void goesThroughATreeInOrder() throws FtpException {
    has("b/2", "b/1", "a", "c/d/e");
    server.tree = true;
    new RemoteWalk(sessions).through("", visitor());
    assertThat(found).containsExactly("a", "b", "c", "b/1", "b/2", "c/d", "c/d/e");
    found.clear();
    new RemoteWalk(sessions).depth(2).through("", visitor());
    assertThat(found).containsExactly("a", "b", "c", "b/1", "b/2", "c/d");
    found.clear();
    new RemoteWalk(sessions).through("c", visitor());
    assertThat(found).containsExactly("d", "d/e");
    assertThat(failed).isEmpty();
  }

  @Test
  void namesThatLeadElsewhereAreLeftOut() throws FtpException {
    has("../evil", "/etc/passwd", "a/b", "nul\0l", "carriage\rreturn", "good");
    new RemoteWalk(sessions).through("", visitor());
    assertThat(found).containsExactly("good");
    assertThat(failed).hasSize(5);
  }

  @Test
  void aTreeWithoutABottomIsLeft() throws FtpException {
    server.tree = true;
    server.everyFolderHas = "again";
    new RemoteWalk(sessions).through("", visitor());
    assertThat(found).hasSize(RemoteWalk.DEPTH);
    assertThat(failed).hasSize(1);
  }

  @Test
  void whatIsNotThereIsNotEmpty() {
    server.tree = true;
    assertThatExceptionOfType(FtpException.NotFound.class)
        .isThrownBy(() -> new RemoteWalk(sessions).through("missing", visitor()));
  }

  @Test
  void patternsAreLookedForOnTheServer() throws FtpException {
    has("a.txt", "b.txt", "c.md", ".x.txt", "d/e/f.txt", "d/g.txt");
    server.tree = true;
    assertThat(expanded("*.txt")).containsExactly("a.txt", "b.txt");
    assertThat(expanded(".*.txt")).containsExactly(".x.txt");
    assertThat(expanded("d/*.txt")).containsExactly("d/g.txt");
    assertThat(expanded("*/*/f*")).containsExactly("d/e/f.txt");
    assertThat(expanded("**/*.txt"))
        .containsExactlyInAnyOrder("a.txt", "b.txt", "d/e/f.txt", "d/g.txt");
    assertThat(expanded("*.none")).isEmpty();
  }

  private List<String> expanded(String pattern) throws FtpException {
    return Glob.of(pattern).expand(sessions).stream().map(Found::path).toList();
  }

  @Test
  void goesThroughFoldersHere() throws Exception {
    Files.createDirectories(folder.resolve("b/c"));
    Files.writeString(folder.resolve("b/c/d"), "x");
    Files.writeString(folder.resolve("a"), "x");
    Files.createSymbolicLink(folder.resolve("b/loop"), folder);
    new LocalWalk().through(folder, visitor());
    assertThat(found).containsExactly("a", "b", "b/c", "b/loop", "b/c/d");
    assertThat(failed).isEmpty();
    found.clear();
    new LocalWalk().followingLinks().through(folder, visitor());
    assertThat(found).containsExactly("a", "b", "b/c", "b/loop", "b/c/d");
    assertThat(failed).containsExactly("b/loop");
    assertThatExceptionOfType(FtpException.LocalDisk.class)
        .isThrownBy(() -> new LocalWalk().through(folder.resolve("gone"), visitor()));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", ".", "..", "a/b", "/a", "../a", "a\0b", "a\nb", "a\rb"})
  void whatIsNoNameIsNoPathHere(String name) {
    assertThat(RemotePath.isName(name)).isFalse();
    assertThatExceptionOfType(FtpException.LocalDisk.class)
        .isThrownBy(() -> RemotePath.local(folder, name));
  }

  @Test
  void aNameIsAPathHere() throws FtpException {
    assertThat(RemotePath.local(folder, "...")).isEqualTo(folder.resolve("..."));
    assertThat(RemotePath.local(Path.of(""), "a b")).isEqualTo(Path.of("a b"));
  }
}
