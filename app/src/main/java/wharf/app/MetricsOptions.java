package wharf.app;

import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;
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

  /// Tells a worker where to count.
  private static final String PLACE = "WHARF_WORKER_METRICS";

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

  /// Where the workers count; null where there are none.
  private @Nullable Path file;

  /// What of all processes is to be told.
  private volatile Supplier<Map<String, Long>> all = Map::of;

  /// Whether it is asked for.
  boolean wanted() {
    return listen != null;
  }

  /// @param oneClient whether this process serves one client, and ends
  /// @throws ParameterException when what was said has no sense
  void check(boolean oneClient) {
    if (listen == null) {
      return;
    }
    if (oneClient) {
      throw usage("--metrics is of a server that stays, and this one serves a single client");
    }
    InetSocketAddress _ = address(listen);
  }

  /// Begins to count, if that is asked for, and opens the port.
  ///
  /// @param workers whether this process is to have workers, which count in the same place
  /// @param state where the program keeps what it is to find again
  /// @throws Failure when the port cannot be opened
  void open(boolean workers, Path state) throws Failure, IOException {
    if (listen == null) {
      return;
    }
    InetSocketAddress at = address(listen);
    Metrics counting;
    if (workers) {
      Path place = QuotaOptions.folder(state, "metrics").resolve("metrics");
      file = place;
      counting = Metrics.sharedIn(place);
    } else {
      counting = new Metrics();
    }
    metrics = counting;
    all = counting::all;
    try {
      port = new MetricsPort(at, MetricsPort.PATIENCE, () -> new Counts(all.get()));
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

  /// Begins to count as a worker, where its server does.
  void join(Map<String, String> environment) throws IOException {
    String shared = environment.get(PLACE);
    if (shared != null) {
      metrics = Metrics.joining(Path.of(shared));
      all = metrics::ofProcess;
    }
  }

  /// Tells a worker that is to be started.
  void tell(Map<String, String> environment) {
    if (file != null) {
      environment.put(PLACE, file.toString());
    }
  }

  /// What this process has to say of itself, and of what has been counted; null where nothing is.
  @Nullable Supplier<Map<String, Long>> counted() {
    return metrics == null ? null : all;
  }

  /// From now on tells what all processes say together.
  ///
  /// @param desk asks them, this one among them
  void ask(Desk desk) {
    Supplier<Map<String, Long>> own = all;
    all =
        () ->
            Objects.requireNonNullElseGet(
                desk.answer(new Control.Request("metrics")).metrics(), own);
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
  public void close() throws IOException {
    if (port != null) {
      port.close();
    }
    if (file != null) {
      Files.deleteIfExists(file);
      Files.deleteIfExists(file.getParent());
    }
  }

  private ParameterException usage(String message) {
    return new ParameterException(Objects.requireNonNull(verb).commandLine(), message);
  }
}
