package wharf.app.interop;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.Closeable;
import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.params.provider.Arguments;
import org.opentest4j.TestAbortedException;
import wharf.ftp.client.Login;
import wharf.ftp.client.Tls;
import wharf.ftp.client.Trust;
import wharf.ftp.server.FtpService;
import wharf.server.ServerModel;
import wharf.server.TlsSettings;

/// An FTP server, most of them somebody else's, that serves a folder for writing at a port of
/// 127.0.0.1; in the clear or under TLS, which it then demands, and for data connections that they
/// resume the session of the control connection, if it can demand that. A test that starts one
/// which is not installed is skipped.
enum RealServer {
  /// Does not ask for resumed sessions.
  PYFTPDLIB("python3-pyftpdlib") {
    @Override
    List<String> command(Path home, Path served, int port, Security security) throws IOException {
      if (!security.isTls()) {
        return List.of(
            python("pyftpdlib"),
            "-m",
            "pyftpdlib",
            "-i",
            "127.0.0.1",
            "-p",
            "" + port,
            "-w",
            "-d",
            "" + served);
      }
      Path script =
          Files.writeString(
              home.resolve("serve.py"),
              """
              import sys
              from pyftpdlib.authorizers import DummyAuthorizer
              from pyftpdlib.handlers import TLS_FTPHandler
              from pyftpdlib.servers import FTPServer
              authorizer = DummyAuthorizer()
              authorizer.add_anonymous(sys.argv[2], perm="elradfmwMT")
              handler = TLS_FTPHandler
              handler.authorizer = authorizer
              handler.certfile = sys.argv[3]
              handler.tls_control_required = True
              handler.tls_data_required = True
              FTPServer(("127.0.0.1", int(sys.argv[1])), handler).serve_forever()
              """);
      return List.of(
          python("pyftpdlib, OpenSSL"), "" + script, "" + port, "" + served, "" + secret(home));
    }
  },

  VSFTPD("vsftpd") {
    @Override
    List<String> command(Path home, Path served, int port, Security security) throws IOException {
      Path configuration =
          Files.writeString(
              home.resolve("conf"),
              """
              listen=YES
              listen_address=127.0.0.1
              listen_port=%d
              background=NO
              run_as_launching_user=YES
              ftp_username=%s
              anonymous_enable=YES
              no_anon_password=YES
              anon_root=%s
              write_enable=YES
              anon_upload_enable=YES
              anon_mkdir_write_enable=YES
              anon_other_write_enable=YES
              anon_world_readable_only=NO
              anon_umask=022
              allow_writeable_chroot=YES
              seccomp_sandbox=NO
              xferlog_enable=NO
              %s
              """
                  // The usual one, ftp, is made by vsftpd's package when it is installed; it is
                  // not.
                  .formatted(
                      port,
                      System.getProperty("user.name"),
                      served,
                      security.isTls() ? tls(secret(home), security.isImplicit()) : ""));
      return List.of(program("vsftpd"), configuration.toString());
    }

    private static String tls(Path secret, boolean implicit) {
      return """
      ssl_enable=YES
      allow_anon_ssl=YES
      force_anon_logins_ssl=YES
      force_anon_data_ssl=YES
      require_ssl_reuse=YES
      implicit_ssl=%2$s
      strict_ssl_read_eof=YES
      ssl_ciphers=HIGH
      rsa_cert_file=%1$s
      """
          .formatted(secret, implicit ? "YES" : "NO");
    }

    @Override
    List<String> versions() {
      return List.of("1.2", "1.3");
    }

    @Override
    String root(Path served) {
      // Run by who is not root it cannot shut itself in, and serves the whole disk.
      return served.toString();
    }
  },

