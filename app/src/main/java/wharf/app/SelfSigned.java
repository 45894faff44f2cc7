package wharf.app;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import wharf.net.TlsIdentity;

/// The identity of a server that was given none: a key, and a certificate that vouches for itself.
/// It is made once, and kept in the state folder for its owner alone, so that a client that trusts
/// it today does so tomorrow.
///
/// The JDK has no public way to make a certificate but its own `keytool`, which is run as a process
/// of its own; that takes about half a second, once.
final class SelfSigned {
  /// Its file, with the key in the clear: whoever may read it is the server.
  static final String FILE = "self-signed.pem";

  /// Ten years, in days: nobody is there to renew it.
  private static final int VALID = 3652;

  private static final int PATIENCE_SECONDS = 60;
  private static final String PASSWORD = "WHARF_STORE_PASSWORD";

  private SelfSigned() {}

  /// The one kept in `state`, made if there is none. Two that start at once get the same.
  ///
  /// @param state the folder; made, for its owner alone, if it is not there
  static TlsIdentity in(Path state) throws Failure, IOException, InterruptedException {
    Path file = state.resolve(FILE);
    if (!isIn(state)) {
      if (!state.isAbsolute()) {
        throw cannot(
            ExitCode.LOCAL_DISK,
            "you have no home folder to keep it in; XDG_STATE_HOME may name one",
            null);
      }
      try {
        Files.createDirectories(state, attribute("rwx------"));
        make(state, file);
      } catch (IOException e) {
        String why =
            e instanceof FileAlreadyExistsException taken
                ? taken.getFile() + " is no folder"
                : Main.reason(e);
        throw cannot(ExitCode.LOCAL_DISK, why, e);
      }
    }
    return TlsIdentity.ofPem(file, file);
  }

  /// Whether it is there already.
  static boolean isIn(Path state) {
    return Files.exists(state.resolve(FILE));
  }

  private static void make(Path state, Path file)
      throws Failure, IOException, InterruptedException {
    Path work = Files.createTempDirectory(state, ".making", attribute("rwx------"));
    Path store = work.resolve("store");
    Path made = work.resolve(FILE);
    try {
      write(made, generated(store).pem());
      publish(made, file);
    } finally {
      Files.deleteIfExists(store);
      Files.deleteIfExists(made);
      Files.deleteIfExists(work);
    }
  }

  private static TlsIdentity generated(Path store)
      throws Failure, IOException, InterruptedException {
    byte[] random = new byte[16];
    new SecureRandom().nextBytes(random);
    String password = HexFormat.of().formatHex(random);
    String host = hostName();
    ProcessBuilder keytool =
        new ProcessBuilder(
            ThisProgram.tool("keytool"),
            "-J-Duser.language=en",
            // It runs for half a second: nothing that is compiled with care would pay.
            "-J-XX:+IgnoreUnrecognizedVMOptions",
            "-J-XX:TieredStopAtLevel=1",
            "-genkeypair",
            "-alias",
            "wharf",
            "-keyalg",
            "EC",
            "-groupname",
            "secp256r1",
            "-sigalg",
            "SHA256withECDSA",
            "-dname",
            "CN=" + host,
            "-ext",
            "SAN=" + names(host),
            "-ext",
            "EKU=serverAuth",
            // A client whose clock is slow takes it, too.
            "-startdate",
            "-1d",
            "-validity",
            Integer.toString(VALID),
            "-storetype",
            "PKCS12",
            "-keystore",
            store.toString(),
            // A command line could be read by everybody here.
            "-storepass:env",
            PASSWORD);
    keytool.environment().put(PASSWORD, password);
    run(keytool);
    return TlsIdentity.ofPkcs12(store, password.toCharArray());
  }

  private static String names(String host) {
    String here = "DNS:localhost,IP:127.0.0.1,IP:0:0:0:0:0:0:0:1";
    return host.equals("localhost") ? here : "DNS:" + host + "," + here;
  }

  /// The name of this machine, if it is one that a certificate can be for.
  private static String hostName() {
    try {
      String name = InetAddress.getLocalHost().getHostName();
      return name.matches("[A-Za-z][A-Za-z0-9-]{0,62}(\\.[A-Za-z0-9-]{1,63})*")
              && name.length() <= 64
          ? name
          : "localhost";
    } catch (UnknownHostException e) {
      return "localhost";
    }
  }

  private static void run(ProcessBuilder keytool)
      throws Failure, IOException, InterruptedException {
    Process process;
    try {
      process = keytool.redirectErrorStream(true).start();
    } catch (IOException e) {
      throw cannot(ExitCode.FAILED, e.getMessage() == null ? "no keytool" : e.getMessage(), e);
    }
    try {
      process.getOutputStream().close();
      if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        throw cannot(
            ExitCode.FAILED, "keytool did not end within " + PATIENCE_SECONDS + " s", null);
      }
      if (process.exitValue() != 0) {
        String said = new String(process.getInputStream().readAllBytes(), UTF_8).strip();
        throw cannot(ExitCode.FAILED, "keytool said: " + said, null);
      }
    } finally {
      process.destroyForcibly();
    }
  }

  private static Failure cannot(ExitCode code, String why, @Nullable IOException cause) {
    return new Failure(
        code,
        "no self-signed certificate could be made (%s); give one with --cert and --key"
            .formatted(why),
        cause);
  }

  private static void write(Path file, String text) throws IOException {
    try (FileChannel channel =
        FileChannel.open(
            file,
            Set.of(StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW),
            attribute("rw-------"))) {
      ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(US_ASCII));
      while (bytes.hasRemaining()) {
        int _ = channel.write(bytes);
      }
      // Its name is not to appear before it.
      channel.force(true);
    }
  }

  /// The first who comes wins: its certificate is everybody's.
  private static void publish(Path made, Path file) throws IOException {
    try {
      Path _ = Files.createLink(file, made);
    } catch (UnsupportedOperationException e) {
      // A disk without links: here two at once could see each other's.
      try {
        Path _ = Files.move(made, file);
      } catch (FileAlreadyExistsException another) {
        // Then that is the one.
      }
    } catch (FileAlreadyExistsException another) {
      // Then that is the one.
    }
  }

  private static FileAttribute<Set<PosixFilePermission>> attribute(String permissions) {
    return PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions));
  }

  /// What people compare: of the certificate, not of the key in it.
  static List<String> told(TlsIdentity identity, Path state) {
    return List.of(
        "the certificate is self-signed, and kept in " + state.resolve(FILE),
        "its SHA-256 fingerprint is " + identity.fingerprint());
  }
}
