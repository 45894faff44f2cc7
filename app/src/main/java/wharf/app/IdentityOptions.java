package wharf.app;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import wharf.net.TlsIdentity;

/// Who this program is to clients that come under TLS, as the command line says it.
final class IdentityOptions {
  @Spec(Spec.Target.MIXEE)
  private @Nullable CommandSpec verb;

  @Option(
      names = "--cert",
      paramLabel = "FILE",
      description =
          "What clients are shown: a certificate, and those that vouch for it, as PEM; again, with"
              + " --key, for other hosts that this server is. Without one, a self-signed one is"
              + " made, and kept.")
  private List<Path> certificates = new ArrayList<>();

  @Option(
      names = "--key",
      paramLabel = "FILE",
      description = "With --cert: its private key, as PEM (PKCS#8); may be in the same file.")
  private List<Path> keys = new ArrayList<>();

  /// Who one is.
  ///
  /// @param hosts the first is shown to those who do not say which they mean
  /// @param selfSigned whether it was made here, and is kept
  record Shown(List<TlsIdentity> hosts, boolean selfSigned) {
    /// Why clients will refuse one, if that can be told from here.
    List<String> complaints(Instant now) {
      return hosts.stream().flatMap(one -> complaint(one, now).stream()).toList();
    }

    private static Optional<String> complaint(TlsIdentity one, Instant now) {
      Instant from = one.certificate().getNotBefore().toInstant();
      Instant until = one.certificate().getNotAfter().toInstant();
      return now.isBefore(from) || now.isAfter(until)
          ? Optional.of(
              "the certificate is valid from %s to %s, and not now: clients will refuse it"
                  .formatted(from, until))
          : Optional.empty();
    }
  }

  /// Whether anything was said of it.
  boolean given() {
    return !certificates.isEmpty() || !keys.isEmpty();
  }

  /// @throws ParameterException when there are more of one than of the other
  void check() {
    if (certificates.size() != keys.size()) {
      throw new ParameterException(
          Objects.requireNonNull(verb).commandLine(),
          "a certificate and its key go together: say both --cert and --key");
    }
  }

  /// What was given, or else the one that is kept; made if need be, which takes about half a
  /// second, and is told.
  Shown shown(Main program) throws Failure, IOException, InterruptedException {
    Surroundings around = program.around();
    if (!given()) {
      if (!SelfSigned.isIn(around.state())) {
        program.note("making a certificate for TLS, once");
      }
      return new Shown(List.of(SelfSigned.in(around.state())), true);
    }
    return new Shown(given(around.folder()), false);
  }

  /// What the files hold that were given; only when they were.
  List<TlsIdentity> given(Path here) throws IOException {
    List<TlsIdentity> hosts = new ArrayList<>();
    for (int i = 0; i < certificates.size(); i++) {
      hosts.add(TlsIdentity.ofPem(here.resolve(certificates.get(i)), here.resolve(keys.get(i))));
    }
    return hosts;
  }

  /// The files that were given; none if there are none.
  List<Path> files(Path here) {
    return Stream.concat(certificates.stream(), keys.stream()).map(here::resolve).toList();
  }
}
