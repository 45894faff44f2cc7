package wharf.app;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import wharf.server.SocketSettings;

/// The option `--socket` of the verbs that serve.
final class SocketSetup {
  private static final List<String> NAMES =
      List.of(
          "backlog",
          "reuse-port",
          "keep-alive",
          "no-delay",
          "receive-buffer",
          "send-buffer",
          "broadcast");

  @Spec(Spec.Target.MIXEE)
  private @Nullable CommandSpec verb;

  @Option(
      names = "--socket",
      paramLabel = "NAME=VALUE",
      description = {
        "Set up the sockets that clients come to; may be given again:",
        "backlog=N: so many may wait to be accepted (1024)",
        "reuse-port=on|off: share the port (off)",
        "keep-alive=on|off: find out vanished peers (on)",
        "no-delay=on|off: send short replies at once (on)",
        "receive-buffer=SIZE, send-buffer=SIZE: as 64K or 1M (0: as the system likes)",
        "broadcast=on|off: let datagrams go to all (off)",
      })
  private Map<String, String> given = new LinkedHashMap<>();

  /// What was asked for; all else as usual.
  ///
  /// @throws ParameterException when there is no such setting or value
  SocketSettings settings() {
    SocketSettings settings = SocketSettings.USUAL;
    for (Map.Entry<String, String> one : given.entrySet()) {
      settings = with(settings, one.getKey(), one.getValue());
    }
    return settings;
  }

  private SocketSettings with(SocketSettings settings, String name, String value) {
    return switch (name) {
      case "backlog" -> settings.withBacklog(clients(value));
      case "reuse-port" -> settings.withReusePort(on(name, value));
      case "keep-alive" -> settings.withKeepAlive(on(name, value));
      case "no-delay" -> settings.withNoDelay(on(name, value));
      case "receive-buffer" -> settings.withBuffers(bytes(name, value), settings.sendBuffer());
      case "send-buffer" -> settings.withBuffers(settings.receiveBuffer(), bytes(name, value));
      case "broadcast" -> settings.withBroadcast(on(name, value));
      default ->
          throw usage(
              "no socket setting is called '"
                  + name
                  + "'; "
                  + Nearest.to(name, NAMES)
                      .map(near -> "did you mean " + near + "?")
                      .orElse("there are " + String.join(", ", NAMES)));
    };
  }

  private int clients(String value) {
    if (!value.matches("[1-9]\\d{0,8}")) {
      throw usage("backlog is a number of clients, at least 1, not '" + value + "'");
    }
    return Integer.parseInt(value);
  }

  private int bytes(String name, String value) {
    try {
      return Math.toIntExact(Amount.ofBytes(value));
    } catch (IllegalArgumentException e) {
      throw usage(name + ": " + e.getMessage());
    } catch (ArithmeticException e) {
      throw usage(name + " is less than 2G, not " + value);
    }
  }

  private boolean on(String name, String value) {
    return switch (value) {
      case "on" -> true;
      case "off" -> false;
      default -> throw usage(name + " is on or off, not '" + value + "'");
    };
  }

  private ParameterException usage(String message) {
    return new ParameterException(
        Objects.requireNonNull(verb).commandLine(), "--socket: " + message);
  }
}
