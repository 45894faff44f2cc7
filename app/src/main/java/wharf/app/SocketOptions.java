package wharf.app;

import java.io.IOException;
import java.net.SocketOption;
import java.nio.channels.NetworkChannel;
import java.util.Comparator;
import java.util.List;
import java.util.StringJoiner;

/// Tells the options of a socket, as the system has them.
final class SocketOptions {
  private SocketOptions() {}

  /// As `SO_KEEPALIVE=false SO_RCVBUF=131072 ...`, by name; those that have no value are left out.
  static String text(NetworkChannel channel) {
    StringJoiner text = new StringJoiner(" ");
    List<SocketOption<?>> options =
        channel.supportedOptions().stream()
            .sorted(Comparator.comparing((SocketOption<?> option) -> option.name()))
            .toList();
    for (SocketOption<?> option : options) {
      try {
        Object value = channel.getOption(option);
        if (value != null) {
          text.add(option.name() + "=" + value);
        }
      } catch (IOException | UnsupportedOperationException _) {
        // The JDK knows it, and this kind of socket or system does not.
      }
    }
    return text.toString();
  }
}
