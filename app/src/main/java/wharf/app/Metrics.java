package wharf.app;

import com.sun.management.UnixOperatingSystemMXBean;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryMXBean;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.ObjLongConsumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import wharf.app.Metric.Series;
import wharf.app.Metric.Words;
import wharf.ftp.server.FtpService;
import wharf.protocol.Happening;
import wharf.protocol.Happening.Cargo;
import wharf.server.Journal;

/// Counts what happens. What there is to count is known from the start, and nothing that a client
/// says adds to it. Worker processes count together in a file that all have mapped, so that what
/// one has counted stays when it has gone. Safe for use by many threads, which do not wait for each
/// other.
final class Metrics implements Journal {
  private static final VarHandle NUMBER =
      MethodHandles.byteBufferViewVarHandle(long[].class, ByteOrder.nativeOrder());

  private static final List<Series> COUNTERS =
      Stream.of(Metric.values())
          .filter(metric -> metric.isCounted() && metric.sort() != Metric.Sort.GAUGE)
          .flatMap(metric -> metric.series().stream())
          .toList();

  private static final int SIZE = COUNTERS.size() * Long.BYTES;

  private static final Set<String> VERBS = Set.copyOf(FtpService.verbs());

  /// Where the number of each is in `counters`: the same in every process of a server.
  private final Map<Series, Integer> places = new HashMap<>();

  private final ByteBuffer counters;

  /// Of this process alone, as all that ends with it.
  private final LongAdder running = new LongAdder();

  private final boolean shared;

  /// Of a server that is one process.
  Metrics() {
    this(ByteBuffer.allocateDirect(SIZE), false);
  }

  private Metrics(ByteBuffer counters, boolean shared) {
    this.counters = counters;
    this.shared = shared;
    for (Series series : COUNTERS) {
      places.put(series, places.size() * Long.BYTES);
    }
  }

  /// Of a server that has workers, which are to join in `file`; it is made.
  static Metrics sharedIn(Path file) throws IOException {
    return new Metrics(map(file, StandardOpenOption.CREATE_NEW), true);
  }

  /// Of a worker.
  static Metrics joining(Path file) throws IOException {
    return new Metrics(map(file, LinkOption.NOFOLLOW_LINKS), true);
  }

  private static ByteBuffer map(Path file, OpenOption how) throws IOException {
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE, how)) {
      if (how == StandardOpenOption.CREATE_NEW) {
        // Room that was only promised could be gone when it is written to, and end the process.
        int _ = channel.write(ByteBuffer.allocate(SIZE));
      }
      return channel.map(MapMode.READ_WRITE, 0, SIZE);
    }
  }

  @Override
  public void tell(Entry entry) {
    switch (entry.happening()) {
      case Happening.Begun _ -> {
        add(1, Metric.SESSIONS);
        running.increment();
      }
      case Happening.Ended(_, boolean fault) -> {
        running.decrement();
        add(fault ? 1 : 0, Metric.FAULTS);
      }
      case Happening.TurnedAway(var why) -> add(1, Metric.TURNED_AWAY, Metric.word(why));
      case Happening.Login(_, boolean accepted, var proof, _) ->
          add(1, Metric.LOGINS, accepted ? Words.ACCEPTED : Words.REFUSED, Metric.word(proof));
      case Happening.Command(String verb, _, Integer code, _) ->
          add(
              1,
              Metric.COMMANDS,
              verb != null && VERBS.contains(verb) ? verb : Words.OTHER,
              reply(code));
      case Happening.Transfer transfer -> transferred(transfer);
      case Happening.Secured _,
          Happening.Logout _,
          Happening.Told _,
          Happening.Change _,
          Happening.Started _,
          Happening.Refused _,
          Happening.Remark _ -> {}
    }
  }

  private void transferred(Happening.Transfer transfer) {
    Cargo cargo = transfer.cargo();
    String direction = Metric.word(cargo.direction());
    String content = Xferlog.isOfFile(transfer) ? Words.FILE : Words.LISTING;
    add(
        1,
        Metric.TRANSFERS,
        direction,
        content,
        transfer.complete() ? Words.COMPLETE : Words.INCOMPLETE);
    add(transfer.bytes(), Metric.BYTES, direction, content);
    if (transfer.took() != null) {
      add(transfer.took().toNanos(), Metric.SECONDS, direction, content);
    }
  }

  private static String reply(@Nullable Integer code) {
    return code == null ? Words.NONE : code / 100 + "xx";
  }

  private void add(long number, Metric metric, String... labels) {
    Integer place = places.get(metric.with(labels));
    if (place == null) {
      throw new IllegalStateException("there is no " + metric.with(labels));
    }
    long _ = (long) NUMBER.getAndAdd(counters, (int) place, number);
  }

  /// What has been counted so far, of workers by all together, and how this process is.
  Map<String, Long> all() {
    Map<String, Long> values = new TreeMap<>(ofProcess());
    places.forEach(
        (series, place) ->
            values.put(series.toString(), (long) NUMBER.getVolatile(counters, (int) place)));
    return values;
  }

  /// How this process is: what of each process adds up.
  Map<String, Long> ofProcess() {
    Map<String, Long> values = new TreeMap<>();
    values.put(Metric.RUNNING.with().toString(), running.sum());
    ask((series, value) -> values.put(series.toString(), value));
    return values;
  }

  private void ask(ObjLongConsumer<Series> fact) {
    UnixOperatingSystemMXBean system =
        ManagementFactory.getPlatformMXBean(UnixOperatingSystemMXBean.class);
    if (system != null) {
      if (!shared) {
        // The sum would shrink when a worker ends.
        fact.accept(Metric.CPU.with(), system.getProcessCpuTime());
      }
      fact.accept(Metric.OPEN_FILES.with(), system.getOpenFileDescriptorCount());
      fact.accept(Metric.MOST_FILES.with(), system.getMaxFileDescriptorCount());
    }
    MemoryMXBean memory = ManagementFactory.getMemoryMXBean();
    fact.accept(Metric.MEMORY.with(Words.HEAP), memory.getHeapMemoryUsage().getUsed());
    fact.accept(Metric.MEMORY.with(Words.NON_HEAP), memory.getNonHeapMemoryUsage().getUsed());
    fact.accept(Metric.THREADS.with(), ManagementFactory.getThreadMXBean().getThreadCount());
  }
}
