package wharf.ftp.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import wharf.users.Network;

class AdvertisedTest {
  private static final Inet4Address HERE = address("172.17.0.2");

  private static Inet4Address address(String text) {
    return (Inet4Address) InetAddress.ofLiteral(text);
  }

  @ParameterizedTest
  @CsvSource({
    "203.0.113.9,   198.51.100.7",
    "10.1.2.3,      10.0.0.1",
    "10.1.9.9,      172.17.0.2",
    "172.17.0.1,    198.51.100.7",
    "172.17.0.9,    172.17.0.2",
    "2001:db8::1,   172.17.0.2",
  })
  void theSmallestNetworkDecides(String client, String told) {
    Advertised advertised =
        new Advertised(
            Map.of(
                Advertised.EVERYBODY,
                address("198.51.100.7"),
                Network.parse("10.0.0.0/8"),
                address("10.0.0.1"),
                Network.parse("10.1.9.0/24"),
                Advertised.AS_IT_IS,
                Network.parse("172.17.0.0/16"),
                Advertised.AS_IT_IS,
                Network.parse("172.17.0.1/32"),
                address("198.51.100.7")));
    assertThat(advertised.to(InetAddress.ofLiteral(client), HERE)).isEqualTo(address(told));
  }

  @Test
  void whoIsInNoneIsToldWhereItHasCome() {
    InetAddress client = address("203.0.113.9");
    assertThat(Advertised.NOTHING.to(client, HERE)).isEqualTo(HERE);
    Advertised others = new Advertised(Map.of(Network.parse("10.0.0.0/8"), address("10.0.0.1")));
    assertThat(others.to(client, HERE)).isEqualTo(HERE);
  }
}
