package wharf.bench;

import com.sun.management.OperatingSystemMXBean;
import com.sun.management.UnixOperatingSystemMXBean;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/// Where it was measured: figures of two machines cannot be compared without.
///
/// @param facts what to print, by what it is called
/// @param openFiles the most that one process may have open
record Machine(Map<String, String> facts, long openFiles) {
  private static final Path CPUS = Path.of("/proc/cpuinfo");
  private static final Path CONGESTION = Path.of("/proc/sys/net/ipv4/tcp_congestion_control");

  /// This one.
  ///
  /// @param folder where the files are that FTP serves
  static Machine look(Path folder) throws IOException {
    Map<String, String> facts = new LinkedHashMap<>();
    java.lang.management.OperatingSystemMXBean system =
        ManagementFactory.getOperatingSystemMXBean();
    facts.put(
        "processor",
        "%d x %s".formatted(system.getAvailableProcessors(), processor().orElse("unknown model")));
    if (system instanceof OperatingSystemMXBean known) {
      facts.put(
          "memory",
          String.format(Locale.ROOT, "%.1f GiB", known.getTotalMemorySize() / (double) (1 << 30)));
    }
    facts.put(
        "system", "%s %s, %s".formatted(system.getName(), system.getVersion(), system.getArch()));
    facts.put("Java", ManagementFactory.getRuntimeMXBean().getVmName() + " " + Runtime.version());
    long openFiles =
        system instanceof UnixOperatingSystemMXBean unix
            ? unix.getMaxFileDescriptorCount()
            : Long.MAX_VALUE;
    if (openFiles != Long.MAX_VALUE) {
      facts.put("open files of a process", Figures.of(openFiles) + " at most");
    }
    word(CONGESTION).ifPresent(it -> facts.put("TCP congestion control", it));
    facts.put("served files", "on " + Files.getFileStore(folder).type());
    double busy = system.getSystemLoadAverage();
    if (busy >= 0) {
      facts.put("load average before", String.format(Locale.ROOT, "%.2f", busy));
    }
    return new Machine(facts, openFiles);
  }

  /// What a reader should know before believing the figures.
  Optional<String> caution() {
    // bbr paces what it sends by what it has measured of the path, also where there is none.
    return "bbr".equals(facts.get("TCP congestion control"))
        ? Optional.of(
            "TCP's congestion control is bbr here, which paces connections of a machine to itself"
                + " to a third of what they could do. The rates of transfers are low for that"
                + " reason; with cubic they would tell more.")
        : Optional.empty();
  }

  private static Optional<String> processor() {
    try (Stream<String> lines = Files.lines(CPUS)) {
      return lines
          .filter(line -> line.startsWith("model name"))
          .map(line -> line.substring(line.indexOf(':') + 1).strip())
          .findFirst();
    } catch (IOException | UncheckedIOException e) {
      return Optional.empty();
    }
  }

  private static Optional<String> word(Path file) {
    try {
      return Optional.of(Files.readString(file).strip());
    } catch (IOException e) {
      return Optional.empty();
    }
  }
}
