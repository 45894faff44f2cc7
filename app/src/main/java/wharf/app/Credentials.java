package wharf.app;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ParameterException;
import wharf.ftp.client.FtpException;
import wharf.ftp.client.FtpUrl;
import wharf.ftp.client.Login;

/// As whom to log in, and with which password. The first who says one is heard:
///
/// 1. `--password-stdin` or `--password-file`
/// 2. the URL
/// 3. the password file of the bookmark
/// 4. netrc
/// 5. whoever types at the terminal
///
/// Nobody is asked twice.
final class Credentials {
  private static final int LONGEST = 4096;
  private static final int LONGEST_NETRC = 1 << 20;

  /// Whose password it is.
  private record Account(String host, int port, String user) {}

  private final Surroundings around;
  private final boolean fromInput;
  private final @Nullable Path netrcFile;
  private final boolean noNetrc;
  private final Consumer<String> note;
  private final Function<String, ParameterException> usage;
  private final Map<Account, Login> known = new HashMap<>();
  private @Nullable String input;
  private @Nullable Netrc netrc;
  private boolean openToOthers;

  /// @param fromInput whether the password is the first line of standard input
  /// @param netrcFile null for the usual one, which need not be there
  /// @param note tells the user something
  /// @param usage makes a complaint about the command line
  Credentials(
      Surroundings around,
      boolean fromInput,
      @Nullable Path netrcFile,
      boolean noNetrc,
      Consumer<String> note,
      Function<String, ParameterException> usage) {
    this.around = around;
    this.fromInput = fromInput;
    this.netrcFile = netrcFile;
    this.noNetrc = noNetrc;
    this.note = note;
    this.usage = usage;
  }

  /// Who is to log in there.
  ///
  /// @param named by `--user`
  /// @param fileFirst whether `file` comes before the URL
  /// @param file has the password in its first line
  Login login(FtpUrl url, @Nullable String named, boolean fileFirst, @Nullable Path file)
      throws FtpException {
    String user = named != null ? named : url.user();
    boolean inUrl = url.password() != null && (named == null || named.equals(url.user()));
    if (inUrl && user != null && !fileFirst && !fromInput) {
      return new Login(user, String.valueOf(url.password()));
    }
    boolean given = fromInput || file != null;
    Netrc.Found found = given && user != null ? null : inNetrc(url.host(), user);
    if (user == null) {
      user = found == null ? null : found.user();
    }
    if (user == null) {
      if (fromInput || fileFirst) {
        throw usage.apply("a password needs a user: say --user NAME, or NAME@ in the URL");
      }
      return Login.anonymous();
    }
    Account account = new Account(url.host(), url.port(), user);
    Login login = known.get(account);
    if (login == null) {
      login = new Login(user, password(url, user, file, found));
      Login _ = known.put(account, login);
    }
    return login;
  }

  private String password(FtpUrl url, String user, @Nullable Path file, Netrc.@Nullable Found found)
      throws FtpException {
    if (fromInput) {
      return input();
    }
    if (file != null) {
      return firstLine(around.folder().resolve(file));
    }
    if (found != null && found.password() != null) {
      if (openToOthers) {
        openToOthers = false;
        note.accept(
            "%s has passwords and can be read by others: chmod 600 %1$s".formatted(netrcPath()));
      }
      return found.password();
    }
    if (user.equals("anonymous") || user.equals("ftp")) {
      return Login.anonymous().password();
    }
    char[] typed = around.password().apply("Password of %s at %s: ".formatted(user, url.host()));
    if (typed != null) {
      return new String(typed);
    }
    if (Thread.currentThread().isInterrupted()) {
      throw new FtpException.Cancelled();
    }
    throw usage.apply(
        "no password for %s: there is no terminal to ask at; give --password-file FILE or"
                .formatted(user)
            + " --password-stdin, or have it in ~/.netrc");
  }

  private static String firstLine(Path file) throws FtpException {
    try (BufferedReader lines = Files.newBufferedReader(file)) {
      String line = lines.readLine();
      return line == null ? "" : line;
    } catch (IOException e) {
      throw new FtpException.LocalDisk(
          "cannot read the password from %s: %s".formatted(file, Main.reason(e)), e);
    }
  }

  /// The first line of standard input, and not a byte more: what follows may be a file to send.
  private String input() throws FtpException {
    if (input != null) {
      return input;
    }
    ByteBuffer line = ByteBuffer.allocate(LONGEST);
    ByteBuffer one = ByteBuffer.allocate(1);
    try {
      while (around.in().read(one.clear()) > 0 && one.get(0) != '\n') {
        if (!line.hasRemaining()) {
          throw usage.apply("the first line of standard input is too long for a password");
        }
        line.put(one.get(0));
      }
    } catch (IOException e) {
      throw Thread.currentThread().isInterrupted()
          ? new FtpException.Cancelled()
          : new FtpException.LocalDisk(
              "cannot read the password from standard input: " + e.getMessage(), e);
    }
    String read = StandardCharsets.UTF_8.decode(line.flip()).toString();
    input = read.endsWith("\r") ? read.substring(0, read.length() - 1) : read;
    return input;
  }

  private Path netrcPath() {
    return netrcFile == null ? around.netrc() : around.folder().resolve(netrcFile);
  }

  private Netrc.@Nullable Found inNetrc(String host, @Nullable String user) throws FtpException {
    if (noNetrc) {
      return null;
    }
    if (netrc == null) {
      netrc = readNetrc();
    }
    return netrc.find(host, user);
  }

  private Netrc readNetrc() throws FtpException {
    Path file = netrcPath();
    try {
      if (netrcFile == null && !Files.isRegularFile(file)) {
        return Netrc.parse("");
      }
      if (Files.size(file) > LONGEST_NETRC) {
        throw new IOException("it is longer than 1 MiB");
      }
      openToOthers = isOpenToOthers(file);
      return Netrc.parse(Files.readString(file));
    } catch (IOException | IllegalArgumentException e) {
      throw new FtpException.LocalDisk(
          "cannot read log-ins from %s: %s; --no-netrc does without it"
              .formatted(
                  file,
                  e instanceof NoSuchFileException ? "there is no such file" : Main.reason(e)),
          e);
    }
  }

  private static boolean isOpenToOthers(Path file) throws IOException {
    try {
      Set<PosixFilePermission> may = Files.getPosixFilePermissions(file);
      return may.contains(PosixFilePermission.GROUP_READ)
          || may.contains(PosixFilePermission.OTHERS_READ);
    } catch (UnsupportedOperationException e) {
      // Where there are no such permissions.
      return false;
    }
  }
}
