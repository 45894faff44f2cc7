package wharf.app;

import java.io.Console;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// The terminal at which somebody sits, also while standard input or output lead elsewhere: in `tar
/// c folder | wharf put - URL` there is somebody to ask for a password.
final class Terminal {
  private static final Path DEVICE = Path.of("/dev/tty");
  private static final int LONGEST = 4096;

  private Terminal() {}

  /// Whether a descriptor is a terminal.
  static boolean is(int descriptor) {
    Path link = Path.of("/proc/self/fd/" + descriptor);
    try {
      String target = Files.readSymbolicLink(link).toString();
      return target.startsWith("/dev/pts/")
          || target.startsWith("/dev/tty")
          || target.equals("/dev/console");
    } catch (IOException | UnsupportedOperationException _) {
      // Not Linux: the console is there when both input and output are a terminal.
      return console() != null;
    }
  }

  /// Asks for a line.
  ///
  /// @param shown whether what is typed appears
  /// @return null when there is nobody to ask, or who is asked has ended the input; also when the
  ///   thread is interrupted, which it then still is
  static char @Nullable [] ask(String prompt, boolean shown) {
    // What was started with its output somewhere else and its input from nowhere has a terminal,
    // too, but nobody who looks at it.
    if (!is(0) && !is(2)) {
      return null;
    }
    try (FileChannel device =
        FileChannel.open(DEVICE, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      // Unlike a read of the console, one of a channel can be interrupted.
      return ask(device, prompt, shown);
    } catch (IOException | UnsupportedOperationException e) {
      if (Thread.currentThread().isInterrupted()) {
        return null;
      }
      Console console = console();
      if (console == null) {
        return null;
      }
      if (shown) {
        String line = console.readLine("%s", prompt);
        return line == null ? null : line.toCharArray();
      }
      return console.readPassword("%s", prompt);
    }
  }

  private static char @Nullable [] ask(FileChannel device, String prompt, boolean shown)
      throws IOException {
    try {
      if (!shown) {
        stty("-echo");
      }
      write(device, prompt);
      return line(device);
    } finally {
      // Also for somebody who is on their way out, which has closed the device.
      boolean interrupted = Thread.interrupted();
      if (!shown) {
        stty("echo");
      }
      if (!shown || interrupted) {
        Files.writeString(DEVICE, "\n", StandardOpenOption.WRITE);
      }
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private static char @Nullable [] line(FileChannel device) throws IOException {
    ByteBuffer line = ByteBuffer.allocate(LONGEST);
    ByteBuffer one = ByteBuffer.allocate(1);
    while (true) {
      if (device.read(one.clear()) <= 0) {
        return null;
      }
      if (one.get(0) == '\n') {
        break;
      }
      if (line.hasRemaining()) {
        line.put(one.get(0));
      }
    }
    CharBuffer text = charset().decode(line.flip());
    char[] typed = new char[text.remaining()];
    text.get(typed);
    Arrays.fill(line.array(), (byte) 0);
    return typed;
  }

  private static void write(FileChannel device, String text) throws IOException {
    ByteBuffer bytes = charset().encode(text);
    while (bytes.hasRemaining()) {
      int _ = device.write(bytes);
    }
  }

  private static Charset charset() {
    return Charset.forName(System.getProperty("native.encoding", "UTF-8"));
  }

  /// Java cannot set a terminal; stty can, and is everywhere terminals are.
  private static void stty(String setting) throws IOException {
    Process stty =
        new ProcessBuilder("stty", setting)
            .redirectInput(DEVICE.toFile())
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    try {
      if (!stty.waitFor(10, TimeUnit.SECONDS) || stty.exitValue() != 0) {
        throw new IOException("the terminal cannot be told " + setting);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }

  // Whether it can be null has changed from release to release.
  @SuppressWarnings("SystemConsoleNull")
  private static @Nullable Console console() {
    Console console = System.console();
    return console != null && console.isTerminal() ? console : null;
  }
}