  PROFTPD("proftpd-core") {
    @Override
    List<String> command(Path home, Path served, int port, Security security) throws IOException {
      boolean root = "root".equals(System.getProperty("user.name"));
      String user = root ? "nobody" : System.getProperty("user.name");
      Path configuration =
          Files.writeString(
              home.resolve("conf"),
              """
              %6$s
              ServerType standalone
              Port %1$d
              DefaultAddress 127.0.0.1
              SocketBindTight on
              UseReverseDNS off
              AuthPAM off
              UseFtpUsers off
              PidFile %2$s/pid
              ScoreboardFile none
              DelayEngine off
              WtmpLog off
              TransferLog none
              SystemLog none
              User %3$s
              Group %4$s
              <Anonymous %5$s>
                User %3$s
                Group %4$s
                UserAlias anonymous %3$s
                AnonRequirePassword off
                RequireValidShell off
                AllowOverwrite on
                AllowStoreRestart on
              </Anonymous>
              """
                  .formatted(
                      port,
                      home,
                      user,
                      root ? "nogroup" : user,
                      served,
                      security.isTls() ? tls(home, security) : ""));
      return List.of(program("proftpd"), "-n", "-c", configuration.toString());
    }

    // That sessions are resumed it demands unless told otherwise.
    private String tls(Path home, Security security) throws IOException {
      String version = security.version();
      Path modules = Path.of(program("proftpd")).resolve("../../lib/proftpd").normalize();
      if (!Files.exists(modules.resolve("mod_tls.so"))) {
        throw new TestAbortedException("not installed: Debian package proftpd-mod-crypto");
      }
      return """
      ModulePath %1$s
      LoadModule mod_tls.c
      TLSEngine on
      TLSRequired on
      TLSProtocol %2$s
      TLSLog %3$s/tls.log
      TLSECCertificateFile %4$s
      TLSECCertificateKeyFile %4$s
      %5$s
      """
          .formatted(
              modules,
              version.isEmpty() ? "TLSv1.2 TLSv1.3" : "TLSv" + version,
              home,
              secret(home),
              security.isImplicit() ? "TLSOptions UseImplicitSSL" : "");
    }

    @Override
    List<String> versions() {
      // Of TLS 1.3 it gives no ticket with an upload: see RealServersTest.
      return List.of("1.2");
    }
  },

  PURE_FTPD("pure-ftpd") {
    @Override
    List<String> command(Path home, Path served, int port, Security security) throws IOException {
      Assumptions.assumeTrue(
          "root".equals(System.getProperty("user.name")), "pure-ftpd must be started by root");
      Path users = home.resolve("users");
      String tool = program("pure-pw");
      run(
          "wharf\nwharf\n",
          tool,
          "useradd",
          "anonymous",
          "-f",
          "" + users,
          "-u",
          "65534",
          "-g",
          "65534",
          "-d",
          "" + served);
      run("", tool, "mkdb", home + "/pdb", "-f", "" + users);
      List<String> words =
          new ArrayList<>(
              List.of(
                  program("pure-ftpd"),
                  "-S",
                  "127.0.0.1," + port,
                  "-l",
                  "puredb:" + home + "/pdb",
                  "-H",
                  "-E",
                  "-g",
                  home + "/pid"));
      if (security.isTls()) {
        // For both connections; sessions need not be resumed.
        words.addAll(List.of("-Y", "3", "-2", "" + secret(home)));
      }
      return words;
    }

    @Override
    Login login() {
      return new Login("anonymous", "wharf");
    }
  },

  /// In this process. Does not ask for resumed sessions.
  APACHE("none") {
    @Override
    Running start(Path home, Path served, Security security) throws IOException {
      return Apache.start(served, security);
    }

    @Override
    Login login() {
      return new Login(Site.USER, Site.PASSWORD);
    }
  },

  /// In this process, and as strict as it can be.
  WHARF("none") {
    @Override
    Running start(Path home, Path served, Security security) throws IOException {
      Harbour harbour =
          Harbour.open(
              home,
              ServerModel.all().getFirst(),
              security.isTls() ? FtpService.Tls.REQUIRED : FtpService.Tls.OFF,
              TlsSettings.Binding.REQUIRE);
      assertThat(harbour.root).isEqualTo(served);
      return new Running(harbour.site().at().getPort(), harbour::close);
    }

    @Override
    Login login() {
      return new Login(Site.USER, Site.PASSWORD);
    }
  };

  private final String debianPackage;

  /// @param debianPackage where it is from
  RealServer(String debianPackage) {
    this.debianPackage = debianPackage;
  }

  List<String> command(Path home, Path served, int port, Security security) throws IOException {
    throw new IllegalStateException("it is no process of its own");
  }

  /// Every server in the clear, and under each version of TLS that it can be held to.
  static Stream<Arguments> serversAndWays() {
    return Stream.of(values())
        .flatMap(
            server ->
                Stream.concat(
                        Stream.of(Security.PLAIN),
                        server.versions().stream().map(Security::explicit))
                    .map(security -> Arguments.of(server, security)));
  }

  /// How a client gets to it that believes it.
  wharf.ftp.client.Site site(Running running, Security security) {
    Trust trust = Trust.pinned(Certificate.only().identity().fingerprint());
    Tls.Mode mode =
        security.isImplicit()
            ? Tls.Mode.IMPLICIT
            : security.isTls() ? Tls.Mode.REQUIRE : Tls.Mode.OFF;
    return wharf.ftp.client.Site.at("127.0.0.1")
        .port(running.port())
        .as(login())
        .over(new Tls(mode, trust));
  }

