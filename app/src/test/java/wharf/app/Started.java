package wharf.app;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.io.PrintStream;
import java.nio.channels.Channels;
import java.nio.file.Path;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;

/// A verb at work, on a thread of its own that can be asked to end as Ctrl-C does.
final class Started implements AutoCloseable {
  /// What it says.
  final BufferedReader out;

  private final ByteArrayOutputStream err = new ByteArrayOutputStream();
  private final FutureTask<Integer> program;
  private final Thread thread;

  /// Starts it in `folder`, where it keeps its state, too.
  Started(Path folder, String... words) throws IOException {
    PipedInputStream said = new PipedInputStream();
    PipedOutputStream says = new PipedOutputStream(said);
    out = new BufferedReader(new InputStreamReader(said, UTF_8));
    Surroundings around =
        new Surroundings(
            Channels.newChannel(new ByteArrayInputStream(new byte[0])),
            Channels.newChannel(says),
            new PrintStream(says, false, UTF_8),
            new PrintStream(err, true, UTF_8),
            false,
            false,
            () -> ScreenSize.USUAL,
            _ -> null,
            _ -> null,
            folder,
            folder.resolve("state"),
            folder.resolve("config"),
            folder.resolve("netrc"));
    program =
        new FutureTask<>(
            () -> {
              try (says) {
                return Main.run(around, words);
              }
            });
    thread = Thread.ofPlatform().start(program);
  }

  /// What it has written to standard error.
  String err() {
    return err.toString(UTF_8);
  }

  /// Waits until it has ended.
  int code() throws Exception {
    return program.get(30, TimeUnit.SECONDS);
  }

  /// Asks it to stop, and waits until it has.
  int stop() throws Exception {
    thread.interrupt();
    return code();
  }

  @Override
  public void close() {
    thread.interrupt();
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
