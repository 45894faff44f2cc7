package wharf.users;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NetworksTest {
  private static Networks of(String allowed, String denied) {
    return new Networks(networks(allowed), networks(denied));
  }

  private static List<Network> networks(String texts) {
    return Stream.of(texts.split(" ", -1))
        .filter(text -> !text.isEmpty())
        .map(Network::parse)
        .toList();
  }

  @Test
  void everybodyUnlessSomethingIsSaid() {
    assertThat(Networks.ALL.admit(InetAddress.ofLiteral("192.0.2.1"))).isTrue();
    assertThat(Networks.ALL.admit(InetAddress.ofLiteral("2001:db8::1"))).isTrue();
  }

  @ParameterizedTest
  @CsvSource({
    "'', 192.0.2.0/24, 192.0.2.1, false",
    "'', 192.0.2.0/24, 192.0.3.1, true",
    "'', 192.0.2.0/24, 2001:db8::1, true",
    "192.0.2.0/24, '', 192.0.2.1, true",
    "192.0.2.0/24, '', 192.0.3.1, false",
    "192.0.2.0/24, '', 2001:db8::1, false",
    "192.0.2.0/24, 192.0.2.66, 192.0.2.66, false",
    "192.0.2.0/24, 192.0.2.66, 192.0.2.67, true",
    "192.0.2.66, 192.0.2.0/24, 192.0.2.66, true",
    "192.0.2.66, 192.0.2.0/24, 192.0.2.67, false",
    "192.0.2.66, 192.0.2.0/24, 203.0.113.1, false",
    "192.0.2.0/24, 192.0.2.0/24, 192.0.2.1, false",
    "0.0.0.0/0, 10.0.0.0/8, 10.1.2.3, false",
    "0.0.0.0/0, 10.0.0.0/8, 11.1.2.3, true",
    "10.0.0.0/8 10.1.2.0/24, 10.1.0.0/16, 10.1.2.3, true",
    "10.0.0.0/8 10.1.2.0/24, 10.1.0.0/16, 10.1.3.3, false",
    "2001:db8::/32, 2001:db8:1::/48, 2001:db8:1::5, false",
    "2001:db8::/32, 2001:db8:1::/48, 2001:db8:2::5, true",
    "192.0.2.1, '', ::ffff:192.0.2.1, true"
  })
  void theMostSpecificDecides(String allowed, String denied, String from, boolean may) {
    assertThat(of(allowed, denied).admit(InetAddress.ofLiteral(from))).isEqualTo(may);
  }
}
