package wharf.app;

import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// What the program has from where it runs. Tests make their own.
///
/// @param in standard input
/// @param bytes standard output, for file content
/// @param out standard output, for text
/// @param err standard error: progress, notes and problems
/// @param askable whether somebody at a terminal types the input
/// @param lively whether `err` is a terminal on which a line can be drawn over
/// @param size of the terminal
/// @param password asks for a password on the terminal; null when there is nobody to ask
/// @param answer asks for a line on the terminal; null when there is nobody to ask
/// @param folder what relative local paths count from
/// @param state where the program keeps what it is to find again; need not be there yet
/// @param config where the user keeps what they want of the program; need not be there
/// @param netrc where the user keeps log-ins for clients of FTP; need not be there
record Surroundings(
    ReadableByteChannel in,
    WritableByteChannel bytes,
    PrintStream out,
    PrintStream err,
    boolean askable,
    boolean lively,
    Supplier<ScreenSize> size,
    Function<String, char @Nullable []> password,
    Function<String, @Nullable String> answer,
    Path folder,
    Path state,
    Path config,
    Path netrc) {

  /// Those of the process.
  static Surroundings ofProcess() {
    FileOutputStream out = new FileOutputStream(FileDescriptor.out);
    FileOutputStream err = new FileOutputStream(FileDescriptor.err);
    boolean dumb = "dumb".equals(System.getenv("TERM"));
    return new Surroundings(
        // Its channel, unlike the stream, gives up a read when the thread is interrupted.
        new FileInputStream(FileDescriptor.in).getChannel(),
        out.getChannel(),
        // UTF-8 whatever the locale: the names in a listing are data.
        new PrintStream(new java.io.BufferedOutputStream(out), false, StandardCharsets.UTF_8),
        new PrintStream(new java.io.BufferedOutputStream(err), true, StandardCharsets.UTF_8),
        Terminal.is(0),
        Terminal.is(2) && !dumb,
        ScreenSize::ofProcess,
        prompt -> Terminal.ask(prompt, false),
        prompt -> {
          char[] typed = Terminal.ask(prompt, true);
          return typed == null ? null : new String(typed);
        },
        Path.of(""),
        own("XDG_STATE_HOME", ".local/state"),
        own("XDG_CONFIG_HOME", ".config"),
        netrcFile());
  }

  /// The same with another standard output.
  Surroundings writing(PrintStream text, WritableByteChannel content) {
    return new Surroundings(
        in, content, text, err, askable, lively, size, password, answer, folder, state, config,
        netrc);
  }

  /// The same with another standard error.
  Surroundings reporting(PrintStream other) {
    return new Surroundings(
        in, bytes, out, other, askable, lively, size, password, answer, folder, state, config,
        netrc);
  }

  /// The same, with what is to be done before somebody is asked, and afterwards.
  Surroundings asking(Runnable before, Runnable after) {
    return new Surroundings(
        in,
        bytes,
        out,
        err,
        askable,
        lively,
        size,
        prompt -> between(before, () -> password.apply(prompt), after),
        prompt -> between(before, () -> answer.apply(prompt), after),
        folder,
        state,
        config,
        netrc);
  }

  private static <T extends @Nullable Object> T between(
      Runnable before, Supplier<T> question, Runnable after) {
    before.run();
    try {
      return question.get();
    } finally {
      after.run();
    }
  }

  /// The same for commands that nobody types, and whose progress nobody watches.
  Surroundings inScript() {
    return new Surroundings(
        in, bytes, out, err, false, false, size, password, answer, folder, state, config, netrc);
  }

  /// The same on a terminal that is known by now.
  Surroundings on(Supplier<ScreenSize> screen) {
    return new Surroundings(
        in, bytes, out, err, askable, lively, screen, password, answer, folder, state, config,
        netrc);
  }

  /// The same where nobody is: all that is said goes to `said`, and nobody can be asked.
  Surroundings unattended(PrintStream said) {
    return new Surroundings(
        in,
        java.nio.channels.Channels.newChannel(said),
        said,
        said,
        false,
        true,
        () -> ScreenSize.USUAL,
        _ -> null,
        _ -> null,
        folder,
        state,
        config,
        netrc);
  }

  private static Path own(String variable, String usual) {
    return base(variable, usual).resolve("wharf");
  }

  /// Where the user of the process keeps what programs share: completions, manuals.
  static Path data() {
    return base("XDG_DATA_HOME", ".local/share");
  }

  /// As the XDG Base Directory Specification has it.
  private static Path base(String variable, String usual) {
    String given = System.getenv(variable);
    return given != null && Path.of(given).isAbsolute() ? Path.of(given) : home().resolve(usual);
  }

  private static Path netrcFile() {
    String given = System.getenv("NETRC");
    return given != null && !given.isEmpty() ? Path.of(given) : home().resolve(".netrc");
  }

  private static Path home() {
    return Path.of(System.getProperty("user.home", ""));
  }
}
