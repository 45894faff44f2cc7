package wharf.ftp.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FtpUrlTest {
  @ParameterizedTest
  @CsvSource({
    "ftp://host,                  host,       21,   ''",
    "host,                        host,       21,   ''",
    "host/a/b,                    host,       21,   a/b",
    "host:2121/a,                 host,       2121, a",
    "FTP://host:/a/,              host,       21,   a/",
    "ftp://host//etc/x,           host,       21,   /etc/x",
    "ftp://host/%2Fetc/x,         host,       21,   /etc/x",
    "ftp://host/a%20b%C3%A9,      host,       21,   'a b\u00e9'",
    "ftp://[::1]:2121/a,          ::1,        2121, a",
    "ftp://[fe80::1%25eth0]/,     fe80::1%25eth0, 21, ''",
    "ftp://host/a;type=i,         host,       21,   a",
    "ftp://host/a;type=x/b,       host,       21,   a;type=x/b",
    "192.0.2.1:99/x,              192.0.2.1,  99,   x",
  })
  void readsPlaces(String text, String host, int port, String path) {
    FtpUrl url = FtpUrl.parse(text);
    assertThat(url.host()).isEqualTo(host);
    assertThat(url.port()).isEqualTo(port);
    assertThat(url.path()).isEqualTo(path);
    assertThat(url.user()).isNull();
  }

  @ParameterizedTest
  @CsvSource({
    "ftps://host/a,      990,  ftps://host/a",
    "FTPS://host:990/a,  990,  ftps://host/a",
    "ftps://host:21/a,   21,   ftps://host:21/a",
    "ftp://host:990/a,   990,  ftp://host:990/a",
  })
  void tlsFromTheBeginningHasAPortOfItsOwn(String text, int port, String shown) {
    FtpUrl url = FtpUrl.parse(text);
    assertThat(url.port()).isEqualTo(port);
    assertThat(url.implicit()).isEqualTo(shown.startsWith("ftps:"));
    assertThat(url).hasToString(shown);
    assertThat(FtpUrl.parse(shown)).isEqualTo(url);
  }

  @ParameterizedTest
  @CsvSource({
    "host,     a,          a",
    "host/in,  a%20b/,     in/a b/",
    "host/in/, a;type=i,   in/a",
    "host/in,  '',         in",
    "host/in,  /etc/x,     /etc/x",
    "host//in, x,          /in/x",
  })
  void leadsFurther(String text, String below, String path) {
    assertThat(FtpUrl.parse(text).below(below).path()).isEqualTo(path);
  }

  @Test
  void readsUserAndPassword() {
    FtpUrl url = FtpUrl.parse("ftp://alice%40home:p%3Aw%40@host/x");
    assertThat(url.user()).isEqualTo("alice@home");
    assertThat(url.password()).isEqualTo("p:w@");
  }

  @Test
  void neverShowsThePassword() {
    FtpUrl url = FtpUrl.parse("ftp://alice:sesame@host:2121/a b/%2A");
    assertThat(url).hasToString("ftp://alice:***@host:2121/a%20b/%2A");
    assertThat(url.withoutPassword()).isEqualTo("ftp://alice@host:2121/a%20b/%2A");
    assertThat(new Login("alice", "sesame").toString()).doesNotContain("sesame");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> FtpUrl.parse("ftp://alice:sesame@host:x/"))
        .withMessageNotContaining("sesame");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> FtpUrl.parse("ftp://alice:ses%0Aame@host/"))
        .withMessageNotContaining("ame@");
  }

  @Test
  void leadsBackToTheSamePlace() {
    for (String text : new String[] {"host//a", "h/a%25b", "[::1]:5/x", "u@h/", "h/a;type=a%3B"}) {
      FtpUrl url = FtpUrl.parse(text);
      assertThat(FtpUrl.parse(url.withoutPassword())).isEqualTo(url);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "ftp://",
        "ftp:///x",
        "http://host/",
        "ftpes://host/",
        "host:0/",
        "host:65536/",
        "host:x/",
        "::1",
        "ftp://[::1/x",
        "ftp://[x]/",
        "ftp://@host/",
        "host/a%0D%0ADELE x",
        "host/a%00",
        "host/a\nb",
        "host/%",
        "host/%zz",
        "host/%FF",
        "ho st/",
        "host/a;type=a",
        "ho%0Ast/",
      })
  void refusesWhatIsNoPlaceAndSaysWhy(String text) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> FtpUrl.parse(text))
        .withMessageContaining("not an FTP URL")
        .satisfies(
            e ->
                assertThat(String.valueOf(e.getMessage()).chars().filter(Character::isISOControl))
                    .isEmpty());
  }
}
