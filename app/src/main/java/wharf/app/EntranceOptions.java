package wharf.app;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import wharf.protocol.Protocol.Refusal;
import wharf.server.Entrance;
import wharf.server.Server;
import wharf.users.Bans;
import wharf.users.Network;
import wharf.users.Networks;

/// Who may connect, and how many.
final class EntranceOptions {
  @Spec(Spec.Target.MIXEE)
  private @Nullable CommandSpec verb;

  @Option(
      names = "--allow",
      paramLabel = "NET",
      description =
          "Serve clients of this network only, as 192.0.2.0/24 or 2001:db8::/32; may be given"
              + " again (default: everybody).")
  private List<String> allowed = new ArrayList<>();

  @Option(
      names = "--deny",
      paramLabel = "NET",
      description =
          "Serve nobody of this network; may be given again. Of those of --allow and --deny that an"
              + " address is in, the smallest decides.")
  private List<String> denied = new ArrayList<>();

  @Option(
      names = "--sessions",
      paramLabel = "N",
      description = "At most so many sessions at once (default: ${DEFAULT-VALUE}).",
      defaultValue = "10000")
  private int sessions;

  @Option(
      names = "--sessions-per-address",
      paramLabel = "N",
      description = "At most so many from one address (default: ${DEFAULT-VALUE}).",
      defaultValue = "200")
  private int sessionsPerAddress;

  @Option(
      names = "--proxy-protocol",
      paramLabel = "NET",
      description =
          "Clients come through balancers of this network, which say first, by the PROXY protocol"
              + " (1 or 2), where each comes from; nobody else is believed. May be given again.")
  private List<String> balancers = new ArrayList<>();

  /// The same options, with this entrance.
  ///
  /// @param bans who may not come because log-ins have failed
  /// @throws ParameterException when what was said has no sense
  Server.Options of(Server.Options options, Bans bans) {
    if (sessions < 1 || sessionsPerAddress < 1) {
      throw usage("--sessions and --sessions-per-address are at least 1");
    }
    Networks networks = new Networks(networks("--allow", allowed), networks("--deny", denied));
    List<Network> trusted = networks("--proxy-protocol", balancers);
    return options
        .withSessions(sessions, sessionsPerAddress)
        .with(new Entrance(new Doorkeeper(networks, bans), new Balancers(trusted)));
  }

  private record Doorkeeper(Networks networks, Bans bans) implements Entrance.Guard {
    @Override
    public @Nullable Refusal refuses(InetAddress from) {
      if (!networks.admit(from)) {
        return Refusal.NOT_FROM_ADDRESS;
      }
      return bans.isBanned(from) ? Refusal.BANNED : null;
    }

    /// Who is banned is no option.
    @Override
    public String toString() {
      return networks.toString();
    }
  }

  private record Balancers(List<Network> networks) implements Predicate<InetAddress> {
    @Override
    public boolean test(InetAddress from) {
      return networks.stream().anyMatch(network -> network.contains(from));
    }
  }

  private List<Network> networks(String option, List<String> texts) {
    try {
      return texts.stream().map(Network::parse).toList();
    } catch (IllegalArgumentException e) {
      throw usage(option + ": " + e.getMessage());
    }
  }

  private ParameterException usage(String message) {
    return new ParameterException(Objects.requireNonNull(verb).commandLine(), message);
  }
}
