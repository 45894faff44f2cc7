package wharf.app;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
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
          "What clients are shown: a certificate, and those that vouch for it, as PEM. Without one,"
              + " a self-signed one is made, and kept.")
  private @Nullable Path certificate;

  @Option(
      names = "--key",
      paramLabel = "FILE",
      description = "With --cert: its private key, as PEM (PKCS#8); may be in the same file.")
  private @Nullable Path key;

  /// Who one is.
  ///
  /// @param selfSigned whether it was made here, and is kept
  record Shown(TlsIdentity identity, boolean selfSigned) {
    /// Why clients will refuse it, if that can be told from here.
    Optional<String> complaint(Instant now) {
      Instant from = identity.certificate().getNotBefore().toInstant();
      Instant until = identity.certificate().getNotAfter().toInstant();
      return now.isBefore(from) || now.isAfter(until)
          ? Optional.of(
              "the certificate is valid from %s to %s, and not now: clients will refuse it"
                  .formatted(from, until))
          : Optional.empty();
    }
  }

  /// Whether anything was said of it.
  boolean given() {
    return certificate != null || key != null;
  }

  /// @throws ParameterException when only one of both was given
  void check() {
    if ((certificate == null) != (key == null)) {
      throw new ParameterException(
          Objects.requireNonNull(verb).commandLine(),
          "a certificate and its key go together: say both --cert and --key");
    }
  }

  /// What was given, or else the one that is kept; made if need be, which takes about half a
  /// second, and is told.
  Shown shown(Main program) throws Failure, IOException, InterruptedException {
    Surroundings around = program.around();
    if (certificate == null || key == null) {
      if (!SelfSigned.isIn(around.state())) {
        program.note("making a certificate for TLS, once");
      }
      return new Shown(SelfSigned.in(around.state()), true);
    }
    return new Shown(given(around.folder()), false);
  }

  /// What the files hold that were given; only when they were.
  TlsIdentity given(Path here) throws IOException {
    List<Path> files = files(here);
    return TlsIdentity.ofPem(files.getFirst(), files.getLast());
  }

  /// The files that were given, the certificate's first; none if there are none.
  List<Path> files(Path here) {
    return certificate == null || key == null
        ? List.of()
        : List.of(here.resolve(certificate), here.resolve(key));
  }
}
