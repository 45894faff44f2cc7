package wharf.app;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jline.reader.Candidate;
import org.jline.reader.EndOfFileException;
import org.jline.reader.LineReader;
import org.jline.reader.LineReaderBuilder;
import org.jline.reader.ParsedLine;
import org.jline.reader.UserInterruptException;
import org.jline.terminal.Terminal;
import org.jline.terminal.TerminalBuilder;
import wharf.ftp.client.Entry;
import wharf.ftp.client.FtpException;
import wharf.ftp.client.Printable;

/// The shell at a terminal: line editing, history and completion of paths there and here. Ctrl-C
/// ends the running command, not the shell.
final class Prompt {
  private Prompt() {}

  static void run(ShellSession session, String host) throws FtpException {
    Thread shell = Thread.currentThread();
    try (Terminal terminal = TerminalBuilder.builder().system(true).build()) {
      LineReader lines =
          LineReaderBuilder.builder()
              .terminal(terminal)
              .appName("wharf")
              .completer((_, line, into) -> complete(session, line, into))
              .option(LineReader.Option.DISABLE_EVENT_EXPANSION, true)
              .build();
      while (!session.ended()) {
        String line;
        try {
          line = lines.readLine("%s:%s> ".formatted(host, Printable.of(session.folder())));
        } catch (UserInterruptException _) {
          continue;
        } catch (EndOfFileException _) {
          break;
        }
        Terminal.SignalHandler before =
            terminal.handle(Terminal.Signal.INT, _ -> shell.interrupt());
        try {
          session.run(line);
        } finally {
          terminal.handle(Terminal.Signal.INT, before);
          // What it interrupted has ended.
          boolean _ = Thread.interrupted();
        }
      }
    } catch (IOException e) {
      throw new FtpException.LocalDisk("cannot use the terminal: " + e.getMessage(), e);
    }
  }

  private static void complete(ShellSession session, ParsedLine line, List<Candidate> into) {
    if (line.wordIndex() == 0) {
      session.names().forEach(name -> into.add(new Candidate(name)));
      return;
    }
    String word = line.word().substring(0, line.wordCursor());
    String folder = word.substring(0, word.lastIndexOf('/') + 1);
    try {
      switch (session.argumentOf(line.words().getFirst())) {
        case REMOTE -> {
          for (Entry entry : session.entries(folder)) {
            add(into, folder, entry.name(), entry.kind() == Entry.Kind.FOLDER);
          }
        }
        case LOCAL -> {
          try (var files = Files.newDirectoryStream(session.local().resolve(folder))) {
            for (Path file : files) {
              add(into, folder, String.valueOf(file.getFileName()), Files.isDirectory(file));
            }
          }
        }
        case NONE -> {}
      }
    } catch (IOException | RuntimeException _) {
      // Nothing to offer, then.
    }
  }

  private static void add(List<Candidate> into, String folder, String name, boolean isFolder) {
    if (name.codePoints().anyMatch(Printable::acts)) {
      // It could not be typed, and would act on the terminal.
      return;
    }
    String value = folder + name + (isFolder ? "/" : "");
    into.add(new Candidate(value, value, null, null, null, null, !isFolder));
  }
}
