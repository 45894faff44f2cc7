package wharf.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AddressFormTest {
  /// RFC 5952, sections 4.1 to 4.3.
  @ParameterizedTest
  @CsvSource({
    "0:0:0:0:0:0:0:0, ::",
    "::1, ::1",
    "1::, 1::",
    "2001:0db8::0001, 2001:db8::1",
    "2001:db8:0:1:1:1:1:1, 2001:db8:0:1:1:1:1:1",
    "2001:0:0:1:0:0:0:1, 2001:0:0:1::1",
    "2001:db8:0:0:1:0:0:1, 2001:db8::1:0:0:1",
    "1:2:3:4:5:6:0:0, 1:2:3:4:5:6::",
    "2001:DB8:AAAA::, 2001:db8:aaaa::",
    "192.0.2.1, 192.0.2.1",
  })
  void anAddressIsWrittenInOneWay(String given, String written) {
    assertThat(AddressForm.text(InetAddress.ofLiteral(given))).isEqualTo(written);
  }

  @ParameterizedTest
  @CsvSource({
    "0.0.0.0, any",
    "0.0.0.1, this network",
    "127.255.0.1, loopback",
    "10.0.0.1, private",
    "172.15.0.1, public",
    "172.31.0.1, private",
    "172.32.0.1, public",
    "192.168.1.1, private",
    "169.254.1.1, link-local",
    "239.1.1.1, multicast",
    "250.0.0.1, reserved",
    "255.255.255.255, broadcast",
    "::, any",
    "::1, loopback",
    "fe80::1, link-local",
    "fd00::1, private",
    "ff02::1, multicast",
    "2001:db8::1, documentation",
    "2a00::1, public",
    "4000::1, reserved",
  })
  void aKindHasItsEdges(String address, String kind) {
    assertThat(AddressForm.kind(InetAddress.ofLiteral(address))).isEqualTo(kind);
  }
}
