package wharf.app;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.prometheus.metrics.expositionformats.ExpositionFormatWriter;
import io.prometheus.metrics.expositionformats.ExpositionFormats;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor.DiscardPolicy;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Tells whoever asks over HTTP, `GET /metrics`, what has been counted.
final class MetricsPort implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger("wharf.app");

  static final String PATH = "/metrics";

  /// Prometheus needs one.
  private static final int CONNECTIONS = 16;

  /// Prometheus gives up after as long, unless it is told otherwise.
  static final Duration PATIENCE = Duration.ofSeconds(10);

  private final ThreadFactory daemons =
      Thread.ofPlatform().daemon().name("wharf-metrics-", 0).factory();

  /// A thread for each connection that is asking, so [#CONNECTIONS] at most.
  private final ExecutorService threads = Executors.newCachedThreadPool(daemons);

  /// Once it is closed, a request that has just come needs none.
  private final ScheduledThreadPoolExecutor deadlines =
      new ScheduledThreadPoolExecutor(1, daemons, new DiscardPolicy());

  private final ExpositionFormats formats = ExpositionFormats.init();
  private final Supplier<Counts> counts;
  private final Duration patience;
  private final HttpServer server;

  /// Opens it.
  ///
  /// @param patience how long a request and its answer may take
  MetricsPort(InetSocketAddress at, Duration patience, Supplier<Counts> counts) throws IOException {
    this.counts = counts;
    this.patience = patience;
    // The JDK knows it as a property only. It has no other server here.
    System.setProperty("jdk.httpserver.maxConnections", Integer.toString(CONNECTIONS));
    deadlines.setRemoveOnCancelPolicy(true);
    server = HttpServer.create(at, CONNECTIONS);
    server.createContext("/", this::answer);
    server.setExecutor(request -> threads.execute(() -> serve(request)));
    server.start();
  }

  /// Where it listens.
  InetSocketAddress address() {
    return server.getAddress();
  }

  /// Reads a request and answers it. What takes too long is interrupted, which closes its
  /// connection.
  private void serve(Runnable request) {
    Future<?> deadline =
        deadlines.schedule(
            Thread.currentThread()::interrupt, patience.toMillis(), TimeUnit.MILLISECONDS);
    try {
      request.run();
    } finally {
      deadline.cancel(false);
      boolean _ = Thread.interrupted();
    }
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      if (!exchange.getRequestURI().getPath().equals(PATH)) {
        exchange.sendResponseHeaders(404, -1);
      } else if (!exchange.getRequestMethod().equals("GET")) {
        exchange.getResponseHeaders().set("Allow", "GET");
        exchange.sendResponseHeaders(405, -1);
      } else {
        ExpositionFormatWriter format = format(exchange.getRequestHeaders().getFirst("Accept"));
        ByteArrayOutputStream text = new ByteArrayOutputStream();
        format.write(text, counts.get().told());
        exchange.getResponseHeaders().set("Content-Type", format.getContentType());
        exchange.sendResponseHeaders(200, text.size());
        text.writeTo(exchange.getResponseBody());
      }
    } catch (RuntimeException fault) {
      LOG.log(Level.ERROR, "the metrics cannot be told", fault);
    }
  }

  /// That of those which are accepted that is liked best.
  private ExpositionFormatWriter format(@Nullable String accepted) {
    ExpositionFormatWriter best = formats.findWriter(accepted);
    // The one in protobuf is found, and is not there: it would take another library.
    return best.isAvailable() ? best : formats.getPrometheusTextFormatWriter();
  }

  @Override
  public void close() {
    server.stop(0);
    deadlines.shutdownNow();
    threads.shutdownNow();
  }
}
