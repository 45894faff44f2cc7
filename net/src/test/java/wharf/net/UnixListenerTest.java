package wharf.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.SocketException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The file of a Unix-domain socket, among those of others.
@Timeout(60)
class UnixListenerTest {
  private static final Set<PosixFilePermission> OWNER_ONLY =
      PosixFilePermissions.fromString("rw-------");

  @TempDir Path directory;

  private Path file() {
    return directory.resolve("s");
  }

  private static UnixListener open(Path file) throws IOException {
    return UnixListener.open(file, OWNER_ONLY, null, 0);
  }

  /// Clients get through to it.
  private static void assertReached(UnixListener listener) throws IOException {
    listener.channel().configureBlocking(false);
    try (SocketChannel client = SocketChannel.open(UnixDomainSocketAddress.of(listener.file()));
        SocketChannel accepted = listener.channel().accept()) {
      assertThat(client.isConnected()).isTrue();
      assertThat(accepted).as("whom its file leads to").isNotNull();
    }
  }

  private static void leavesBehind(Path file) throws IOException {
    listens(file, 0).close();
  }

  private static ServerSocketChannel listens(Path file, int backlog) throws IOException {
    ServerSocketChannel other = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    return other.bind(UnixDomainSocketAddress.of(file), backlog);
  }

  private static long inode(Path file) throws IOException {
    return (Long) Files.getAttribute(file, "unix:ino", LinkOption.NOFOLLOW_LINKS);
  }

