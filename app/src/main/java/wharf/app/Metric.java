package wharf.app;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import wharf.ftp.server.FtpService;
import wharf.protocol.Happening.Direction;
import wharf.protocol.Happening.Proof;
import wharf.protocol.Protocol.Refusal;

/// What Prometheus is told of: a row for each metric, with every value that its labels can have, so
/// that no client can add one. docs/metrics.md has the same rows.
///
/// Names and units are as Prometheus has it: base units, `_total` for what only grows; those of
/// process and JVM are the ones that its own libraries use.
enum Metric {
  SESSIONS("wharf_sessions_total", Sort.COUNTER, "Sessions that have begun."),
  RUNNING("wharf_sessions_running", Sort.GAUGE, "Sessions that are here."),
  FAULTS(
      "wharf_sessions_failed_total",
      Sort.COUNTER,
      "Sessions that a fault of the server has ended."),
  TURNED_AWAY(
      "wharf_clients_turned_away_total",
      Sort.COUNTER,
      "Clients that were told to go before they had a session.",
      Label.of("reason", Refusal.values())),
  LOGINS(
      "wharf_logins_total",
      Sort.COUNTER,
      "Log-ins that were tried.",
      new Label("result", List.of(Words.ACCEPTED, Words.REFUSED)),
      Label.of("proof", Proof.values())),
  COMMANDS(
      "wharf_commands_total",
      Sort.COUNTER,
      "Commands, by the first digit of their last reply.",
      new Label("verb", withOther(FtpService.verbs())),
      new Label("reply", List.of("2xx", "3xx", "4xx", "5xx", Words.NONE))),
  TRANSFERS(
      "wharf_transfers_total",
      Sort.COUNTER,
      "Transfers that have ended.",
      Label.of("direction", Direction.values()),
      Label.CONTENT,
      new Label("result", List.of(Words.COMPLETE, Words.INCOMPLETE))),
  MOVING("wharf_transfers_running", Sort.GAUGE, "Transfers that run."),
  BYTES(
      "wharf_transfer_bytes_total",
      Sort.COUNTER,
      "Bytes of content of transfers that have ended.",
      Label.of("direction", Direction.values()),
      Label.CONTENT),
  SECONDS(
      "wharf_transfer_seconds_total",
      Sort.SECONDS,
      "Time that transfers took which have ended.",
      Label.of("direction", Direction.values()),
      Label.CONTENT),
  CPU("process_cpu_seconds_total", Sort.SECONDS, "Processor time, of user and system."),
  OPEN_FILES("process_open_fds", Sort.GAUGE, "Open file descriptors, sockets among them."),
  MOST_FILES("process_max_fds", Sort.GAUGE, "The most that there may be."),
  MEMORY(
      "jvm_memory_used_bytes",
      Sort.GAUGE,
      "Memory that the JVM uses.",
      new Label("area", List.of(Words.HEAP, Words.NON_HEAP))),
  THREADS("jvm_threads_current", Sort.GAUGE, "Platform threads.");

  /// How it is told and merged.
  enum Sort {
    /// Only grows.
    COUNTER,
    /// The same, counted in nanoseconds.
    SECONDS,
    /// Is what it is now, and of a process that has gone nothing.
    GAUGE
  }

  /// What a label can say.
  record Label(String name, List<String> values) {
    static final Label CONTENT = new Label("content", List.of(Words.FILE, Words.LISTING));

    static Label of(String name, Enum<?>... values) {
      return new Label(name, Stream.of(values).map(Metric::word).toList());
    }
  }

  /// Values that are no enum's.
  static final class Words {
    static final String ACCEPTED = "accepted";
    static final String REFUSED = "refused";
    static final String OTHER = "other";
    static final String NONE = "none";
    static final String COMPLETE = "complete";
    static final String INCOMPLETE = "incomplete";
    static final String FILE = "file";
    static final String LISTING = "listing";
    static final String HEAP = "heap";
    static final String NON_HEAP = "nonheap";

    private Words() {}
  }

  /// One number of a metric: that with these values of its labels.
  record Series(Metric metric, List<String> values) {
    /// As processes name it to each other.
    @Override
    public String toString() {
      return values.isEmpty() ? metric.exposed : metric.exposed + "," + String.join(",", values);
    }
  }

  private final String exposed;
  private final Sort sort;
  private final String help;

  // Of List.of, which nobody can change; its type does not say so.
  @SuppressWarnings("ImmutableEnumChecker")
  private final List<Label> labels;

  Metric(String exposed, Sort sort, String help, Label... labels) {
    this.exposed = exposed;
    this.sort = sort;
    this.help = help;
    this.labels = List.of(labels);
  }

  /// The name by which Prometheus knows it.
  String exposed() {
    return exposed;
  }

  Sort sort() {
    return sort;
  }

  String help() {
    return help;
  }

  /// Whether it is counted here, and not asked of the JVM.
  boolean isCounted() {
    return exposed.startsWith("wharf_");
  }

  List<String> labels() {
    return labels.stream().map(Label::name).toList();
  }

  /// That with these values of its labels, in their order.
  Series with(String... values) {
    return new Series(this, List.of(values));
  }

  /// Every one that there can be.
  List<Series> series() {
    List<List<String>> all = List.of(List.of());
    for (Label label : labels) {
      List<List<String>> longer = new ArrayList<>();
      for (List<String> one : all) {
        for (String value : label.values()) {
          longer.add(Stream.concat(one.stream(), Stream.of(value)).toList());
        }
      }
      all = longer;
    }
    return all.stream().map(values -> new Series(this, values)).toList();
  }

  static String word(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }

  private static List<String> withOther(List<String> verbs) {
    return Stream.concat(verbs.stream(), Stream.of(Words.OTHER)).toList();
  }
}
