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

/// As whom verbs log in, and what of it is seen.
@Timeout(60)
class CredentialsTest {
  @TempDir Path folder;
  private SmallServer server;
  private Around around;

  @BeforeEach
  void start() throws IOException {
    server = new SmallServer();
    server.files.put("f", "content".getBytes(UTF_8));
    around = new Around(folder);
  }

  @AfterEach
  void stop() throws IOException {
    server.close();
  }

  private void netrc(String text, String permissions) throws IOException {
    Files.writeString(around.netrc(), text);
    Files.setPosixFilePermissions(around.netrc(), PosixFilePermissions.fromString(permissions));
  }

  @Test
  void fromNetrcUnlessTheUserIsNamedWithAPassword() throws IOException {
    netrc("machine 127.0.0.1 login ann password kept", "rw-------");
    Ran ran = around.wharf("ls", server.place());
    assertThat(ran.code()).isZero();
    assertThat(server.commands).contains("USER ann", "PASS kept");
    assertThat(ran.err()).doesNotContain("chmod").doesNotContain("kept");
    server.commands.clear();
    assertThat(around.wharf("ls", "ann@" + server.place()).code()).isZero();
    assertThat(server.commands).contains("USER ann", "PASS kept");
    assertThat(around.wharf("ls", "ann:said@" + server.place()).code()).isZero();
    assertThat(server.commands).contains("PASS said");
    server.commands.clear();
    assertThat(around.wharf("ls", "--no-netrc", server.place()).code()).isZero();
    assertThat(server.commands).contains("USER anonymous");
  }

  @Test
  void fromAnotherNetrcWhichHasToBeThere() throws IOException {
    Files.writeString(folder.resolve("mine"), "default login bob password his");
    assertThat(around.wharf("ls", "--netrc", "mine", server.place()).code()).isZero();
    assertThat(server.commands).contains("USER bob", "PASS his");
    Ran ran = around.wharf("ls", "--netrc", "gone", server.place());
    assertThat(ran.code()).isEqualTo(8);
    assertThat(ran.err()).contains("gone").contains("there is no such file");
    assertThat(around.wharf("ls", "--netrc", "mine", "--no-netrc", "host").code()).isEqualTo(2);
  }

  @Test
  void aNetrcForAllEyesIsToldOfAndASpoiltOneIsNot() throws IOException {
    netrc("machine 127.0.0.1 login ann password kept", "rw-r--r--");
    assertThat(around.wharf("ls", server.place()).err()).contains("chmod 600");
    netrc("machine 127.0.0.1 login ann kept", "rw-------");
    Ran ran = around.wharf("ls", server.place());
    assertThat(ran.code()).isEqualTo(8);
    assertThat(ran.err()).contains("line 1").contains("--no-netrc").doesNotContain("kept");
  }

  /// What follows the password is the file that is sent.
  @Test
  void fromStandardInputAndNotAByteMore() {
    around.input = "sesame\r\ncontent\n";
    Ran ran = around.wharf("put", "--password-stdin", "-", "bob@" + server.place() + "/up");
    assertThat(ran.code()).isZero();
    assertThat(server.commands).contains("PASS sesame");
    assertThat(server.files.get("up")).isEqualTo("content\n".getBytes(UTF_8));
    assertThat(around.wharf("ls", "--password-stdin", server.place()).code()).isEqualTo(2);
    assertThat(
            around
                .wharf("ls", "--password-stdin", "--password-file=x", "bob@" + server.place())
                .code())
        .isEqualTo(2);
  }

  @Test
  void askedForOnce() {
    around.password = "typed";
    Ran ran = around.wharf("ls", "bob@" + server.place());
    assertThat(ran.code()).isZero();
    assertThat(around.questions).containsExactly("Password of bob at 127.0.0.1: ");
    assertThat(server.commands).contains("PASS typed");
  }

  @Test
  void whatIsSaidIsToldWithoutThePassword() {
    Ran ran = around.wharf("ls", "-v", "ftp://bob:sesame@" + server.place());
    assertThat(ran.code()).isZero();
    assertThat(ran.err())
        .contains("< 220 ready\n> ")
        .contains("> USER bob\n< 331 password\n> PASS ****\n< 230 in\n")
        .contains("< 211-f\n<  UTF8\n")
        .doesNotContain("sesame");
    assertThat(around.wharf("ls", "-vv", server.place()).err())
        .containsPattern("(?m)^\\d+\\.\\d{3} > USER anonymous$");
    assertThat(around.wharf("ls", "ftp://bob:sesame@" + server.place() + "/%zz").err())
        .doesNotContain("sesame");
  }

  @Test
  void theWayToGoOnHasAllThatWasSaidAndNoPassword() throws IOException {
    server.files.put("lost", "content".getBytes(UTF_8));
    Files.writeString(folder.resolve("pass word"), "filed");
    String place = "ftp://bob:sesame@" + server.place() + "/lost";
    Ran ran =
        around.wharf("get", "--tls=prefer", "--timeout=20", "--password-file", "pass word", place);
    assertThat(ran.code()).isEqualTo(3);
    assertThat(ran.err())
        .contains("--tls=prefer --timeout=20 --password-file 'pass word' ftp://bob@")
        .doesNotContain("sesame");
    assertThat(server.commands).contains("PASS filed");
  }

  @Test
  void whereThereIsNoTlsWhoSaysAPasswordIsTold() {
    assertThat(around.wharf("ls", "bob:sesame@" + server.place()).err())
        .contains("offers no TLS: the password");
    assertThat(around.wharf("ls", server.place()).err()).isEmpty();
    assertThat(around.wharf("ls", "--tls=off", "bob:sesame@" + server.place()).err()).isEmpty();
  }
}
