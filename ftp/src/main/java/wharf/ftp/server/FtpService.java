package wharf.ftp.server;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import wharf.files.Tree;
import wharf.protocol.Protocol;
import wharf.protocol.Session;
import wharf.users.Accounts;
import wharf.users.Bans;

/// The FTP protocol over one tree, for these accounts (RFC 959 and what followed it).
///
/// @param roots which tree each account is in
/// @param accounts who may come in
/// @param now the time of day, for listings
/// @param patience how long a client may be silent or stall
/// @param tls whether sessions may, or have to be, under TLS; the server has to have it then
/// @param sessions who is there
/// @param rates how fast files may be moved
/// @param bans told of log-ins that fail; who is banned cannot log in; the server asks them by
///   itself whom to let in
/// @param offersCompression whether FEAT tells of MODE Z; it is understood in any case, but clients
///   such as lftp compress unasked wherever they read of it, which is slower on a fast network
/// @param tellsCommands whether every command is noted, for programs to read
/// @param advertised which address PASV names
public record FtpService(
    Roots roots,
    Accounts accounts,
    Supplier<Instant> now,
    Patience patience,
    Tls tls,
    Sessions sessions,
    Rates rates,
    Bans bans,
    boolean offersCompression,
    boolean tellsCommands,
    Advertised advertised)
    implements Protocol {

  /// All in one tree, which whoever opened it closes after the server; nobody is there yet.
  public FtpService(
      Tree tree, Accounts accounts, Supplier<Instant> now, Patience patience, Tls tls) {
    this(
        Roots.of(tree),
        accounts,
        now,
        patience,
        tls,
        new Sessions(),
        new Rates(Rates.Settings.NONE),
        Bans.none(),
        false,
        false,
        Advertised.NOTHING);
  }

  /// In the clear only.
  public FtpService(Tree tree, Accounts accounts, Supplier<Instant> now, Patience patience) {
    this(tree, accounts, now, patience, Tls.OFF);
  }

  /// The same, with MODE Z in FEAT.
  public FtpService offeringCompression() {
    return offeringCompression(true);
  }

  /// The same, with MODE Z in FEAT, or without.
  public FtpService offeringCompression(boolean offers) {
    return changed(all -> all.offersCompression = offers);
  }

  /// Every verb that commands are noted by, but for those that are refused because they are not
  /// there.
  public static List<String> verbs() {
    return Stream.of(Verb.values()).map(Verb::toString).toList();
  }

  /// The same, with every command noted.
  public FtpService tellingCommands() {
    return changed(all -> all.tellsCommands = true);
  }

  /// The same with other trees.
  public FtpService with(Roots other) {
    return changed(all -> all.roots = other);
  }

  /// The same for other accounts.
  public FtpService with(Accounts other) {
    return changed(all -> all.accounts = other);
  }

  /// The same with other patience.
  public FtpService with(Patience other) {
    return changed(all -> all.patience = other);
  }

  /// The same with other rates.
  public FtpService with(Rates other) {
    return changed(all -> all.rates = other);
  }

  /// The same with other bans.
  public FtpService with(Bans other) {
    return changed(all -> all.bans = other);
  }

  /// The same with other addresses for PASV to name.
  public FtpService with(Advertised other) {
    return changed(all -> all.advertised = other);
  }

  private FtpService changed(Consumer<Draft> change) {
    Draft draft = new Draft();
    change.accept(draft);
    return new FtpService(
        draft.roots,
        draft.accounts,
        now,
        draft.patience,
        tls,
        sessions,
        draft.rates,
        draft.bans,
        draft.offersCompression,
        draft.tellsCommands,
        draft.advertised);
  }

  /// What may be changed of it.
  private final class Draft {
    private Roots roots = FtpService.this.roots;
    private Accounts accounts = FtpService.this.accounts;
    private Patience patience = FtpService.this.patience;
    private Rates rates = FtpService.this.rates;
    private Bans bans = FtpService.this.bans;
    private boolean offersCompression = FtpService.this.offersCompression;
    private boolean tellsCommands = FtpService.this.tellsCommands;
    private Advertised advertised = FtpService.this.advertised;
  }

  /// Whether nothing may be said or moved in the clear but what comes before a log-in.
  boolean requiresTls() {
    return tls == Tls.REQUIRED;
  }

  /// Whether sessions are under TLS (RFC 4217).
  public enum Tls {
    /// There is none.
    OFF,
    /// Those are that ask for it.
    ALLOWED,
    /// All have to be: before it nobody can log in, and data is not sent in the clear.
    REQUIRED
  }

  /// How long to wait for a client.
  ///
  /// @param login until it has logged in, whatever else it says meanwhile; while a password is
  ///   checked the time is not counted, and after a wrong one it begins anew
  /// @param idle between two commands
  /// @param connect for a data connection to come about
  /// @param stall while nothing moves in a transfer
  /// @param transfer as long as a transfer may last in all; null for any time
  public record Patience(
      Duration login,
      Duration idle,
      Duration connect,
      Duration stall,
      @Nullable Duration transfer) {
    /// As other servers have it: sshd waits 120 seconds for a log-in, between the 60 of FileZilla's
    /// and the 300 of ProFTPD; vsftpd and ProFTPD wait 300 to 600 seconds for a command and 300 for
    /// a stalled transfer. None of them bounds a transfer that moves.
    public static final Patience USUAL =
        new Patience(
            Duration.ofSeconds(120),
            Duration.ofSeconds(300),
            Duration.ofSeconds(30),
            Duration.ofSeconds(300));

    /// With transfers that may last any time.
    public Patience(Duration login, Duration idle, Duration connect, Duration stall) {
      this(login, idle, connect, stall, null);
    }

    /// The same with another time to log in.
    public Patience withLogin(Duration other) {
      return new Patience(other, idle, connect, stall, transfer);
    }

    /// The same with another time between two commands.
    public Patience withIdle(Duration other) {
      return new Patience(login, other, connect, stall, transfer);
    }

    /// The same with another time without progress.
    public Patience withStall(Duration other) {
      return new Patience(login, idle, connect, other, transfer);
    }

    /// The same with another bound on transfers.
    public Patience withTransfer(@Nullable Duration other) {
      return new Patience(login, idle, connect, stall, other);
    }
  }

  @Override
  public Session open() {
    return new FtpSession(this);
  }

  @Override
  public byte[] refusal(Refusal why) {
    String text =
        switch (why) {
          case TOO_MANY_SESSIONS -> "421 Too many clients are connected. Try again later.\r\n";
          case TOO_MANY_FROM_ADDRESS ->
              "421 Too many clients are connected from your address. Close one first.\r\n";
          // Who guesses learns no more than that it does not go on.
          case BANNED -> "421 Not now. Try again later.\r\n";
          case NOT_FROM_ADDRESS -> "421 Nobody is served at your address.\r\n";
        };
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
