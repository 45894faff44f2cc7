package wharf.app;

import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import wharf.server.Journal;

/// Whether, and where, Prometheus is told what happens; closed, nobody is any more.
final class MetricsOptions implements AutoCloseable {
  private static final Pattern FORM = Pattern.compile("(?:(\\[[^\\]]+]|[^:]+):)?(\\d{1,5})");

  @Spec(Spec.Target.MIXEE)
  private @Nullable CommandSpec verb;

  @Option(
      names = "--metrics",
      paramLabel = "[ADDRESS:]PORT",
      description =
          "Tell Prometheus what happens, at http://ADDRESS:PORT/metrics; without ADDRESS to this"
              + " machine alone. See docs/metrics.md.")
  private @Nullable String listen;

  private @Nullable MetricsPort port;

  /// What is counted, and told; null for nothing.
  private @Nullable Metrics metrics;

  /// Whether it is asked for.
  boolean wanted() {
    return listen != null;
  }

  /// @param processes whether there are worker processes
  /// @param oneClient whether this process serves one client, and ends
  /// @throws ParameterException when what was said has no sense
  void check(boolean processes, boolean oneClient) {
    if (listen == null) {
      return;
    }
    if (processes) {
      throw usage(
          "--metrics counts what one process does, and --model processes has several: leave out one"
              + " of them");
    }
    if (oneClient) {
      throw usage("--metrics is of a server that stays, and this one serves a single client");
    }
    InetSocketAddress _ = address(listen);
  }

  /// Opens the port, if one is asked for.
  ///
  /// @throws Failure when it cannot be
  void open() throws Failure {
    if (listen != null) {
      InetSocketAddress at = address(listen);
      metrics = new Metrics();
      try {
        port = new MetricsPort(at, MetricsPort.PATIENCE, metrics::snapshot);
      } catch (IOException e) {
        throw Serving.cannot(
            new IOException(
                "cannot listen at port %d of %s: %s"
                    .formatted(at.getPort(), at.getAddress().getHostAddress(), e.getMessage()),
                e),
            at.getPort(),
            false,
            "--metrics");
      }
    }
  }

  /// What tells `other`, and counts.
  Journal after(Journal other) {
    Metrics counting = metrics;
    return counting == null
        ? other
        : entry -> {
          other.tell(entry);
          counting.tell(entry);
        };
  }

  /// Tells where they are.
  void tell(PrintStream out) {
    if (port != null) {
      InetSocketAddress at = port.address();
      out.println(
          "Metrics: http://"
              + Serving.host(at.getAddress())
              + ":"
              + at.getPort()
              + MetricsPort.PATH);
    }
  }

  private InetSocketAddress address(String text) {
    Matcher said = FORM.matcher(text);
    int number = said.matches() ? Integer.parseInt(said.group(2)) : -1;
    if (number < 0 || number > 65_535) {
      throw usage(
          "--metrics is written as 9100, 192.0.2.1:9100 or [2001:db8::1]:9100, not '" + text + "'");
    }
    String host = said.group(1);
    if (host == null) {
      return new InetSocketAddress(InetAddress.getLoopbackAddress(), number);
    }
    try {
      return new InetSocketAddress(InetAddress.getByName(host), number);
    } catch (UnknownHostException e) {
      throw usage("--metrics: no address is known by the name '" + host + "'");
    }
  }

  @Override
  public void close() {
    if (port != null) {
      port.close();
    }
  }

  private ParameterException usage(String message) {
    return new ParameterException(Objects.requireNonNull(verb).commandLine(), message);
  }
}
