package wharf.app;

import java.io.IOException;
import java.nio.file.Path;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.security.cert.X509Certificate;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.Date;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import wharf.ftp.client.FtpException;
import wharf.ftp.client.Printable;
import wharf.ftp.client.Trust;
import wharf.net.TlsIdentity;

/// Trust on first use: whom no authority vouches for is believed when the user says so, and from
/// then on held to the same certificate. In this order:
///
/// 1. An authority vouches: believed. That it had TLS is remembered.
/// 2. The certificate is the one that `wharf serve` of this very user shows: believed.
/// 3. It is known, with the same certificate: believed; with another: refused.
/// 4. It is not known: somebody at the terminal is asked; where there is nobody, it is refused.
///
/// Whom authorities vouched for once, or who is known, is not talked to in the clear either, unless
/// the user says `--tls off`.
///
/// Safe for use by many threads: several sessions that begin at once ask once.
final class FirstUse implements Trust {
  /// How often a question is asked again that was not answered.
  private static final int PATIENCE = 3;

  private final KnownServers known;
  private final Path state;
  private final Function<String, @Nullable String> answer;
  private final Consumer<String> note;
  private final ReentrantLock turn = new ReentrantLock();

  /// What was answered of a place and a fingerprint, for as long as this program runs.
  private final Map<String, Boolean> answered = new HashMap<>();

  /// @param state the folder where the known servers are
  /// @param answer asks a question, and gives null when there is nobody to answer
  /// @param note tells the user something
  FirstUse(Path state, Function<String, @Nullable String> answer, Consumer<String> note) {
    this.known = new KnownServers(state);
    this.state = state;
    this.answer = answer;
    this.note = note;
  }

  @Override
  public void check(Offer offer) throws FtpException {
    try {
      turn.lockInterruptibly();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new FtpException.Cancelled();
    }
    try {
      decide(KnownServers.place(offer.host(), offer.port()), offer);
    } finally {
      turn.unlock();
    }
  }

  private void decide(String place, Offer offer) throws FtpException {
    Optional<KnownServers.Known> before = find(place);
    if (offer.doubt() == null) {
      if (before.isEmpty()) {
        remember(place, null);
      }
      return;
    }
    String shown = offer.fingerprint();
    if (before.isPresent()) {
      if (!shown.equals(before.get().fingerprint())) {
        throw another(place, offer, before.get());
      }
      return;
    }
    if (isOwn(shown)) {
      return;
    }
    Boolean said = answered.get(place + " " + shown);
    if (said == null) {
      said = ask(place, offer);
      Boolean _ = answered.put(place + " " + shown, said);
    }
    if (!said) {
      throw new FtpException.Untrusted(
          "%s is not trusted: you said no; nothing was said to it".formatted(place), null);
    }
  }

  private FtpException another(String place, Offer offer, KnownServers.Known before) {
    LocalDate since = day(Date.from(before.since()));
    String remedy =
        "somebody may stand between; ask whoever runs it, and if it is its own: 'wharf trust forget"
            + " %s'".formatted(place);
    return new FtpException.Untrusted(
        before.fingerprint() == null
            ? "no authority vouches for %s any more, as one did on %s: %s; its certificate has the SHA-256 fingerprint %s; %s"
                .formatted(place, since, why(offer), offer.fingerprint(), remedy)
            : "%s shows another certificate than before, with the SHA-256 fingerprint %s and not %s, as known since %s: %s"
                .formatted(place, offer.fingerprint(), before.fingerprint(), since, remedy),
        offer.doubt());
  }

