package wharf.app;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/// Asks the system for names and addresses. The system's own calls take as long as they like and
/// hear no interrupt, so each is made in a thread of its own, which an interrupted caller leaves
/// behind.
final class Lookup {
  private Lookup() {}

  /// Every address that the system knows `host` by, in its order.
  ///
  /// @param host a name or an address
  /// @throws UnknownHostException if there is none; the message says why, after the name
  static List<InetAddress> addresses(String host)
      throws UnknownHostException, InterruptedException {
    try {
      return inTheBackground(() -> List.of(InetAddress.getAllByName(host)));
    } catch (ExecutionException e) {
      if (e.getCause() instanceof UnknownHostException unknown) {
        throw unknown;
      }
      throw new IllegalStateException(e.getCause());
    }
  }

  /// The name that the system knows `address` by, if any.
  static Optional<String> name(InetAddress address) throws InterruptedException {
    try {
      // A name that was asked for is kept in the address: a fresh one has none.
      InetAddress nameless = InetAddress.getByAddress(address.getAddress());
      String name = inTheBackground(nameless::getCanonicalHostName);
      // Without a name, the JDK answers with the address.
      return name.equals(nameless.getHostAddress()) ? Optional.empty() : Optional.of(name);
    } catch (ExecutionException | UnknownHostException e) {
      throw new IllegalStateException(e);
    }
  }

  /// Why `problem` says that a name is unknown, without the name itself.
  static String why(String name, UnknownHostException problem) {
    String message = String.valueOf(problem.getMessage());
    return message.startsWith(name + ": ") ? message.substring(name.length() + 2) : message;
  }

  private static <T> T inTheBackground(Callable<T> asking)
      throws ExecutionException, InterruptedException {
    FutureTask<T> task = new FutureTask<>(asking);
    Thread _ = Thread.ofVirtual().start(task);
    return task.get();
  }
}
