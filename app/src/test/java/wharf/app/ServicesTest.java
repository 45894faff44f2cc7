package wharf.app;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ServicesTest {
  @Test
  void readsCommentsAliasesAndSkipsWhatIsNone() {
    Services services =
        Services.parse(
            """
            # all of it a comment 1/tcp
            http\t\t80/tcp\t\twww web # WorldWideWeb 81/tcp

              ftp 21/TCP
            tight 5/udp#comment
            lonely
            wrong x/tcp
            far 65536/tcp
            farther 999999999999/tcp
            odd 7-tcp
            """);
    assertThat(services.all())
        .extracting(Object::toString)
        .containsExactly("http 80/tcp www web", "ftp 21/tcp", "tight 5/udp");
    assertThat(services.called("WEB")).isEqualTo(services.at(80));
    assertThat(services.port("http", "udp")).isEmpty();
    assertThat(services.port("www", "tcp")).hasValue(80);
  }

  @Test
  void theBuiltInOnesAreKnown() {
    Services services = Services.builtIn();
    assertThat(services.port("ftps", "tcp")).hasValue(990);
    assertThat(services.port("tftp", "udp")).hasValue(69);
    assertThat(services.at(443)).extracting(Services.Service::name).containsExactly("https");
  }
}
