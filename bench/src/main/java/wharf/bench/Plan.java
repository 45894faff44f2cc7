package wharf.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/// What is to be measured.
///
/// @param program the words that start `wharf`, before its verb
/// @param subjects the models
/// @param services with which servers
/// @param rounds how often; the figures are medians
/// @param quick whether to measure less, and for a shorter time
/// @param again the command line that repeats it, for the report
public record Plan(
    List<String> program,
    List<Subject> subjects,
    Set<Service> services,
    int rounds,
    boolean quick,
    String again) {
  private static final int ACTIVE = 100;
  private static final int LOGINS = 16;
  private static final int TRANSFERS = 4;

  /// The servers that loads need.
  public enum Service {
    /// `wharf echo`
    ECHO,
    /// `wharf serve`, for everybody to read
    FTP,
    /// `wharf serve --writable`. It is another, because hashing a password at the start leaves tens
    /// of megabytes of memory in use, which is then not seen to grow.
    WRITABLE_FTP
  }

  public Plan {
    program = List.copyOf(program);
    subjects = List.copyOf(subjects);
    services = Set.copyOf(services);
    if (rounds < 1) {
      throw new IllegalArgumentException("rounds: " + rounds);
    }
  }

  Extent extent() {
    return quick ? Extent.QUICK : Extent.FULL;
  }

  /// In the order in which they are measured. The memory of a session comes before the other loads
  /// of FTP: a server that has served many holds their garbage.
  List<Load> loads() {
    Extent extent = extent();
    List<Load> loads = new ArrayList<>();
    for (int idle : extent.idleClients()) {
      loads.add(new EchoLoad(ACTIVE, idle));
    }
    // Second: a single client would take long to warm a server up.
    loads.add(1, new EchoLoad(1, 0));
    loads.add(new IdleLoad(extent.idleSessions()));
    loads.add(new LoginLoad(LOGINS));
    loads.add(new TransferLoad(TransferLoad.Direction.DOWNLOAD, TRANSFERS));
    loads.add(new TransferLoad(TransferLoad.Direction.UPLOAD, TRANSFERS));
    return loads.stream().filter(load -> services.contains(load.service())).toList();
  }
}