  /// @return whether it is believed
  private boolean ask(String place, Offer offer) throws FtpException {
    X509Certificate certificate = offer.chain().getFirst();
    String question =
        Printable.of("%s is not known here, and %s.".formatted(place, why(offer)))
            + "\n"
            + line("SHA-256 fingerprint", offer.fingerprint())
            + line("issued to", certificate.getSubjectX500Principal().getName())
            + line("issued by", certificate.getIssuerX500Principal().getName())
            + line(
                "valid",
                "%s to %s"
                    .formatted(day(certificate.getNotBefore()), day(certificate.getNotAfter())))
            + "Compare the fingerprint with the one that whoever runs the server tells you.\n"
            + "Trust it? yes: from now on; once: this time; no: ";
    for (int i = 0; i < PATIENCE; i++) {
      String said = answer.apply(question);
      if (said == null) {
        if (Thread.currentThread().isInterrupted()) {
          throw new FtpException.Cancelled();
        }
        throw nobodyToAsk(place, offer);
      }
      switch (said.strip().toLowerCase(Locale.ROOT)) {
        case "yes" -> {
          remember(place, offer.fingerprint());
          return true;
        }
        case "once" -> {
          return true;
        }
        case "no" -> {
          return false;
        }
        default -> question = "Please type yes, once or no: ";
      }
    }
    return false;
  }

  private static String line(String name, String value) {
    return Printable.of("  %-20s %s".formatted(name, value)) + "\n";
  }

  private static FtpException nobodyToAsk(String place, Offer offer) {
    return new FtpException.Untrusted(
        ("%s is not known here, and %s; it shows a certificate with the SHA-256 fingerprint %s. If"
                + " whoever runs the server tells you the same, believe it by --pin %3$s, or from"
                + " now on by 'wharf trust add %1$s %3$s'")
            .formatted(place, why(offer), offer.fingerprint()),
        offer.doubt());
  }

  /// Why no authority vouches for it, in words for people.
  private static String why(Offer offer) {
    X509Certificate certificate = offer.chain().getFirst();
    try {
      certificate.checkValidity();
    } catch (CertificateExpiredException e) {
      return "its certificate has expired, on " + day(certificate.getNotAfter());
    } catch (CertificateNotYetValidException e) {
      return "its certificate is valid only from " + day(certificate.getNotBefore());
    }
    if (certificate.getIssuerX500Principal().equals(certificate.getSubjectX500Principal())) {
      return "its certificate is self-signed: no authority vouches for it";
    }
    CertificateException doubt = offer.doubt();
    String said = doubt == null ? "" : String.valueOf(doubt.getMessage());
    return said.startsWith("No ")
        ? "its certificate is for another name than " + offer.host()
        : "no authority that is known here vouches for it";
  }

  private static LocalDate day(Date date) {
    return LocalDate.ofInstant(date.toInstant(), ZoneId.systemDefault());
  }

  /// Whoever can read that file of this user is this user, or stronger.
  private boolean isOwn(String fingerprint) {
    if (!SelfSigned.isIn(state)) {
      return false;
    }
    Path own = state.resolve(SelfSigned.FILE);
    try {
      return TlsIdentity.ofPem(own, own).fingerprint().equals(fingerprint);
    } catch (IOException | RuntimeException e) {
      // Then it is no help.
      return false;
    }
  }

  @Override
  public void inTheClear(String host, int port) throws FtpException {
    String place = KnownServers.place(host, port);
    Optional<KnownServers.Known> before = find(place);
    if (before.isPresent()) {
      throw new FtpException.Untrusted(
          ("%s offers no TLS, and had it on %s: somebody may stand between, and nobody was logged"
                  + " in. If it has given up TLS: 'wharf trust forget %1$s', or --tls off")
              .formatted(place, day(Date.from(before.get().since()))),
          null);
    }
  }

  /// Whom nobody can read is not taken for unknown.
  private Optional<KnownServers.Known> find(String place) throws FtpException {
    try {
      return known.find(place);
    } catch (IOException e) {
      throw new FtpException.LocalDisk("cannot read the known servers: " + Main.reason(e), e);
    }
  }

  /// Who cannot keep it goes on all the same: it was believed, and will be asked for again.
  private void remember(String place, @Nullable String fingerprint) throws FtpException {
    try {
      KnownServers.Known _ = known.add(place, fingerprint);
    } catch (IOException | Failure e) {
      if (Thread.currentThread().isInterrupted()) {
        throw new FtpException.Cancelled();
      }
      note.accept("cannot remember %s: %s".formatted(place, Main.reason(e)));
    }
  }
}
