package wharf.app;

import com.sun.management.UnixOperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryMXBean;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;
import java.util.function.ObjLongConsumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import wharf.app.Metric.Series;
import wharf.app.Metric.Words;
import wharf.ftp.server.FtpService;
import wharf.protocol.Happening;
import wharf.protocol.Happening.Cargo;
import wharf.server.Journal;

/// Counts what happens. What there is to count is known from the start, and nothing that a client
/// says adds to it. Safe for use by many threads, which do not wait for each other.
final class Metrics implements Journal {
  private static final Set<String> VERBS = Set.copyOf(FtpService.verbs());

  private final Map<Series, LongAdder> counters =
      Stream.of(Metric.values())
          .filter(Metric::isCounted)
          .flatMap(metric -> metric.series().stream())
          .collect(Collectors.toUnmodifiableMap(Function.identity(), _ -> new LongAdder()));

  @Override
  public void tell(Entry entry) {
    switch (entry.happening()) {
      case Happening.Begun _ -> {
        add(1, Metric.SESSIONS);
        add(1, Metric.RUNNING);
      }
      case Happening.Ended(_, boolean fault) -> {
        add(-1, Metric.RUNNING);
        add(fault ? 1 : 0, Metric.FAULTS);
      }
      case Happening.TurnedAway(var why) -> add(1, Metric.TURNED_AWAY, Metric.word(why));
      case Happening.Login(_, boolean accepted, var proof) ->
          add(1, Metric.LOGINS, accepted ? Words.ACCEPTED : Words.REFUSED, Metric.word(proof));
      case Happening.Command(String verb, _, Integer code, _) ->
          add(
              1,
              Metric.COMMANDS,
              verb != null && VERBS.contains(verb) ? verb : Words.OTHER,
              reply(code));
      case Happening.Transfer transfer -> transferred(transfer);
      case Happening.Secured _,
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
    LongAdder counter = counters.get(metric.with(labels));
    if (counter == null) {
      throw new IllegalStateException("there is no " + metric.with(labels));
    }
    counter.add(number);
  }

  /// What has been counted so far, and how this process is.
  Counts snapshot() {
    Map<String, Long> values = new TreeMap<>();
    counters.forEach((series, counter) -> values.put(series.toString(), counter.sum()));
    ofProcess((series, value) -> values.put(series.toString(), value));
    return new Counts(values);
  }

  private static void ofProcess(ObjLongConsumer<Series> fact) {
    UnixOperatingSystemMXBean system =
        ManagementFactory.getPlatformMXBean(UnixOperatingSystemMXBean.class);
    if (system != null) {
      fact.accept(Metric.CPU.with(), system.getProcessCpuTime());
      fact.accept(Metric.OPEN_FILES.with(), system.getOpenFileDescriptorCount());
      fact.accept(Metric.MOST_FILES.with(), system.getMaxFileDescriptorCount());
    }
    MemoryMXBean memory = ManagementFactory.getMemoryMXBean();
    fact.accept(Metric.MEMORY.with(Words.HEAP), memory.getHeapMemoryUsage().getUsed());
    fact.accept(Metric.MEMORY.with(Words.NON_HEAP), memory.getNonHeapMemoryUsage().getUsed());
    fact.accept(Metric.THREADS.with(), ManagementFactory.getThreadMXBean().getThreadCount());
  }
}
