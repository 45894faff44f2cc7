package wharf.app;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class BookmarksTest {
  private static final String PIN = "AB:".repeat(31) + "AB";

  @TempDir Path folder;
  private SmallServer server;
  private Around around;

  @BeforeEach
  void start() throws IOException {
    server = new SmallServer();
    server.files.put("in/f", "content".getBytes(UTF_8));
    server.files.put("/f", "content".getBytes(UTF_8));
    around = new Around(folder);
  }

  @AfterEach
  void stop() throws IOException {
    server.close();
  }

  @Test
  void standsWhereverAUrlDoes() throws IOException {
    Files.writeString(folder.resolve("password"), "filed");
    String url = "bob@" + server.place() + "/in";
    assertThat(around.wharf("bookmark", "add", "work", url, "--password-file=password").code())
        .isZero();
    assertThat(around.wharf("get", "@work/f").code()).isZero();
    assertThat(folder.resolve("f")).hasContent("content");
    assertThat(around.wharf("get", "@work//f", "g").code()).isZero();
    assertThat(around.wharf("put", "f", "@work/sent%20there").code()).isZero();
    assertThat(server.commands)
        .contains("USER bob", "PASS filed", "RETR in/f", "RETR /f", "STOR in/sent there/f");
  }

  @Test
  void addsShowsListsAndRemoves() throws IOException {
    assertThat(
            around
                .wharf(
                    "bookmark", "add", "work", "ftps://ann@h/in/", "--pin", PIN, "--ca-file", "ca")
                .code())
        .isZero();
    assertThat(around.wharf("bookmark", "add", "pub", "h/pub", "--tls=require").code()).isZero();
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(around.bookmarks())))
        .isEqualTo("rw-------");
    assertThat(around.wharf("bookmark", "list").out())
        .isEqualTo("work\tftps://ann@h/in/\npub\tftp://h/pub\n");
    assertThat(around.wharf("bookmark", "show", "pub").out())
        .isEqualTo("[\"pub\"]\nurl = \"ftp://h/pub\"\ntls = \"require\"\n");
    String shown = around.wharf("bookmark", "show", "--json", "@work").out();
    ReadJson.isOneObject(shown);
    assertThat(shown)
        .startsWith("{\"schema\":1,\"verb\":\"bookmark show\",")
        .contains(
            "{\"name\":\"work\",\"url\":\"ftps://ann@h/in/\",\"pin\":[\"%s\"],\"caFile\":\"%s\"}\n"
                .formatted(PIN, folder.resolve("ca")));
    String all = around.wharf("bookmark", "list", "--json").out();
    ReadJson.isOneObject(all);
    assertThat(all).contains("\"name\":\"work\"", "\"name\":\"pub\"", "\"exit\":0");
    assertThat(around.wharf("bookmark", "list", "--json-lines").out().lines()).hasSize(4);
    assertThat(around.wharf("bookmark", "add", "pub", "other").code()).isEqualTo(1);
    assertThat(around.wharf("bookmark", "add", "--replace", "pub", "other").code()).isZero();
    assertThat(around.wharf("bookmark", "rm", "work").code()).isZero();
    assertThat(around.wharf("bookmark", "list").out()).isEqualTo("pub\tftp://other/\n");
    assertThat(around.wharf("bookmark", "rm", "work").code()).isEqualTo(6);
    assertThat(around.wharf("bookmark", "show", "work").code()).isEqualTo(6);
  }

  @Test
  void whatElseIsInTheFileStays() throws IOException {
    Files.createDirectories(folder.resolve("config"));
    Files.writeString(
        around.bookmarks(),
        """
        # mine
        [a]
        url = "a.example" # first
        pin = [
          "%s",
        ]

        # the second
        [b]
        url = "b.example"
        """
            .formatted(PIN));
    assertThat(around.wharf("bookmark", "rm", "a").code()).isZero();
    assertThat(around.wharf("bookmark", "add", "c", "c.example").code()).isZero();
    assertThat(around.bookmarks())
        .hasContent(
            """
            # mine
            # the second
            [b]
            url = "b.example"

            ["c"]
            url = "ftp://c.example/"
            """);
  }

  @Test
  void noPasswordIsKept() throws IOException {
    Ran ran = around.wharf("bookmark", "add", "work", "ftp://bob:sesame@host/");
    assertThat(ran.code()).isEqualTo(2);
    assertThat(ran.err()).contains("--password-file").contains("netrc").doesNotContain("sesame");
    assertThat(around.bookmarks()).doesNotExist();
    Files.createDirectories(folder.resolve("config"));
    Files.writeString(around.bookmarks(), "[work]\nurl = \"h\"\npassword = \"sesame\"\n");
    ran = around.wharf("ls", "@work");
    assertThat(ran.code()).isEqualTo(8);
    assertThat(ran.err()).contains("line 1").contains("netrc").doesNotContain("sesame");
  }

  @Test
  void oneThatIsNotThereIsSaid() {
    assertThat(around.wharf("bookmark", "add", "work", "host").code()).isZero();
    Ran ran = around.wharf("ls", "@wrok/x");
    assertThat(ran.code()).isEqualTo(2);
    assertThat(ran.err()).contains("no bookmark wrok").contains("did you mean @work?");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "add a/b host",
        "add -x host",
        "add work http://host",
        "add work host --pin 12",
        "add work ftps://host --tls off",
        "add work host --tls sometimes",
      })
  void misuse(String line) {
    assertThat(around.wharf(("bookmark " + line).split(" ", -1)).code()).isEqualTo(2);
    assertThat(around.bookmarks()).doesNotExist();
  }
}
