package wharf.app;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Pattern;
import org.jline.keymap.KeyMap;
import org.jline.reader.Binding;
import org.jline.reader.EndOfFileException;
import org.jline.reader.LineReader;
import org.jline.reader.LineReaderBuilder;
import org.jline.reader.Reference;
import org.jline.reader.UserInterruptException;
import org.jline.reader.Widget;
import org.jline.reader.impl.history.DefaultHistory;
import org.jline.terminal.Attributes;
import org.jline.terminal.Terminal;
import org.jline.terminal.TerminalBuilder;
import wharf.ftp.client.FtpException;
import wharf.ftp.client.Printable;

/// The shell at a terminal: line editing, history, completion, and what Ctrl-C does.
///
/// ```
///            a line                      it has ended
///  prompt ------------> command runs ------------------> prompt
///   |  ^                     | Ctrl-C: it is told to stop
///   +--+                     | Ctrl-C again: it is left to itself, with its connection,
///   Ctrl-C: a new line       +-------------------------> prompt
/// ```
final class Prompt implements AutoCloseable {
  /// Commands that lend the terminal to other programs.
  private static final Pattern LENDING = Pattern.compile("\\s*(!.*|(edit|less)(\\s.*)?)");

  /// What anybody may want to find again.
  private static final int HISTORY = 5000;

  private final Surroundings around;
  private final CompletableFuture<Terminal> terminal;

  private Prompt(Surroundings around, CompletableFuture<Terminal> terminal) {
    this.around = around;
    this.terminal = terminal;
  }

  /// Begins to get the terminal ready, which takes its time, while others connect.
  static Prompt begin(Surroundings around) {
    return new Prompt(
        around,
        CompletableFuture.supplyAsync(
            Prompt::terminal, task -> Thread.ofPlatform().name("terminal").daemon().start(task)));
  }

  private static Terminal terminal() {
    try {
      return TerminalBuilder.builder()
          .system(true)
          // It asks the terminal what it can, and waits for one that is mute.
          .graphemeCluster(false)
          .encoding(StandardCharsets.UTF_8)
          .dumb(true)
          .build();
    } catch (IOException e) {
      throw new CompletionException(e);
    }
  }

  /// Reads lines and runs them until the user leaves.
  ///
  /// @return the session that the last of them ran in, to be closed
  ShellSession run(ShellSession first) throws FtpException {
    try {
      return new Loop(terminal.join(), first).run();
    } catch (CompletionException e) {
      throw new FtpException.LocalDisk("cannot use the terminal: " + e.getCause(), e);
    }
  }

  @Override
  public void close() {
    try {
      terminal.join().close();
    } catch (IOException | CompletionException _) {
      // There is nothing to give back.
    }
  }

  private final class Loop {
    private final Terminal screen;
    private final LineReader lines;
    private ShellSession session;
    private Gate gate;

    /// What the terminal was when it was ours to have.
    private final Attributes usual;

    Loop(Terminal screen, ShellSession first) {
      this.screen = screen;
      this.usual = screen.getAttributes();
      this.gate = new Gate();
      this.session = first.fork(mine(), false);
      this.session.adopt(first);
      this.lines = reader();
    }

    /// The surroundings of a command.
    private Surroundings mine() {
      return gate.before(around.on(this::size).asking(this::lend, this::take));
    }

    /// The terminal for whoever reads lines from it.
    private void lend() {
      screen.setAttributes(usual);
    }

    /// The terminal while a command runs: keys wait for the next line, and are shown with it. As it
    /// usually is it would take them for a line, and lose a Ctrl-D.
    private void take() {
      Attributes between = new Attributes(usual);
      between.setLocalFlag(Attributes.LocalFlag.ICANON, false);
      between.setLocalFlag(Attributes.LocalFlag.ECHO, false);
      between.setControlChar(Attributes.ControlChar.VMIN, 1);
      between.setControlChar(Attributes.ControlChar.VTIME, 0);
      screen.setAttributes(between);
    }

    private ScreenSize size() {
      return ScreenSize.of(screen.getColumns(), screen.getRows());
    }

    private LineReader reader() {
      LineReaderBuilder builder =
          LineReaderBuilder.builder()
              .terminal(screen)
              .appName("wharf")
              .parser(TypedLine.parser())
              .completer(new Completion(() -> session))
              .history(new WithoutSecrets())
              .variable(LineReader.HISTORY_SIZE, HISTORY)
              .variable(LineReader.HISTORY_FILE_SIZE, HISTORY)
              // More are asked about before they are listed.
              .variable(LineReader.LIST_MAX, 100)
              .option(LineReader.Option.DISABLE_EVENT_EXPANSION, true)
              .option(LineReader.Option.HISTORY_IGNORE_SPACE, true)
              .option(LineReader.Option.HISTORY_TIMESTAMPED, false);
      for (String style :
          List.of(
              LineReader.COMPLETION_STYLE_STARTING,
              LineReader.COMPLETION_STYLE_LIST_STARTING,
              LineReader.COMPLETION_STYLE_DESCRIPTION,
              LineReader.COMPLETION_STYLE_LIST_DESCRIPTION,
              LineReader.COMPLETION_STYLE_GROUP,
              LineReader.COMPLETION_STYLE_LIST_GROUP,
              LineReader.COMPLETION_STYLE_BACKGROUND,
              LineReader.COMPLETION_STYLE_LIST_BACKGROUND)) {
        // No colours, so that none is wrong on anybody's background.
        builder.variable(style, "default");
      }
      Path history = historyFile();
      if (history != null) {
        builder.variable(LineReader.HISTORY_FILE, history);
      }
      LineReader reader = builder.build();
      // JLine hears Ctrl-C as a signal and then once more as a key, which would be another line's.
      Reference interrupt = new Reference(LineReader.INTERRUPT);
      Widget nothing = () -> true;
      for (KeyMap<Binding> keys : reader.getKeyMaps().values()) {
        if (interrupt.equals(keys.getBound(KeyMap.ctrl('C')))) {
          keys.bind(nothing, KeyMap.ctrl('C'));
        }
      }
      return reader;
    }

