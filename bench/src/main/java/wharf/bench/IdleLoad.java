package wharf.bench;

import java.io.IOException;
import java.net.InetAddress;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/// FTP sessions that are logged in and say nothing: what a session weighs.
record IdleLoad(int idle) implements Load {
  static final Quantity MEMORY = new Quantity("memory", "memory per session", "KiB", 1);
  static final Quantity WHOLE = new Quantity("whole", "the server before them", "MiB", 0);
  static final Quantity MEDIAN = new Quantity("p50", "NOOP p50", "µs", 0);
  static final Quantity LATE = new Quantity("p99", "NOOP p99", "µs", 0);

  private static final int ACTIVE = 4;

  /// Logged in before the first look at the memory: by then the code is loaded.
  private static final int WARM_UP = 50;

  @Override
  public String id() {
    return "ftp-idle-" + idle;
  }

  @Override
  public String title() {
    return "FTP, " + Figures.of(idle) + " idle sessions";
  }

  @Override
  public String what() {
    return ("%s sessions log in and stay; the growth of the server's memory (PSS) is divided by"
            + " them. Garbage that is not yet collected counts. Then %d more clients say NOOP all"
            + " the time.")
        .formatted(Figures.of(idle), ACTIVE);
  }

  @Override
  public Plan.Service service() {
    return Plan.Service.FTP;
  }

  @Override
  public List<Quantity> quantities() {
    return List.of(MEMORY, WHOLE, MEDIAN, LATE);
  }

  @Override
  public Room.Fit fit(Subject subject, Room room) {
    return switch (room.together(subject, ACTIVE + WARM_UP, idle)) {
      case Room.Fit.Clients fit -> new Room.Fit.Clients(ACTIVE, fit.idle(), fit.note());
      case Room.Fit.None none -> none;
    };
  }

  @Override
  public Sample measure(Site site, Room.Fit.Clients clients)
      throws IOException, InterruptedException {
    Generator.Opener<Guest> opener = from -> new Guest(site, from);
    Generator generator = site.generator();
    generator.establish(WARM_UP, site.addresses(), opener);
    OptionalDouble before = site.usage().memory();
    generator.establish(clients.idle(), site.addresses(), opener);
    OptionalDouble after = site.usage().memory();
    List<Guest> askers = generator.establish(clients.active(), site.addresses(), opener);
    Histogram answers = site.warmedLap(askers).answers();
    Map<Quantity, OptionalDouble> values = new LinkedHashMap<>();
    if (before.isPresent() && after.isPresent()) {
      double grown = after.getAsDouble() - before.getAsDouble();
      values.put(MEMORY, OptionalDouble.of(grown / clients.idle() / 1024));
    }
    values.put(WHOLE, Load.scaled(before, 1.0 / (1 << 20)));
    values.put(MEDIAN, OptionalDouble.of(answers.quantile(0.5) / 1e3));
    values.put(LATE, OptionalDouble.of(answers.quantile(0.99) / 1e3));
    return Sample.of(values);
  }

  /// A session that stays, and may be made to talk.
  private static final class Guest extends FtpLink implements ClosedLoop.Asker {
    private final Site site;
    private long askedAt;

    Guest(Site site, @Nullable InetAddress from) throws IOException {
      super(site.generator(), from, Login.ANONYMOUS);
      this.site = site;
    }

    @Override
    void loggedIn() {
      site.generator().settled();
    }

    @Override
    public void ask() throws IOException {
      askedAt = System.nanoTime();
      say("NOOP");
    }

    @Override
    void replied(String command, String reply) throws IOException {
      site.loop().answered(this, System.nanoTime() - askedAt);
    }
  }
}
