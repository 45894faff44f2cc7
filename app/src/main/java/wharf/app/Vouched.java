package wharf.app;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import wharf.ftp.client.FtpException;
import wharf.ftp.client.Trust;

/// Believes whom the authorities of a file vouch for, and nobody else.
record Vouched(List<X509Certificate> vouching) implements Trust {
  /// Reads the authorities.
  ///
  /// @param given as the user has named it
  /// @param here what it counts from
  static Vouched in(Path given, Path here) throws FtpException {
    List<X509Certificate> found = new ArrayList<>();
    try (InputStream pem = Files.newInputStream(here.resolve(given))) {
      CertificateFactory.getInstance("X.509")
          .generateCertificates(pem)
          .forEach(one -> found.add((X509Certificate) one));
    } catch (IOException e) {
      throw new FtpException.LocalDisk(
          "cannot read the certificates in %s: %s".formatted(given, Main.reason(e)), e);
    } catch (CertificateException e) {
      throw new FtpException.LocalDisk(
          "%s holds what is no certificate in PEM: %s".formatted(given, e.getMessage()), e);
    }
    if (found.isEmpty()) {
      throw new FtpException.LocalDisk("there is no certificate in " + given, null);
    }
    return new Vouched(List.copyOf(found));
  }

  @Override
  public void check(Offer offer) throws FtpException {
    Trust.authorities().check(offer);
  }
}