  /// The versions of TLS that it can be held to.
  List<String> versions() {
    return List.of("1.3");
  }

  Login login() {
    return Login.anonymous();
  }

  /// Where the served folder is for the client.
  String root(Path served) {
    return "/";
  }

  /// A running server.
  record Running(int port, Closeable server) implements Closeable {
    @Override
    public void close() throws IOException {
      server.close();
    }
  }

  /// A server's process.
  private record OfProcess(Process process) implements Closeable {
    @Override
    public void close() {
      process.descendants().forEach(ProcessHandle::destroy);
      process.destroy();
      try {
        process.onExit().get(10, TimeUnit.SECONDS);
      } catch (ExecutionException | TimeoutException _) {
        process.destroyForcibly();
      } catch (InterruptedException _) {
        process.destroyForcibly();
        Thread.currentThread().interrupt();
      }
    }
  }

  /// Starts it, serving `served`, which is the folder `root` in `home`; what else it needs is
  /// written there, too.
  Running start(Path home, Path served, Security security)
      throws IOException, InterruptedException {
    // Root's servers drop to a user who is nobody.
    for (Path folder : List.of(home, home.resolve(".."))) {
      Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
    }
    Files.setPosixFilePermissions(served, PosixFilePermissions.fromString("rwxrwxrwx"));
    int port;
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = free.getLocalPort();
    }
    Path log = home.resolve("log");
    ProcessBuilder builder = new ProcessBuilder(command(home, served, port, security));
    if (!security.version().isEmpty()) {
      holdOpenSslTo(security.version(), home, builder);
    }
    Process process = builder.redirectErrorStream(true).redirectOutput(log.toFile()).start();
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    while (process.isAlive() && System.nanoTime() < deadline) {
      try (Socket _ = new Socket(InetAddress.getLoopbackAddress(), port)) {
        return new Running(port, new OfProcess(process));
      } catch (IOException _) {
        // A process that starts cannot be waited for but by trying.
        Thread.sleep(20);
      }
    }
    process.destroy();
    throw new TestAbortedException(
        "%s cannot be run here: %s".formatted(debianPackage, Files.readString(log).strip()));
  }

  String program(String name) {
    return find(name)
        .orElseThrow(
            () -> new TestAbortedException("not installed: Debian package " + debianPackage));
  }

  private static Optional<String> find(String name) {
    List<String> folders =
        new ArrayList<>(
            List.of(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator, -1)));
    folders.add("/usr/sbin");
    return folders.stream()
        .filter(folder -> !folder.isEmpty())
        .map(folder -> Path.of(folder, name))
        .filter(Files::isExecutable)
        .map(Path::toString)
        .findFirst();
  }

  /// The certificate and its key in one file that only its owner can read.
  private static Path secret(Path home) throws IOException {
    Path copy = Files.copy(Certificate.only().whole(), home.resolve("secret.pem"));
    return Files.setPosixFilePermissions(copy, PosixFilePermissions.fromString("rw-------"));
  }

  /// For those who have no setting of their own for it.
  private static void holdOpenSslTo(String version, Path home, ProcessBuilder server)
      throws IOException {
    Path configuration =
        Files.writeString(
            home.resolve("openssl.cnf"),
            """
            openssl_conf = all
            [all]
            ssl_conf = ssl
            [ssl]
            system_default = version
            [version]
            MinProtocol = TLSv%1$s
            MaxProtocol = TLSv%1$s
            """
                .formatted(version));
    server.environment().put("OPENSSL_CONF", configuration.toString());
  }

  /// A Python that has the libraries: of several, often only the system's.
  String python(String libraries) throws IOException {
    for (String candidate : List.of(find("python3").orElse("python3"), "/usr/bin/python3")) {
      if (Files.isExecutable(Path.of(candidate))
          && run("", candidate, "-c", "import " + libraries) == 0) {
        return candidate;
      }
    }
    throw new TestAbortedException("not installed: Debian package " + debianPackage);
  }

  static int run(String input, String... command) throws IOException {
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    Process process = builder.redirectOutput(ProcessBuilder.Redirect.DISCARD).start();
    try (var out = process.outputWriter()) {
      out.write(input);
    } catch (IOException _) {
      // It did not want all of it.
    }
    try {
      return process.waitFor();
    } catch (InterruptedException e) {
      throw new IOException(e);
    }
  }
}