    ShellSession run() throws FtpException {
      take();
      try {
        return untilTheEnd();
      } finally {
        lend();
      }
    }

    private ShellSession untilTheEnd() throws FtpException {
      session.jobs().whenOneEnds(this::tellAbove);
      while (!session.ended()) {
        session.jobs().tellEnded(session::note);
        String line;
        try {
          line = lines.readLine(prompt());
        } catch (UserInterruptException _) {
          // JLine may leave it set, and the next prompt would end at once.
          boolean _ = Thread.interrupted();
          continue;
        } catch (EndOfFileException _) {
          session.leave();
          continue;
        }
        run(line);
      }
      if (session.jobs().running() > 0) {
        session.jobs().stop(0);
      }
      session.jobs().tellEnded(session::note);
      return session;
    }

    /// A job has ended: told at once if somebody looks at the prompt, else before the next.
    private void tellAbove() {
      if (lines.isReading()) {
        session.jobs().tellEnded(line -> lines.printAbove("wharf: " + line));
      }
    }

    private void run(String line) {
      ShellSession running = session;
      CompletableFuture<Boolean> over = new CompletableFuture<>();
      Thread command =
          Thread.ofPlatform()
              .name("command")
              .daemon()
              .unstarted(
                  () -> {
                    try {
                      int _ = running.run(line);
                    } finally {
                      if (!over.complete(true)) {
                        running.close();
                      }
                    }
                  });
      AtomicBoolean asked = new AtomicBoolean();
      Terminal.SignalHandler before =
          screen.handle(
              Terminal.Signal.INT,
              _ -> {
                if (running.programs().running()) {
                  return;
                }
                if (asked.getAndSet(true)) {
                  over.complete(false);
                } else {
                  command.interrupt();
                }
              });
      boolean lending = LENDING.matcher(line).matches();
      if (lending) {
        lend();
      }
      command.start();
      boolean ended = over.join();
      if (lending) {
        take();
      }
      screen.handle(Terminal.Signal.INT, before);
      if (!ended) {
        gate.close();
        gate = new Gate();
        session = running.fork(mine(), false);
        around.err().println();
        session.note("left it to itself; the next command makes a connection of its own");
      }
    }

    private String prompt() {
      String host = session.host();
      if (host.isEmpty()) {
        return "wharf> ";
      }
      int room = Math.max(10, size().columns() / 2 - 2);
      String name = shortened(Printable.of(host), room / 2);
      String folder = shortened(Printable.of(session.folder()), room - name.length());
      // What JLine would take for a pattern.
      return (name + ":" + folder + "> ").replace("%", "%%");
    }
  }

  /// The end of a text, from a slash on if there is one to begin at.
  static String shortened(String text, int room) {
    if (text.codePointCount(0, text.length()) <= room) {
      return text;
    }
    int from = text.length();
    for (int points = 0; points < room - 3 && from > 0; points++) {
      from = text.offsetByCodePoints(from, -1);
    }
    int slash = text.indexOf('/', from);
    return "..." + text.substring(slash < 0 || slash == text.length() - 1 ? from : slash);
  }

  /// Only for its owner: what somebody types is nobody else's business.
  private @org.jspecify.annotations.Nullable Path historyFile() {
    try {
      Path folder = Files.createDirectories(around.state());
      Path file = folder.resolve("shell-history");
      if (!Files.exists(file)) {
        boolean posix = file.getFileSystem().supportedFileAttributeViews().contains("posix");
        Path _ =
            posix
                ? Files.createFile(
                    file,
                    PosixFilePermissions.asFileAttribute(
                        PosixFilePermissions.fromString("rw-------")))
                : Files.createFile(file);
      }
      return file;
    } catch (IOException _) {
      // Then it is forgotten at the end.
      return null;
    }
  }

  /// Remembers lines without the passwords that stand in them.
  private static final class WithoutSecrets extends DefaultHistory {
    @Override
    public void add(Instant time, String line) {
      super.add(time, ShellLine.masked(line));
    }
  }

  /// Lets the output of a command through until it is left to itself.
  private static final class Gate {
    private volatile boolean closed;

    void close() {
      closed = true;
    }

    Surroundings before(Surroundings around) {
      PrintStream out = stream(around.out());
      return around.writing(out, Channels.newChannel(out)).reporting(stream(around.err()));
    }

    private PrintStream stream(PrintStream to) {
      return new PrintStream(
          new OutputStream() {
            @Override
            public void write(int b) throws IOException {
              write(new byte[] {(byte) b}, 0, 1);
            }

            @Override
            public void write(byte[] bytes, int from, int count) throws IOException {
              if (closed) {
                throw new InterruptedIOException("the command was left to itself");
              }
              to.write(bytes, from, count);
            }

            @Override
            public void flush() {
              if (!closed) {
                to.flush();
              }
            }
          },
          true,
          StandardCharsets.UTF_8);
    }
  }
}
