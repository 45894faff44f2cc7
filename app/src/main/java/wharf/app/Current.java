package wharf.app;

import java.util.Set;
import wharf.ftp.server.FtpService;
import wharf.protocol.Protocol;
import wharf.protocol.Session;
import wharf.protocol.Transport;

/// FTP as the configuration has it that holds now. A session goes on under that under which it has
/// begun, whatever comes after.
final class Current implements Protocol {
  private volatile FtpService service;

  Current(FtpService service) {
    this.service = service;
  }

  FtpService service() {
    return service;
  }

  /// For the sessions that begin from now on.
  void become(FtpService other) {
    service = other;
  }

  @Override
  public Set<Transport> transports() {
    return service.transports();
  }

  @Override
  public Session open() {
    return service.open();
  }

  @Override
  public byte[] refusal(Refusal why) {
    return service.refusal(why);
  }
}
