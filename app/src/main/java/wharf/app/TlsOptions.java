package wharf.app;

import java.io.IOException;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.function.Supplier;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import wharf.ftp.server.FtpService;
import wharf.net.TlsIdentity;
import wharf.server.TlsSettings;
import wharf.server.TlsSettings.Binding;
import wharf.server.TlsSettings.Clients;

/// Whether and how a server speaks TLS, as the command line says it; and how its worker processes
/// are told what came of it.
final class TlsOptions {
  /// What a worker finds in its environment: how the connections to its socket are.
  private static final String WORKER = "WHARF_WORKER_TLS";

  @Spec(Spec.Target.MIXEE)
  private @Nullable CommandSpec verb;

  @Option(
      names = "--tls",
      paramLabel = "WHEN",
      description =
          "Whether clients go under TLS: off (there is none), allow (those that ask for it,"
              + " default), require (all have to).")
  private @Nullable Mode mode;

  @Option(
      names = "--ftps-port",
      paramLabel = "PORT",
      description =
          "Listen at this port, too, for clients that begin with TLS (implicit FTPS, usually 990);"
              + " 0 picks a free one.")
  private @Nullable Integer ftpsPort;

  @Mixin private IdentityOptions identity = new IdentityOptions();

  @Option(
      names = "--tls-data",
      paramLabel = "WHEN",
      description =
          "Whether data connections have to go on with the TLS session of their control connection:"
              + " auto (those of clients that can, default), require, off.")
  private @Nullable Binding binding;

  @Option(
      names = "--client-certs",
      paramLabel = "WHEN",
      description =
          "Whether clients show a certificate: off (they are not asked, default), optional (one"
              + " that is shown has to be good), required. The account of its common name needs no"
              + " password.")
  private @Nullable Shown clients;

  @Option(
      names = "--client-ca",
      paramLabel = "FILE",
      description = "With --client-certs: who has to have vouched for them, as PEM.")
  private @Nullable Path authorities;

  /// What `--tls` may be.
  enum Mode {
    OFF,
    ALLOW,
    REQUIRE
  }

  /// What `--client-certs` may be.
  enum Shown {
    OFF,
    OPTIONAL,
    REQUIRED
  }

  /// How connections to a worker's socket are.
  private enum Workers {
    PLAIN,
    /// Under TLS if the client asks for it.
    EXPLICIT,
    /// Under TLS from the first byte.
    IMPLICIT
  }

  /// What came of the options.
  ///
  /// @param shown who the server is to its clients
  record Ready(FtpService.Tls when, TlsSettings settings, IdentityOptions.Shown shown) {}

  /// @param given whether the socket to be served was opened by another program
  /// @throws ParameterException when the options do not agree
  void check(boolean given) {
    identity.check();
    if (ftpsPort != null) {
      refuse(ftpsPort < 0 || ftpsPort > 65_535, "--ftps-port is 0 to 65535, not " + ftpsPort);
      refuse(given, "--ftps-port opens a port, and the socket to be served is there already");
    }
    refuse(
        mode == Mode.OFF && explicit(),
        "--tls off leaves no use for --ftps-port, --cert, --key, --tls-data and --client-certs");
    refuse(
        (authorities != null) != (clients != null && clients != Shown.OFF),
        "--client-certs optional or required, and --client-ca FILE, go together");
  }

  /// Whether something was said that there has to be TLS for.
  private boolean explicit() {
    return ftpsPort != null
        || identity.given()
        || binding != null
        || (clients != null && clients != Shown.OFF)
        || authorities != null;
  }

  /// The port for those that begin with TLS, if there is to be one.
  OptionalInt ftpsPort() {
    return ftpsPort == null ? OptionalInt.empty() : OptionalInt.of(ftpsPort);
  }

  /// The TLS of this process; null if there is none. Where nobody has said a word about it, and
  /// there can be none, that is told, and not a failure.
  ///
  /// May take about half a second, once: [SelfSigned].
  @Nullable Ready ready(Main program) throws Failure, IOException, InterruptedException {
    if (mode == Mode.OFF) {
      return null;
    }
    try {
      IdentityOptions.Shown shown = identity.shown(program);
      List<X509Certificate> trusted = authorities(program);
      SSLContext context = TlsIdentity.serverContext(shown.hosts(), trusted);
      Path here = program.around().folder();
      List<Path> files = identity.files(here);
      Supplier<SSLContext> latest =
          files.isEmpty()
              ? () -> context
              : new Renewed(
                  context,
                  files,
                  () -> TlsIdentity.serverContext(identity.given(here), trusted),
                  System::nanoTime,
                  System.getLogger("wharf.server"));
      return new Ready(
          mode == Mode.REQUIRE ? FtpService.Tls.REQUIRED : FtpService.Tls.ALLOWED,
          settings(latest),
          shown);
    } catch (Failure | IOException e) {
      if (mode == null && !explicit()) {
        program.note("there is no TLS: " + Main.reason(e));
        return null;
      }
      throw e;
    }
  }

  /// Sees to it that the files can be used that were named.
  void checkFiles(Main program) throws IOException {
    if (mode != Mode.OFF) {
      List<TlsIdentity> _ = identity.given(program.around().folder());
      List<X509Certificate> _ = authorities(program);
    }
  }

  private List<X509Certificate> authorities(Main program) throws IOException {
    return authorities == null
        ? List.of()
        : TlsIdentity.certificates(program.around().folder().resolve(authorities));
  }

  private TlsSettings settings(Supplier<SSLContext> context) {
    TlsSettings usual = TlsSettings.of(context);
    Clients asked =
        switch (clients == null ? Shown.OFF : clients) {
          case OFF -> Clients.UNASKED;
          case OPTIONAL -> Clients.ASKED;
          case REQUIRED -> Clients.REQUIRED;
        };
    return new TlsSettings(
        usual.context(), binding == null ? usual.binding() : binding, asked, usual.handshake());
  }

  /// Tells a worker that is to be started.
  ///
  /// @param secure whether connections to its socket are under TLS from their first byte
  static void tell(Map<String, String> environment, @Nullable Ready ready, boolean secure) {
    Workers how = ready == null ? Workers.PLAIN : secure ? Workers.IMPLICIT : Workers.EXPLICIT;
    environment.put(WORKER, how.name());
  }

  /// Whether the server that has started this worker has TLS.
  static boolean hasTls(Map<String, String> environment) {
    return !Workers.PLAIN.name().equals(environment.get(WORKER));
  }

  /// Whether connections to this worker's socket are under TLS from their first byte.
  static boolean isSecure(Map<String, String> environment) {
    return Workers.IMPLICIT.name().equals(environment.get(WORKER));
  }

  private void refuse(boolean wrong, String why) {
    if (wrong) {
      throw new ParameterException(Objects.requireNonNull(verb).commandLine(), why);
    }
  }
}
