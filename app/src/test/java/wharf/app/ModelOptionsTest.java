package wharf.app;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.channels.Channels;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// `serve` with options that do not agree, and what its help says of models.
@Timeout(60)
class ModelOptionsTest {
  @TempDir Path folder;
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  private int wharf(String... arguments) {
    return Main.run(
        new Surroundings(
            Channels.newChannel(new ByteArrayInputStream(new byte[0])),
            Channels.newChannel(out),
            new PrintStream(out, false, UTF_8),
            new PrintStream(err, true, UTF_8),
            false,
            false,
            () -> ScreenSize.USUAL,
            _ -> null,
            _ -> null,
            folder,
            folder.resolve("state"),
            folder.resolve("config"),
            folder.resolve("netrc")),
        arguments);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          --model none | there is no model 'none'; there are virtual
          --model none | processes
          --model processes --each none | there is no model 'none'; there are virtual
          --model processes --each processes | there is no model 'processes'; there are virtual
          --model processes --workers 0 | --workers is 1 to 64, not 0
          --model processes --workers 65 | --workers is 1 to 64, not 65
          --model processes --connections-per-worker -1 | at least 0, not -1
          --workers 2 | are of --model processes
          --each nio | are of --model processes
          --connections-per-worker 1 | are of --model processes
          --worker | is for 'wharf serve --model processes' to say
          --loops 2 | --loops is of the models with event loops,
          --loops 2 | not of virtual
          --model nio --loops 0 | --loops is at least 1, not 0
          --model processes --loops 2 | not of virtual
          --quota 1Q | --quota: a size is written as 4096, 64K, 1M, 1G or 1T, not '1Q'
          --quota 1M --quota-files -1 | --quota-files is at least 0, not -1
          --inherit --port 2121 | without --bind and --port
          --inherit | the standard input is no socket
          """)
  void whatDoesNotAgreeIsOneSentence(String options, String sentence) {
    assertThat(wharf(("serve . " + options).split(" ", -1))).isEqualTo(2);
    assertThat(err.toString(UTF_8)).startsWith("wharf: ").contains(sentence).contains("help serve");
    assertThat(out.toString(UTF_8)).isEmpty();
  }

  @Test
  void helpNamesEveryModelAndNoInnerOption() {
    assertThat(wharf("help", "serve")).isZero();
    assertThat(out.toString(UTF_8).replaceAll("\\s+", " "))
        .contains("virtual, threads, ", "processes (default: virtual)", "--each=NAME")
        .contains("The limits of sessions hold for each of them.")
        .doesNotContainPattern("--worker\\b(?!s)");
  }
}
