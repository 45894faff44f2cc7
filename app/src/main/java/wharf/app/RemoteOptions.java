package wharf.app;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import wharf.ftp.client.FtpClient;
import wharf.ftp.client.FtpException;
import wharf.ftp.client.FtpUrl;
import wharf.ftp.client.Login;
import wharf.ftp.client.Progress;
import wharf.ftp.client.Retries;
import wharf.ftp.client.Sessions;
import wharf.ftp.client.Site;
import wharf.ftp.client.Tls;

/// What all verbs that talk to a server have in common.
final class RemoteOptions {
  @Spec(Spec.Target.MIXEE)
  private @Nullable CommandSpec spec;

  @Option(
      names = {"-u", "--user"},
      paramLabel = "NAME",
      description = "Log in as NAME; anonymous if nobody is named, here or in the URL.")
  private @Nullable String user;

  @Option(
      names = "--password-file",
      paramLabel = "FILE",
      description = "Read the password from the first line of FILE; else it is asked for.")
  private @Nullable Path passwordFile;

  @Option(
      names = "--timeout",
      paramLabel = "SECONDS",
      description = "Give up when nothing moves for so long (default: ${DEFAULT-VALUE}).",
      defaultValue = "30")
  private int timeout;

  @Option(
      names = {"-q", "--quiet"},
      description = "No progress and no notes, only problems.")
  private boolean quiet;

  /// Reads a URL from the command line.
  FtpUrl url(String text) {
    try {
      return FtpUrl.parse(text);
    } catch (IllegalArgumentException e) {
      throw usage(String.valueOf(e.getMessage()));
    }
  }

  /// A complaint about the command line.
  ParameterException usage(String message) {
    return new ParameterException(commandSpec().commandLine(), message);
  }

  /// Who is to log in; asks for the password when one is needed and none was given.
  Login login(FtpUrl url, Surroundings around) throws FtpException {
    String name = user != null ? user : url.user();
    if (name == null) {
      return Login.anonymous();
    }
    if (passwordFile != null) {
      Path file = around.folder().resolve(passwordFile);
      try (var lines = Files.lines(file)) {
        return new Login(name, lines.findFirst().orElse(""));
      } catch (IOException | java.io.UncheckedIOException e) {
        throw new FtpException.LocalDisk(
            "cannot read the password from %s: %s".formatted(file, e.getMessage()), e);
      }
    }
    String password = url.password();
    if (password != null && (user == null || user.equals(url.user()))) {
      return new Login(name, password);
    }
    if (name.equals("anonymous") || name.equals("ftp")) {
      return new Login(name, Login.anonymous().password());
    }
    char[] typed = around.password().apply("Password of %s at %s: ".formatted(name, url.host()));
    if (typed == null) {
      throw usage(
          "no password for %s: there is no terminal to ask at; give --password-file FILE"
              .formatted(name));
    }
    return new Login(name, new String(typed));
  }

  FtpClient connect(FtpUrl url, Login login) throws FtpException {
    return FtpClient.connect(
        Site.at(url.host()).port(url.port()).as(login).over(Tls.off()).within(timeout()));
  }

  /// Sessions there; asks for the password when one is needed and none was given.
  Sessions sessions(FtpUrl url, Surroundings around, int most) throws FtpException {
    Login login = login(url, around);
    return Sessions.with(
        () -> connect(url, login),
        most,
        Retries.usual(),
        new Sessions.Listener() {
          @Override
          public void again(FtpException problem, Duration pause, int attempt, int of) {
            if (!quiet) {
              around
                  .err()
                  .println(
                      "wharf: %s; again in %.1f s (%d of %d)"
                          .formatted(
                              problem.getMessage(), pause.toMillis() / 1000.0, attempt, of));
            }
          }
        });
  }

  private Duration timeout() {
    if (timeout < 1 || timeout > 86_400) {
      throw usage("--timeout is 1 to 86400 seconds, not " + timeout);
    }
    return Duration.ofSeconds(timeout);
  }

  boolean quiet() {
    return quiet;
  }

  /// A transfer with its progress on the terminal, if there is one and it is wanted.
  <T> T watched(String name, Surroundings around, Watched<T> transfer) throws FtpException {
    if (quiet || !around.lively()) {
      return transfer.run(Progress.NONE);
    }
    ProgressLine line = new ProgressLine(name, around.err(), around.width(), System::nanoTime);
    try {
      return transfer.run(line);
    } finally {
      line.clear();
    }
  }

  /// What reports its progress.
  interface Watched<T> {
    T run(Progress progress) throws FtpException;
  }

  /// A command that does the same again and continues; without the password.
  String again(String verb, FtpUrl url, List<String> before, List<String> after) {
    List<String> words = new ArrayList<>(List.of("wharf", verb, "--continue"));
    if (user != null) {
      words.addAll(List.of("--user", user));
    }
    if (passwordFile != null) {
      words.addAll(List.of("--password-file", passwordFile.toString()));
    }
    if (timeout != 30) {
      words.addAll(List.of("--timeout", Integer.toString(timeout)));
    }
    words.addAll(before);
    words.add(url.withoutPassword());
    words.addAll(after);
    return Words.join(words);
  }

  private CommandSpec commandSpec() {
    if (spec == null) {
      throw new IllegalStateException("picocli did not set the command");
    }
    return spec;
  }
}
