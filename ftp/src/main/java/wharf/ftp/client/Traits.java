package wharf.ftp.client;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// What sessions with one server have found out about it, so that the next need not try in vain:
///
/// ```
/// Traits traits = new Traits();
/// FtpClient first = FtpClient.connect(site, traits);
/// FtpClient second = FtpClient.connect(site, traits);
/// ```
///
/// For any number of threads. Of use for one [Site] only.
public final class Traits {
  private volatile boolean extendedPassive = true;
  private volatile boolean machineListings = true;
  private volatile boolean passiveWorks;
  private volatile boolean secured;
  private volatile boolean tickets = true;
  private volatile boolean reusable = true;
  private final Set<DataMode> refused = ConcurrentHashMap.newKeySet();

  /// Of a server that nobody has talked to yet.
  public Traits() {}

  /// Whether EPSV is worth a try: it was not refused, and what it offers could be reached.
  boolean extendedPassive() {
    return extendedPassive;
  }

  void noExtendedPassive() {
    extendedPassive = false;
    passiveWorks = false;
  }

  /// Whether a data connection was made in the way that would be tried now.
  boolean passiveWorks() {
    return passiveWorks;
  }

  void passiveWorked() {
    passiveWorks = true;
  }

  /// Whether MLSD is worth a try where the server announces it.
  boolean machineListings() {
    return machineListings;
  }

  void noMachineListings() {
    machineListings = false;
  }

  /// Whether there was a session under TLS. From then on there is none without: a server that knows
  /// it does not forget it, but somebody between may want it to seem so.
  boolean secured() {
    return secured;
  }

  void wasSecured() {
    secured = true;
  }

  /// Whether the next session is best one under TLS 1.2: the server insists on resumed sessions,
  /// and is stingy with what they are resumed with in TLS 1.3. ProFTPD gives none with an upload.
  boolean wantsReusable() {
    return !tickets && reusable;
  }

  void ranOutOfTickets() {
    tickets = false;
  }

  /// The server does not speak TLS 1.2.
  void noReusable() {
    reusable = false;
  }

  /// Whether the server does not move data so: it said so, or did not do it as it should.
  boolean refuses(DataMode mode) {
    return refused.contains(mode);
  }

  void refused(DataMode mode) {
    boolean _ = refused.add(mode);
  }
}
