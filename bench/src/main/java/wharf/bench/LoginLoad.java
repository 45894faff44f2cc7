package wharf.bench;

import java.io.IOException;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/// Short FTP sessions one after the other: what it costs to take a client in and let it out.
///
/// @param atOnce how many clients do so at the same time
record LoginLoad(int atOnce) implements Load {
  static final Quantity RATE = new Quantity("rate", "sessions", "1/s", 0);
  static final Quantity MEDIAN = new Quantity("p50", "p50 of a session", "ms", 2);
  static final Quantity LATE = new Quantity("p99", "p99 of a session", "ms", 2);
  static final Quantity CPU = new Quantity("cpu", "server CPU per session", "µs", 0);

  @Override
  public String id() {
    return "ftp-login";
  }

  @Override
  public String title() {
    return "FTP, log-ins";
  }

  @Override
  public String what() {
    return ("%d clients at the same time connect, log in as anonymous, say QUIT, see the end, and"
            + " begin again.")
        .formatted(atOnce);
  }

  @Override
  public Plan.Service service() {
    return Plan.Service.FTP;
  }

  @Override
  public List<Quantity> quantities() {
    return List.of(RATE, MEDIAN, LATE, CPU);
  }

  @Override
  public Room.Fit fit(Subject subject, Room room) {
    return new Room.Fit.Clients(
        atOnce,
        0,
        subject.clientsAtOnce() < atOnce
            ? Optional.of("it serves one after the other, the others wait to be accepted")
            : Optional.empty());
  }

  @Override
  public Sample measure(Site site, Room.Fit.Clients clients)
      throws IOException, InterruptedException {
    ClosedLoop.Lap lap =
        site.warmedLap(Collections.nCopies(clients.active(), (ClosedLoop.Asker) new Visitor(site)));
    Histogram answers = lap.answers();
    Map<Quantity, OptionalDouble> values = new LinkedHashMap<>();
    values.put(RATE, OptionalDouble.of(lap.perSecond()));
    values.put(MEDIAN, OptionalDouble.of(answers.quantile(0.5) / 1e6));
    values.put(LATE, OptionalDouble.of(answers.quantile(0.99) / 1e6));
    values.put(CPU, Load.scaled(lap.cpuSeconds(), 1e6 / answers.count()));
    return Sample.of(values);
  }

  /// Somebody who comes and goes: a new connection each time.
  private record Visitor(Site site) implements ClosedLoop.Asker {
    @Override
    public void ask() throws IOException {
      Visit _ = new Visit(this);
    }
  }

  private static final class Visit extends FtpLink {
    private final Visitor visitor;
    private final long cameAt = System.nanoTime();
    private boolean quit;

    Visit(Visitor visitor) throws IOException {
      super(visitor.site().generator(), null, Login.ANONYMOUS);
      this.visitor = visitor;
    }

    @Override
    void loggedIn() throws IOException {
      say("QUIT");
    }

    @Override
    void replied(String command, String reply) {
      quit = true;
    }

    @Override
    void ended() throws IOException {
      if (!quit) {
        super.ended();
      }
      close();
      visitor.site().loop().answered(visitor, System.nanoTime() - cameAt);
    }
  }
}
