package wharf.app;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.ParameterException;
import wharf.app.Neighbourhood.Behind;
import wharf.ftp.server.Advertised;
import wharf.users.Network;

class MasqueradeTest {
  private static final Neighbourhood CONTAINER =
      new Neighbourhood(
          Map.of(address("172.17.0.2"), Network.parse("172.17.0.0/16")),
          List.of(address("172.17.0.1")),
          Optional.of(Behind.CONTAINER));

  private static final Neighbourhood HOME =
      new Neighbourhood(
          Map.of(address("192.168.1.20"), Network.parse("192.168.1.0/24")),
          List.of(address("192.168.1.1")),
          Optional.empty());

  @Command
  private static final class Verb {
    @Mixin private Masquerade masquerade = new Masquerade();
  }

  private static Masquerade masquerade(String... said) {
    String[] arguments = new String[said.length];
    for (int i = 0; i < said.length; i++) {
      arguments[i] = "--masquerade=" + said[i];
    }
    return CommandLine.populateCommand(new Verb(), arguments).masquerade;
  }

  private static Inet4Address address(String text) {
    return (Inet4Address) InetAddress.ofLiteral(text);
  }

  private static String told(Advertised advertised, String client, String here) {
    return advertised.to(InetAddress.ofLiteral(client), address(here)).getHostAddress();
  }

  /// What Docker's proxy and Podman's pass on comes from the gateway, or from the container itself.
  @ParameterizedTest
  @CsvSource({
    "203.0.113.9, 198.51.100.7",
    "172.17.0.1, 198.51.100.7",
    "172.17.0.2, 198.51.100.7",
    "172.17.0.3, 172.17.0.2",
    "127.0.0.1, 172.17.0.2",
  })
  void inAContainer(String client, String told) {
    Advertised advertised = masquerade("198.51.100.7").advertised(CONTAINER);
    assertThat(told(advertised, client, "172.17.0.2")).isEqualTo(told);
  }

  @ParameterizedTest
  @CsvSource({
    "203.0.113.9, 198.51.100.7",
    "192.168.1.1, 198.51.100.7",
    "192.168.1.20, 192.168.1.20",
    "192.168.1.77, 192.168.1.20",
    "10.8.0.5, 10.8.0.1",
    "10.8.9.5, 192.168.1.20",
  })
  void behindARouter(String client, String told) {
    Advertised advertised =
        masquerade("198.51.100.7", "10.8.0.0/16=10.8.0.1", "10.8.9.0/24=0.0.0.0").advertised(HOME);
    assertThat(told(advertised, client, "192.168.1.20")).isEqualTo(told);
  }

  @Test
  void whatIsSaidOfANeighbourHolds() {
    Advertised advertised =
        masquerade("198.51.100.7", "192.168.1.0/24=198.51.100.8").advertised(HOME);
    assertThat(told(advertised, "192.168.1.77", "192.168.1.20")).isEqualTo("198.51.100.8");
  }

  @ParameterizedTest
  @CsvSource({
    "2001:db8::1, 'is no IPv4 address'",
    "0.0.0.0, 'is no IPv4 address'",
    "224.0.0.1, 'is no IPv4 address'",
    "'', 'is no IPv4 address'",
    "no.such.name.invalid, 'is no IPv4 address'",
    "10.0.0.0/33=10.0.0.1, 'after the slash come 0 to 32'",
    "10.0.0.1/8=10.0.0.1, 'says more than its first 8 bits'",
  })
  void whatIsNoAddress(String said, String told) {
    assertThatThrownBy(() -> masquerade(said).advertised(HOME))
        .isInstanceOf(ParameterException.class)
        .hasMessageContaining("--masquerade")
        .hasMessageContaining(told);
  }

  @Test
  void twoForTheSame() {
    assertThatThrownBy(() -> masquerade("198.51.100.7", "198.51.100.8").advertised(HOME))
        .hasMessageContaining("198.51.100.7");
  }

  private static List<String> tells(
      Neighbourhood here, String listening, @Nullable String ports, String... said) {
    List<String> lines = new ArrayList<>();
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    InetSocketAddress at = new InetSocketAddress(InetAddress.ofLiteral(listening), 2121);
    masquerade(said).tell(new PrintStream(out, true, UTF_8), lines::add, List.of(at), ports, here);
    out.toString(UTF_8).lines().forEach(lines::add);
    return lines;
  }

  @Test
  void warnsOfAnAddressThatCannotBeReached() {
    assertThat(tells(CONTAINER, "::", null))
        .singleElement()
        .asString()
        .contains("a container", "PASV names 172.17.0.2", "--masquerade", "--passive-ports");
    assertThat(tells(CONTAINER, "0.0.0.0", "5000-5001", "10.0.0.0/8=10.0.0.1")).hasSize(2);
    assertThat(tells(HOME, "::", null)).as("nothing is wrong with a server at home").isEmpty();
    assertThat(tells(CONTAINER, "127.0.0.1", null)).as("nobody comes from elsewhere").isEmpty();
  }

  @Test
  void tellsWhatIsToBeForwarded() {
    assertThat(tells(CONTAINER, "::", "50000-50100", "198.51.100.7"))
        .containsExactly(
            "PASV names 198.51.100.7 to clients elsewhere; ports 50000-50100 of it have to lead"
                + " here.");
    assertThat(tells(HOME, "::", null, "localhost"))
        .hasSize(2)
        .anyMatch(line -> line.contains("without --passive-ports"))
        .contains("PASV names 127.0.0.1 (localhost) to clients elsewhere.");
  }

  @Test
  void gatewaysAreRead() {
    assertThat(
            Neighbourhood.gateways(
                """
                Iface	Destination	Gateway 	Flags	RefCnt	Use	Metric	Mask		MTU	Window	IRTT
                eth0	00000000	010011AC	0003	0	0	0	00000000	0	0	0
                eth0	000011AC	00000000	0001	0	0	0	0000FFFF	0	0	0
                nonsense
                """))
        .containsExactly(address("172.17.0.1"));
    assertThat(Neighbourhood.gateways("")).isEmpty();
  }
}
