package wharf.bench;

import java.util.Optional;

/// How many connections there can be.
///
/// @param openFiles the most that one process may have open
/// @param clients the most that a server lets in from here
record Room(long openFiles, int clients) {
  /// What a process has open beside its clients: its program, its listeners, its pollers.
  private static final int BESIDES = 128;

  /// What comes of asking for so many clients.
  sealed interface Fit {
    /// So many are to be had.
    ///
    /// @param note why it is not what was asked for
    record Clients(int active, int idle, Optional<String> note) implements Fit {}

    /// It means nothing here, or cannot be done.
    record None(String why) implements Fit {}
  }

  /// Clients that need their sessions at the same time.
  Fit together(Subject subject, int active, int idle) {
    int all = active + idle;
    if (all > subject.clientsAtOnce()) {
      return new Fit.None("it serves one client at a time, the others wait to be accepted");
    }
    if (all > clients) {
      return new Fit.None(
          "a server takes %s clients from one address, and this machine has no second one"
              .formatted(Figures.of(clients)));
    }
    if (all + BESIDES > openFiles) {
      return new Fit.None(
          "it needs %s open files, and a process may have %s here (ulimit -n)"
              .formatted(Figures.of(all + BESIDES), Figures.of(openFiles)));
    }
    if (all + BESIDES <= subject.descriptors()) {
      return new Fit.Clients(active, idle, Optional.empty());
    }
    String why = "it holds " + Figures.of(subject.descriptors()) + " descriptors at most";
    int room = subject.descriptors() - BESIDES - active;
    // With far fewer it would be another measurement.
    return room >= idle / 2
        ? new Fit.Clients(
            active,
            room,
            Optional.of(
                "%s idle clients instead of %s: %s"
                    .formatted(Figures.of(room), Figures.of(idle), why)))
        : new Fit.None(why);
  }
}
