package wharf.app;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import wharf.server.Endpoint;
import wharf.server.PortRange;

/// Where clients may come to, as the command line says it.
final class ListenOptions {
  @Spec(Spec.Target.MIXEE)
  private @Nullable CommandSpec verb;

  @Option(
      names = "--bind",
      paramLabel = "ADDRESS",
      description =
          "Listen at this address only; may be given again (default: every address of this"
              + " machine).")
  private List<String> binds = new ArrayList<>();

  @Option(
      names = {"-p", "--port"},
      paramLabel = "PORT",
      description = "Listen at this port; 0 picks a free one (default: ${DEFAULT-VALUE}).",
      defaultValue = "2121")
  private int port;

  @Option(
      names = "--inherit",
      description =
          "Serve the socket that the program was started with, by inetd, systemd or the like, as"
              + " its standard input; systemd's is also taken unasked.")
  private boolean inherit;

  @Option(
      names = "--passive-ports",
      paramLabel = "LOW-HIGH",
      description = "Data connections come to these ports only (default: any).")
  private @Nullable String passivePorts;

  /// The socket that this process was started with, if it is to serve that.
  ///
  /// @param worker whether it was started as one: then that is its standard input
  Endpoint.@Nullable Inherited given(boolean worker) {
    if (inherit
        && Objects.requireNonNull(verb).commandLine().getParseResult().matchedOptions().stream()
            .anyMatch(option -> List.of("--bind", "--port").contains(option.longestName()))) {
      throw usage("--inherit serves a socket that is there already: without --bind and --port");
    }
    try {
      if (worker) {
        Endpoint.Inherited socket = Activation.ofStandardInput();
        return TlsOptions.isSecure(System.getenv()) ? socket.secured() : socket;
      }
      return Activation.socket(inherit, System.getenv()).orElse(null);
    } catch (IOException e) {
      throw usage(String.valueOf(e.getMessage()));
    }
  }

  /// First those of `--port`, then those of `--ftps-port`.
  List<Endpoint> endpoints(OptionalInt ftpsPort) {
    if (port < 0 || port > 65_535) {
      throw usage("--port is 0 to 65535, not " + port);
    }
    List<InetAddress> at = Serving.addresses(binds, Objects.requireNonNull(verb).commandLine());
    List<Endpoint> endpoints = new ArrayList<>(endpoints(at, port, false));
    ftpsPort.ifPresent(
        other -> {
          if (other == port && port != 0) {
            throw usage("--port and --ftps-port are two ports, and not both " + port);
          }
          endpoints.addAll(endpoints(at, other, true));
        });
    return endpoints;
  }

  private static List<Endpoint> endpoints(List<InetAddress> at, int port, boolean secure) {
    List<Endpoint> endpoints = new ArrayList<>();
    for (InetAddress address : at) {
      endpoints.add(new Endpoint.Tcp(new InetSocketAddress(address, port), secure));
    }
    if (at.isEmpty()) {
      endpoints.add(new Endpoint.Tcp(new InetSocketAddress(port), secure));
    }
    return endpoints;
  }

  /// Where data connections come to.
  PortRange ports() {
    if (passivePorts == null) {
      return PortRange.ANY;
    }
    if (!passivePorts.matches("\\d{1,5}-\\d{1,5}")) {
      throw usage(
          "--passive-ports is written LOW-HIGH, as 50000-50100, not '" + passivePorts + "'");
    }
    int dash = passivePorts.indexOf('-');
    try {
      return new PortRange(
          Integer.parseInt(passivePorts.substring(0, dash)),
          Integer.parseInt(passivePorts.substring(dash + 1)));
    } catch (IllegalArgumentException e) {
      throw usage("--passive-ports: " + e.getMessage());
    }
  }

  /// The same as it was said; null for any.
  @Nullable String passivePorts() {
    return passivePorts;
  }

  private ParameterException usage(String message) {
    return new ParameterException(Objects.requireNonNull(verb).commandLine(), message);
  }
}
