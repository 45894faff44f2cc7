package wharf.app;

import java.io.PrintStream;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import wharf.ftp.server.Advertised;
import wharf.users.Network;

/// Which address PASV names to whom. EPSV, which names none, needs nothing of it.
final class Masquerade {
  @Spec(Spec.Target.MIXEE)
  private @Nullable CommandSpec verb;

  @Option(
      names = "--masquerade",
      paramLabel = "[NETWORK=]ADDRESS",
      description = {
        "PASV names this address, as that of the router or the host of the container before this"
            + " server; a name is looked up once, at the start. Clients of this machine's own"
            + " networks are told its own address.",
        "With NETWORK=, as 10.0.0.0/8=10.1.2.3, those of that network are told it; the smallest"
            + " network decides; 0.0.0.0 stands for the address they have come to. May be given"
            + " again.",
      })
  private List<String> masquerades = new ArrayList<>();

  /// What is to be told, for each as it was said.
  private record Said(String text, Optional<Network> network, Inet4Address address) {}

  Advertised advertised() {
    return advertised(neighbourhood());
  }

  Advertised advertised(Neighbourhood here) {
    Map<Network, Inet4Address> told = new HashMap<>();
    Map<Network, Inet4Address> byNetwork = new HashMap<>();
    Inet4Address elsewhere = null;
    for (Said said : said()) {
      Inet4Address before;
      if (said.network().isPresent()) {
        before = byNetwork.putIfAbsent(said.network().get(), said.address());
      } else {
        before = elsewhere;
        elsewhere = said.address();
      }
      if (before != null) {
        throw usage("--masquerade '" + said.text() + "': those clients are told " + host(before));
      }
    }
    if (elsewhere != null) {
      told.putAll(here.elsewhere(elsewhere));
    }
    told.putAll(byNetwork);
    return new Advertised(told);
  }

  /// Tells what those should know who have set it, or should have.
  ///
  /// @param ports of `--passive-ports`, if it was given
  void tell(
      PrintStream out,
      Consumer<String> note,
      List<InetSocketAddress> listening,
      @Nullable String ports) {
    tell(out, note, listening, ports, neighbourhood());
  }

  void tell(
      PrintStream out,
      Consumer<String> note,
      List<InetSocketAddress> listening,
      @Nullable String ports,
      Neighbourhood here) {
    List<Said> said = said();
    for (Said one : said) {
      String name = one.text().substring(one.text().indexOf('=') + 1);
      out.println(
          "PASV names "
              + (one.address().isAnyLocalAddress()
                  ? "the address they have come to"
                  : host(one.address()))
              + (name.equals(host(one.address())) ? "" : " (" + name + ")")
              + " to clients "
              + one.network().map(network -> "of " + network).orElse("elsewhere")
              + (ports == null ? "." : "; ports " + ports + " of it have to lead here."));
    }
    if (!said.isEmpty() && ports == null) {
      note.accept(
          "--masquerade without --passive-ports: data connections come to any port, and no router"
              + " passes them all on; give --passive-ports LOW-HIGH, and have these forwarded");
    }
    boolean forOthers =
        listening.stream().map(InetSocketAddress::getAddress).anyMatch(Masquerade::isForOthers);
    boolean forAll = said.stream().anyMatch(one -> one.network().isEmpty());
    Optional<Inet4Address> unreachable = here.unreachable();
    if (forOthers && !forAll && unreachable.isPresent()) {
      note.accept(
          "this looks like %s: PASV names %s, where clients elsewhere cannot come; give --masquerade the address that they come to, and --passive-ports the ports that are passed on to here"
              .formatted(here.behind().orElseThrow().words, host(unreachable.get())));
    }
  }

  private static boolean isForOthers(InetAddress at) {
    return at.isAnyLocalAddress() || (at instanceof Inet4Address && !at.isLoopbackAddress());
  }

  private List<Said> said() {
    return masquerades.stream().map(this::said).toList();
  }

  private Said said(String text) {
    int equals = text.indexOf('=');
    String name = text.substring(equals + 1);
    Optional<Network> network = Optional.empty();
    if (equals >= 0) {
      try {
        network = Optional.of(Network.parse(text.substring(0, equals)));
      } catch (IllegalArgumentException e) {
        throw usage("--masquerade: " + e.getMessage());
      }
    }
    try {
      Inet4Address address =
          Stream.of(InetAddress.getAllByName(name))
              .filter(Inet4Address.class::isInstance)
              .map(Inet4Address.class::cast)
              .findFirst()
              .orElseThrow(() -> new UnknownHostException(name));
      boolean own = address.isAnyLocalAddress() && network.isPresent();
      if (name.isEmpty() || address.isMulticastAddress() || address.isAnyLocalAddress() != own) {
        throw new UnknownHostException(name);
      }
      return new Said(text, network, address);
    } catch (UnknownHostException e) {
      throw usage(
          "--masquerade: '"
              + name
              + "' is no IPv4 address, nor the name of one; PASV knows no"
              + " others");
    }
  }

  private static String host(Inet4Address address) {
    return address.getHostAddress();
  }

  private static Neighbourhood neighbourhood() {
    try {
      return Neighbourhood.ofMachine(System.getenv());
    } catch (SocketException e) {
      return new Neighbourhood(Map.of(), List.of(), Optional.empty());
    }
  }

  private ParameterException usage(String message) {
    return new ParameterException(Objects.requireNonNull(verb).commandLine(), message);
  }
}
