package wharf.ftp.server;

import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;
import javax.naming.InvalidNameException;
import javax.naming.ldap.LdapName;
import javax.naming.ldap.Rdn;
import javax.security.auth.x500.X500Principal;

/// Whose certificate it is, by its common name (RFC 5280 section 4.1.2.6).
final class CommonName {
  private CommonName() {}

  /// That of a chain that has been verified, whose first is the one itself. The most particular one
  /// counts where there are several.
  static Optional<String> of(List<X509Certificate> chain) {
    if (chain.isEmpty()) {
      return Optional.empty();
    }
    String subject = chain.getFirst().getSubjectX500Principal().getName(X500Principal.RFC2253);
    try {
      // Read from the end of what is written: the most particular is the last here.
      return new LdapName(subject)
          .getRdns().reversed().stream()
              .filter(part -> part.getType().equalsIgnoreCase("CN"))
              .map(Rdn::getValue)
              .filter(String.class::isInstance)
              .map(String.class::cast)
              .findFirst();
    } catch (InvalidNameException e) {
      // A name that nobody can read is nobody's.
      return Optional.empty();
    }
  }
}
