package wharf.net;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.time.Duration;

/// What a test has a process of its own do: change its standard input, or be stopped while it
/// waits.
final class InChild {
  private InChild() {}

  static void main(String[] words) throws IOException {
    switch (words[0]) {
      case "channel" -> inherit(false);
      case "number" -> inherit(true);
      case "wait" -> await(words[1]);
      default -> throw new IllegalArgumentException(words[0]);
    }
  }

  /// Prints the port of a listener, and then that of the one which is found as inherited.
  private static void inherit(boolean byNumber) throws IOException {
    try (ServerSocketChannel listener = ServerSocketChannel.open()) {
      listener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
      IO.println(listener.socket().getLocalPort());
      if (byNumber) {
        StandardInput.become(Native.descriptor(listener));
      } else {
        StandardInput.become(listener);
      }
    }
    if (System.inheritedChannel() instanceof ServerSocketChannel inherited) {
      IO.println(inherited.socket().getLocalPort());
    }
  }

  /// Prints a line, waits for a second, and prints how long it took, in milliseconds.
  private static void await(String kind) throws IOException {
    try (Poller poller = PollersTest.Kind.valueOf(kind).open()) {
      poller.poll(Duration.ZERO, (_, _, _) -> {});
      long begin = System.nanoTime();
      IO.println("waiting");
      poller.poll(Duration.ofSeconds(1), (_, _, _) -> {});
      IO.println((System.nanoTime() - begin) / 1_000_000);
    }
  }
}
