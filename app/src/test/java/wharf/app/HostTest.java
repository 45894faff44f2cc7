package wharf.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class HostTest {
  private static Ran host(String... arguments) {
    String[] words = new String[arguments.length + 1];
    words[0] = "host";
    System.arraycopy(arguments, 0, words, 1, arguments.length);
    return Ran.wharf(Channels.newChannel(InputStream.nullInputStream()), Path.of(""), words);
  }

  @Test
  void aServiceHasItsPortAndAPortItsService() {
    assertThat(host("ftp").code()).isZero();
    assertThat(host("ftp").out().lines()).contains("service\tftp 21/tcp");
    assertThat(host("21").out().lines()).contains("service\tftp 21/tcp");
    assertThat(host("21/tcp").out().lines()).containsExactly("service\tftp 21/tcp");
    assertThat(host("WWW").out()).contains("http 80/tcp");
  }

  @Test
  void anAddressHasItsFormsAndKind() {
    Ran six = host("2001:DB8:0:0:1::1");
    assertThat(six.code()).isZero();
    assertThat(six.out().lines())
        .startsWith(
            "address\t2001:db8::1:0:0:1",
            "full\t2001:0db8:0000:0000:0001:0000:0000:0001",
            "kind\tdocumentation");
    assertThat(host("::ffff:10.1.2.3").out().lines())
        .startsWith("address\t10.1.2.3", "mapped\t::ffff:10.1.2.3", "kind\tprivate");
  }

  @Test
  void aHostHasAddressesAndNames() {
    Ran ran = host("localhost");
    assertThat(ran.code()).isZero();
    assertThat(ran.out().lines())
        .startsWith("host\tlocalhost")
        .contains("address\t127.0.0.1", "kind\tloopback");
  }

  @ParameterizedTest
  @ValueSource(strings = {"no-such-thing.invalid", "65536", "99999999999", "21/sctp", ""})
  void whatIsUnknownIsSaidInASentence(String what) {
    Ran ran = host(what);
    assertThat(ran.code()).isEqualTo(6);
    assertThat(ran.err()).startsWith("wharf: ").hasLineCount(1).doesNotContain("Exception");
    assertThat(ran.out()).isEmpty();
  }
}
