package wharf.app;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.channels.Channels;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Surroundings of a test's own, in which somebody may sit at the terminal.
final class Around {
  final Path folder;
  String input = "";

  /// What is typed when a password is asked for; null when there is nobody.
  @Nullable String password;

  /// What is typed when something else is; when nothing is left, there is nobody.
  final Deque<String> answers = new ArrayDeque<>();

  /// What was asked.
  final List<String> questions = new ArrayList<>();

  Around(Path folder) {
    this.folder = folder;
  }

  Path state() {
    return folder.resolve("state");
  }

  Path netrc() {
    return folder.resolve("netrc");
  }

  Path bookmarks() {
    return folder.resolve("config").resolve(Bookmarks.FILE);
  }

  Ran wharf(String... words) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    Surroundings around =
        new Surroundings(
            Channels.newChannel(new ByteArrayInputStream(input.getBytes(UTF_8))),
            Channels.newChannel(out),
            new PrintStream(out, false, UTF_8),
            new PrintStream(err, true, UTF_8),
            false,
            false,
            () -> ScreenSize.USUAL,
            this::typePassword,
            this::answer,
            folder,
            state(),
            folder.resolve("config"),
            netrc());
    int code = Main.run(around, words);
    return new Ran(code, out.toString(UTF_8), err.toString(UTF_8));
  }

  private char @Nullable [] typePassword(String question) {
    questions.add(question);
    return password == null ? null : password.toCharArray();
  }

  private @Nullable String answer(String question) {
    questions.add(question);
    return answers.poll();
  }
}
