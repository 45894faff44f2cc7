package wharf.ftp.client;

import java.time.Duration;
import java.time.InstantSource;

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
public record Site(
    String host, int port, Login login, Tls tls, Duration timeout, InstantSource clock) {

  /// Where FTP usually is, anonymous, under TLS if the server offers it, with half a minute of
  /// patience.
  public static Site at(String host) {
    return new Site(
        host,
        21,
        Login.anonymous(),
        Tls.preferred(),
        Duration.ofSeconds(30),
        InstantSource.system());
  }

  /// The same at another port.
  public Site port(int other) {
    return new Site(host, other, login, tls, timeout, clock);
  }

  /// The same for somebody else.
  public Site as(Login other) {
    return new Site(host, port, other, tls, timeout, clock);
  }

  /// The same, protected in another way.
  public Site over(Tls other) {
    return new Site(host, port, login, other, timeout, clock);
  }

  /// The same with another patience.
  public Site within(Duration other) {
    return new Site(host, port, login, tls, other, clock);
  }

  /// The same by another clock.
  public Site by(InstantSource other) {
    return new Site(host, port, login, tls, timeout, other);
  }
}
