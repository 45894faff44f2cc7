package wharf.app.interop;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// `wharf nc` and the system's, each in both roles.
@Tag("interop")
@Timeout(180)
final class NetCatPeersTest {
  private static final String HERE = "127.0.0.1";
  private static final long LARGE = 20_000_000;

  // Also for the limit on the length of the path of a socket.
  @TempDir Path folder;

  /// A port that was free a moment ago, for a program that cannot tell which one it took.
  private static String freePort() throws IOException {
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.ofLiteral(HERE))) {
      return Integer.toString(free.getLocalPort());
    }
  }

  private static String freeUdpPort() throws IOException {
    try (DatagramSocket free = new DatagramSocket(0, InetAddress.ofLiteral(HERE))) {
      return Integer.toString(free.getLocalPort());
    }
  }

  private static void inOrder(Cat... cats) {
    for (Cat cat : cats) {
      assertThat(cat.exit()).as(cat.said()).isZero();
    }
  }

  @Test
  void wharfListensAndBothTalk() throws IOException {
    try (Cat wharf = Cat.wharf(folder, "-l", HERE, "0");
        Cat system = Cat.system(folder, "-N", HERE, wharf.port())) {
      system.type("from the system\n");
      wharf.awaitOutput("from the system\n");
      wharf.type("from wharf\n");
      system.awaitOutput("from wharf\n");
      system.end();
      wharf.end();
      inOrder(wharf, system);
      assertThat(wharf.said()).contains("the peer ended: 16 bytes came").contains("11 went there");
    }
  }

  @Test
  void wharfConnectsAndBothTalk() throws IOException {
    String port = freePort();
    try (Cat system = Cat.system(folder, "-N", "-v", "-l", HERE, port)) {
      system.awaitSaid("Listening");
      try (Cat wharf = Cat.wharf(folder, HERE, port)) {
        wharf.type("from wharf\n");
        system.awaitOutput("from wharf\n");
        system.type("from the system\n");
        wharf.awaitOutput("from the system\n");
        wharf.end();
        inOrder(wharf, system);
      }
    }
  }

  /// The answer comes after our end was heard, and arrives.
  @Test
  void eachHearsTheOthersHalfClose() throws IOException {
    try (Cat wharf = Cat.wharf(folder, "-w", "60", "-l", HERE, "0");
        Cat system = Cat.system(folder, "-N", HERE, wharf.port())) {
      system.type("question");
      system.end();
      wharf.awaitOutput("question");
      wharf.type("answer");
      system.awaitOutput("answer");
      wharf.end();
      inOrder(wharf, system);
    }
  }

  @Test
  void largeContentGoesBothWaysAtOnce() throws IOException {
    Path up = Content.random(folder.resolve("up"), LARGE, 1);
    Path down = Content.random(folder.resolve("down"), LARGE + 77, 2);
    try (Cat wharf = Cat.wharf(folder, down, "-l", HERE, "0");
        Cat system = Cat.system(folder, up, "-N", HERE, wharf.port())) {
      inOrder(wharf, system);
      assertThat(wharf.digest()).isEqualTo(Content.sha256(up));
      assertThat(system.digest()).isEqualTo(Content.sha256(down));
    }
  }

  /// The peer ends before anything was sent to it, and takes it all the same.
  @Test
  void whatAPeerThatHasEndedStillTakesIsSent() throws IOException {
    Path content = Content.random(folder.resolve("content"), LARGE, 3);
    Path nothing = Files.createFile(folder.resolve("nothing"));
    try (Cat wharf = Cat.wharf(folder, content, "-l", HERE, "0");
        Cat system = Cat.system(folder, nothing, "-N", HERE, wharf.port())) {
      inOrder(wharf, system);
      assertThat(system.digest()).isEqualTo(Content.sha256(content));
    }
  }

  @Test
  void largeContentGoesToTheSystemsListenerAndBack() throws IOException {
    Path content = Content.random(folder.resolve("content"), LARGE, 4);
    Path nothing = Files.createFile(folder.resolve("nothing"));
    String port = freePort();
    try (Cat system = Cat.system(folder, nothing, "-v", "-l", HERE, port)) {
      system.awaitSaid("Listening");
      try (Cat wharf = Cat.wharf(folder, content, HERE, port)) {
        inOrder(wharf, system);
        assertThat(system.digest()).isEqualTo(Content.sha256(content));
      }
    }
    try (Cat system = Cat.system(folder, content, "-N", "-v", "-l", HERE, port)) {
      system.awaitSaid("Listening");
      try (Cat wharf = Cat.wharf(folder, HERE, port)) {
        inOrder(wharf, system);
        assertThat(wharf.digest()).isEqualTo(Content.sha256(content));
      }
    }
  }

  /// Nobody feeds it, nobody ends its input: the peer's end is enough.
  @Test
  void aBlockedStandardInputDoesNotHoldUpTheExit() throws IOException {
    String port = freePort();
    try (Cat system = Cat.system(folder, "-N", "-v", "-l", HERE, port)) {
      system.awaitSaid("Listening");
      try (Cat wharf = Cat.wharf(folder, HERE, port)) {
        system.type("bye");
        system.end();
        inOrder(wharf);
        assertThat(wharf.output()).isEqualTo("bye");
      }
    }
  }

  @Test
  void datagramsGoBothWays() throws IOException {
    try (Cat wharf = Cat.wharf(folder, "-u", "-l", HERE, "0");
        Cat system = Cat.system(folder, "-u", HERE, wharf.port())) {
      system.type("one ");
      wharf.awaitOutput("one ");
      system.type("two");
      wharf.awaitOutput("one two");
      wharf.type("answer");
      system.awaitOutput("answer");
      assertThat(wharf.stop()).isEqualTo(143);
    }
    String port = freeUdpPort();
    try (Cat system = Cat.system(folder, "-u", "-v", "-l", HERE, port)) {
      system.awaitSaid("Bound");
      try (Cat wharf = Cat.wharf(folder, "-u", "-w", "5", HERE, port)) {
        wharf.type("question");
        system.awaitOutput("question");
        system.type("answer");
        wharf.awaitOutput("answer");
        wharf.end();
        inOrder(wharf);
      }
    }
  }

  @Test
  void socketFilesWorkBothWays() throws IOException {
    Path file = folder.resolve("socket");
    // What an earlier run left behind.
    try (ServerSocketChannel stale = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      ServerSocketChannel _ = stale.bind(UnixDomainSocketAddress.of(file));
    }
    assertThat(file).exists();
    try (Cat wharf = Cat.wharf(folder, "-l", "-k", "-U", "socket")) {
      wharf.awaitSaid("listening at socket");
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
          .isEqualTo("rw-------");
      for (String text : new String[] {"first ", "second"}) {
        try (Cat system = Cat.system(folder, "-N", "-U", "socket")) {
          system.type(text).end();
          inOrder(system);
        }
      }
      wharf.awaitOutput("first second");
      assertThat(wharf.stop()).isEqualTo(143);
      assertThat(file).doesNotExist();
    }
    try (Cat system = Cat.system(folder, "-N", "-v", "-l", "-U", "socket")) {
      Harbour.await("the socket file", () -> Files.exists(file));
      system.awaitSaid("istening");
      try (Cat wharf = Cat.wharf(folder, "-U", "socket")) {
        wharf.type("hello");
        system.awaitOutput("hello");
        system.type("hello yourself").end();
        inOrder(wharf);
        assertThat(wharf.output()).isEqualTo("hello yourself");
      }
    }
  }

  @Test
  void oneAfterAnotherIsServedUntilInterrupted() throws IOException {
    try (Cat wharf = Cat.wharf(folder, "-l", "-k", HERE, "0")) {
      StringBuilder expected = new StringBuilder();
      for (int i = 0; i < 3; i++) {
        try (Cat system = Cat.system(folder, "-N", HERE, wharf.port())) {
          system.type("peer " + i + "\n").end();
          expected.append("peer ").append(i).append('\n');
          inOrder(system);
        }
      }
      wharf.awaitOutput(expected.toString());
      assertThat(wharf.stop()).isEqualTo(143);
    }
  }

  @Test
  void aSilentPeerIsGivenUp() throws IOException {
    String port = freePort();
    try (Cat system = Cat.system(folder, "-v", "-l", HERE, port)) {
      system.awaitSaid("Listening");
      try (Cat wharf = Cat.wharf(folder, "-w", "1", HERE, port)) {
        assertThat(wharf.exit()).isEqualTo(9);
        assertThat(wharf.said()).contains("nothing moved");
      }
    }
  }
}
