package wharf.ftp.client;

import java.time.Duration;
import java.time.InstantSource;
import java.util.function.Supplier;

/// What it takes to begin a session with a server: where it is, who logs in, how the connection is
/// protected and how long to wait. A value, from which any number of sessions can be made.
///
/// ```
/// Site site = Site.at("ftp.example.org").as(new Login("ann", "secret")).over(Tls.required());
/// try (FtpClient client = FtpClient.connect(site)) { ... }
/// ```
///
/// @param host a name or an address, an IPv6 one without brackets
/// @param timeout the longest silence to put up with, at each step
/// @param clock the time of day: listings for people leave the year out
/// @param listeners makes, for each session, who hears what is said in it
public record Site(
    String host,
    int port,
    Login login,
    Tls tls,
    Duration timeout,
    InstantSource clock,
    Supplier<Listener> listeners) {

  /// Where FTP usually is, anonymous, under TLS if the server offers it, with half a minute of
  /// patience.
  public static Site at(String host) {
    return new Site(
        host,
        21,
        Login.anonymous(),
        Tls.preferred(),
        Duration.ofSeconds(30),
        InstantSource.system(),
        () -> Listener.NONE);
  }

  /// The same at another port.
  public Site port(int other) {
    return new Site(host, other, login, tls, timeout, clock, listeners);
  }

  /// The same for somebody else.
  public Site as(Login other) {
    return new Site(host, port, other, tls, timeout, clock, listeners);
  }

  /// The same, protected in another way.
  public Site over(Tls other) {
    return new Site(host, port, login, other, timeout, clock, listeners);
  }

  /// The same with another patience.
  public Site within(Duration other) {
    return new Site(host, port, login, tls, other, clock, listeners);
  }

  /// The same by another clock.
  public Site by(InstantSource other) {
    return new Site(host, port, login, tls, timeout, other, listeners);
  }

  /// The same, with somebody who hears what is said in each session.
  public Site heardBy(Supplier<Listener> other) {
    return new Site(host, port, login, tls, timeout, clock, other);
  }
}
