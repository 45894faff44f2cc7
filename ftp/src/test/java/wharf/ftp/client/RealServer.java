package wharf.ftp.client;

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
import org.junit.jupiter.api.Assumptions;
import org.opentest4j.TestAbortedException;

/// Somebody else's FTP server, serving a folder for writing on a port of 127.0.0.1. A test that
/// starts one which is not installed is skipped.
enum RealServer {
  PYFTPDLIB("python3-pyftpdlib") {
    @Override
    List<String> command(Path home, Path served, int port) throws IOException {
      return List.of(
          python(), "-m", "pyftpdlib", "-i", "127.0.0.1", "-p", "" + port, "-w", "-d", "" + served);
    }
  },

  VSFTPD("vsftpd") {
    @Override
    List<String> command(Path home, Path served, int port) throws IOException {
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
              """
                  // The usual one, ftp, is made by vsftpd's package when it is installed; it is
                  // not.
                  .formatted(port, System.getProperty("user.name"), served));
      return List.of(program("vsftpd"), configuration.toString());
    }

    @Override
    String root(Path served) {
      // Run by who is not root it cannot shut itself in, and serves the whole disk.
      return served.toString();
    }
  },

  PROFTPD("proftpd-core") {
    @Override
    List<String> command(Path home, Path served, int port) throws IOException {
      boolean root = "root".equals(System.getProperty("user.name"));
      String user = root ? "nobody" : System.getProperty("user.name");
      Path configuration =
          Files.writeString(
              home.resolve("conf"),
              """
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
                  .formatted(port, home, user, root ? "nogroup" : user, served));
      return List.of(program("proftpd"), "-n", "-c", configuration.toString());
    }
  },

  PURE_FTPD("pure-ftpd") {
    @Override
    List<String> command(Path home, Path served, int port) throws IOException {
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
      return List.of(
          program("pure-ftpd"),
          "-S",
          "127.0.0.1," + port,
          "-l",
          "puredb:" + home + "/pdb",
          "-H",
          "-E",
          "-g",
          home + "/pid");
    }

    @Override
    Login login() {
      return new Login("anonymous", "wharf");
    }
  };

  private final String debianPackage;

  RealServer(String debianPackage) {
    this.debianPackage = debianPackage;
  }

  abstract List<String> command(Path home, Path served, int port) throws IOException;

  Login login() {
    return Login.anonymous();
  }

  /// Where the served folder is for the client.
  String root(Path served) {
    return "/";
  }

  /// A running server.
  record Running(Process process, int port) implements AutoCloseable {
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

  /// Starts it, serving `served`; what else it needs is written to `home`.
  Running start(Path home, Path served) throws IOException, InterruptedException {
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
    Process process =
        new ProcessBuilder(command(home, served, port))
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    while (process.isAlive() && System.nanoTime() < deadline) {
      try (Socket _ = new Socket(InetAddress.getLoopbackAddress(), port)) {
        return new Running(process, port);
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

  /// A Python that has the library: of several, often only the system's.
  String python() throws IOException {
    for (String candidate : List.of(find("python3").orElse("python3"), "/usr/bin/python3")) {
      if (Files.isExecutable(Path.of(candidate))
          && run("", candidate, "-c", "import pyftpdlib") == 0) {
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