  @ParameterizedTest
  @ValueSource(strings = {"rw-------", "rw-rw----", "rw-rw-rw-"})
  void theFileHasItsModeAndGoesAtTheEnd(String mode) throws Exception {
    try (UnixListener listener =
        UnixListener.open(file(), PosixFilePermissions.fromString(mode), null, 5)) {
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file())))
          .isEqualTo(mode);
      assertThat(directory).as("what was made").isDirectoryContaining(file()::equals);
      assertNothingElse();
      assertReached(listener);
    }
    assertThat(directory).isEmptyDirectory();
  }

  private void assertNothingElse() {
    assertThat(directory).isDirectoryNotContaining(one -> !one.equals(file()));
  }

  @Test
  void theOwnerIsWhoeverIsAskedFor() throws Exception {
    String me = Files.getOwner(directory).getName();
    try (UnixListener listener = UnixListener.open(file(), OWNER_ONLY, me, 0)) {
      assertThat(Files.getOwner(file()).getName()).isEqualTo(me);
      assertReached(listener);
    }
    String nobody = "there-is-nobody-of-this-name";
    assertThatThrownBy(() -> UnixListener.open(file(), OWNER_ONLY, nobody, 0).close())
        .isInstanceOf(IOException.class)
        .hasMessage("there is no user '" + nobody + "'");
    assertThat(directory).as("what is left").isEmptyDirectory();
  }

  @Test
  void whatWasLeftBehindIsReplaced() throws Exception {
    leavesBehind(file());
    try (UnixListener listener = open(file())) {
      assertReached(listener);
      assertNothingElse();
    }
    assertThat(directory).isEmptyDirectory();
  }

  /// Whose user does not exist must not cost anybody a file.
  @Test
  void whoCannotListenReplacesNothing() throws Exception {
    leavesBehind(file());
    long before = inode(file());
    assertThatThrownBy(() -> UnixListener.open(file(), OWNER_ONLY, "there-is-nobody", 0).close())
        .isInstanceOf(IOException.class);
    assertThat(inode(file())).isEqualTo(before);
    assertNothingElse();
  }

  /// Who died in the middle of replacing a file is in nobody's way, nor is who died replacing that.
  @Test
  void whatWasLeftOfAReplacementIsRemoved() throws Exception {
    leavesBehind(file());
    Path claim = UnixListener.claim(file(), inode(file()));
    leavesBehind(claim);
    leavesBehind(UnixListener.claim(claim, inode(claim)));
    try (UnixListener listener = open(file())) {
      assertReached(listener);
      assertNothingElse();
    }
    assertThat(directory).isEmptyDirectory();
  }

  /// Somebody who lives is at it already.
  @Test
  void whatSomebodyElseReplacesIsLeftToThem() throws Exception {
    leavesBehind(file());
    long before = inode(file());
    Path claim = UnixListener.claim(file(), before);
    try (var _ = listens(claim, 0)) {
      assertTaken();
    }
    assertThat(inode(file())).isEqualTo(before);
    assertThat(claim).exists();
  }

  private void assertTaken() {
    assertThatThrownBy(() -> open(file()).close())
        .isInstanceOf(UnixListener.Taken.class)
        .hasMessage("another program listens there");
  }

  @Test
  void whereSomebodyListensNobodyElseDoes() throws Exception {
    try (UnixListener listener = open(file())) {
      assertTaken();
      assertReached(listener);
    }
    try (var _ = listens(file(), 0)) {
      assertTaken();
      assertNothingElse();
    }
  }

  /// To connect to it would wait until somebody is accepted.
  @Test
  void whoIsTooBusyToAnswerIsNotTakenForDead() throws Exception {
    List<SocketChannel> waiting = new ArrayList<>();
    try (var _ = listens(file(), 1)) {
      assertThatThrownBy(
              () -> {
                for (int i = 0; i < 10; i++) {
                  SocketChannel next = SocketChannel.open(StandardProtocolFamily.UNIX);
                  waiting.add(next);
                  next.configureBlocking(false);
                  boolean _ = next.connect(UnixDomainSocketAddress.of(file()));
                }
              })
          .as("one that would have to wait")
          .isInstanceOf(SocketException.class)
          .hasMessageContaining("temporarily");
      assertTaken();
      assertNothingElse();
      assertThat(file()).exists();
    } finally {
      for (SocketChannel one : waiting) {
        one.close();
      }
    }
  }

  /// However they meet: one listens, at a file that leads to it, and all others are told.
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void ofThoseWhoStartAtOnceOneWins(boolean somethingIsLeft) throws Exception {
    int starters = 4;
    CyclicBarrier together = new CyclicBarrier(starters);
    Callable<UnixListener> start =
        () -> {
          together.await();
          return open(file());
        };
    try (ExecutorService threads = Executors.newFixedThreadPool(starters)) {
      for (int round = 0; round < 250; round++) {
        if (somethingIsLeft) {
          leavesBehind(file());
        }
        List<UnixListener> winners = new ArrayList<>();
        for (Future<UnixListener> one : threads.invokeAll(List.of(start, start, start, start))) {
          if (one.state() == Future.State.SUCCESS) {
            winners.add(one.resultNow());
          } else {
            assertThat(one.exceptionNow()).isInstanceOf(UnixListener.Taken.class);
          }
        }
        try {
          assertThat(winners).as("round %d", round).hasSize(1);
          assertReached(winners.getFirst());
          assertNothingElse();
        } finally {
          for (UnixListener one : winners) {
            one.close();
          }
        }
      }
    }
    assertThat(directory).isEmptyDirectory();
  }

  @Test
  void whatIsNoSocketIsLeftAlone() throws Exception {
    Files.writeString(file(), "mine");
    assertNoSocket(file());
    assertThat(file()).hasContent("mine");
    Files.delete(file());

    Path target = Files.writeString(directory.resolve("target"), "mine");
    Files.createSymbolicLink(file(), target);
    assertNoSocket(file());
    assertThat(file()).isSymbolicLink();
    assertThat(target).hasContent("mine");

    assertNoSocket(directory);
    assertNoSocket(Path.of("/"));
  }

  private static void assertNoSocket(Path file) {
    assertThatThrownBy(() -> open(file).close())
        .isInstanceOf(UnixListener.NotASocket.class)
        .hasMessage("it is not a socket");
  }

  @Test
  void whatSomebodyElsePutThereMeanwhileStays() throws Exception {
    try (var _ = open(file())) {
      Files.delete(file());
      Files.writeString(file(), "mine");
    }
    assertThat(file()).hasContent("mine");
    Files.delete(file());

    try (var _ = open(file())) {
      Files.delete(file());
    }
    assertThat(directory).isEmptyDirectory();

    UnixListener first = open(file());
    first.removeFile();
    assertThat(file()).doesNotExist();
    try (UnixListener second = open(file())) {
      first.close();
      assertReached(second);
    }
  }

  @Test
  void aPathMayBeAsLongAsTheSystemAllows() throws Exception {
    Path longest = ofLength(directory, UnixListener.PATH_LIMIT);
    try (UnixListener listener = open(longest)) {
      assertReached(listener);
    }
    Path longer = ofLength(directory, UnixListener.PATH_LIMIT + 2);
    assertThatThrownBy(() -> open(longer).close())
        .isInstanceOf(IOException.class)
        .hasMessageContaining("at most " + UnixListener.PATH_LIMIT + " bytes")
        .hasMessageEndingWith("shorter by 2");
    assertThat(directory).isEmptyDirectory();
  }

  /// What it takes to make it is eight bytes: `/.abcd/s`.
  @Test
  void itsFolderLeavesRoomToMakeIt() throws Exception {
    Path folder = Files.createDirectory(ofLength(directory, UnixListener.PATH_LIMIT - 8));
    try (UnixListener listener = open(folder.resolve("s"))) {
      assertReached(listener);
    }
    Path deeper = Files.createDirectory(ofLength(directory, UnixListener.PATH_LIMIT - 7));
    assertThatThrownBy(() -> open(deeper.resolve("s")).close())
        .isInstanceOf(IOException.class)
        .hasMessageEndingWith("shorter by 1");
    assertThat(deeper).isEmptyDirectory();
  }

  private static Path ofLength(Path folder, int bytes) {
    return folder.resolve("x".repeat(bytes - folder.toString().length() - 1));
  }

  @Test
  void whereNoFileCanBeIsSaid() throws Exception {
    Path missing = directory.resolve("missing");
    assertThatThrownBy(() -> open(missing.resolve("s")).close())
        .isInstanceOf(IOException.class)
        .hasMessage("there is no folder " + missing);
    Path plain = Files.writeString(directory.resolve("plain"), "mine");
    assertThatThrownBy(() -> open(plain.resolve("s")).close())
        .isInstanceOf(IOException.class)
        .hasMessage("Not a directory");
  }
}
