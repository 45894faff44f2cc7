package wharf.app;

import java.io.IOException;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;
import wharf.ftp.client.FtpUrl;

/// `wharf trust list|forget HOST|add HOST FINGERPRINT`.
@Command(
    name = "trust",
    mixinStandardHelpOptions = true,
    subcommands = {TrustVerb.ListAll.class, TrustVerb.Forget.class, TrustVerb.Add.class},
    synopsisSubcommandLabel = "list|forget|add",
    description = {
      "Keeps the servers that are known by their certificates.",
      "A server that no authority vouches for is asked about when it is met first. From then on it"
          + " has to show the same certificate, and none that was met under TLS is talked to"
          + " without.%n",
    },
    footer = {
      "",
      "Examples:",
      "  wharf trust list",
      "  wharf trust forget files.example.org",
      "  wharf trust add files.example.org 9B:F5:CE:F1:...",
    })
final class TrustVerb implements Runnable {
  @ParentCommand private @Nullable Main main;
  @Spec private @Nullable CommandSpec spec;

  @Override
  public void run() {
    throw new ParameterException(
        Objects.requireNonNull(spec).commandLine(), "say what to do: wharf trust list");
  }

  private static Main main(@Nullable TrustVerb parent) {
    return Objects.requireNonNull(Objects.requireNonNull(parent).main);
  }

  private static KnownServers known(@Nullable TrustVerb parent) {
    return new KnownServers(main(parent).around().state());
  }

  private static FtpUrl url(String host, @Nullable CommandSpec verb) {
    // An address of IPv6 may come without brackets where no port follows.
    boolean bare = host.matches("[0-9a-fA-F:.]*:[0-9a-fA-F:.]*:[0-9a-fA-F:.]*");
    try {
      return FtpUrl.parse(bare ? "[" + host + "]" : host);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(
          Objects.requireNonNull(verb).commandLine(), String.valueOf(e.getMessage()), e);
    }
  }

  private static String place(FtpUrl url) {
    return KnownServers.place(url.host(), url.port());
  }

  /// Lists them.
  @Command(
      name = "list",
      mixinStandardHelpOptions = true,
      description = {
        "Lists the known servers, a line each: place, fingerprint, since when.",
        "'authorities' is whom an authority vouched for: it is known to have had TLS.%n",
      },
      footer = {"", "Example:", "  wharf trust list"})
  static final class ListAll implements Callable<Integer> {
    @ParentCommand private @Nullable TrustVerb parent;

    @Mixin private JsonOptions json = new JsonOptions();

    @Override
    public Integer call() throws IOException {
      Main main = main(parent);
      List<KnownServers.Known> all = known(parent).all();
      return new Results(main.around().out(), json.form(), "trust list", main::failed)
          .of(results -> all.forEach(one -> results.add(() -> text(one), () -> fields(one))));
    }

    private static String text(KnownServers.Known one) {
      String fingerprint = one.fingerprint();
      return "%s %s %s"
          .formatted(one.place(), fingerprint == null ? "authorities" : fingerprint, one.since());
    }

    private static Json.Fields fields(KnownServers.Known one) {
      Json.Fields fields = new Json.Fields().add("place", one.place());
      String fingerprint = one.fingerprint();
      if (fingerprint != null) {
        fields.add("fingerprint", fingerprint);
      }
      return fields.add("since", one.since().toString());
    }
  }

  /// Forgets one.
  @Command(
      name = "forget",
      mixinStandardHelpOptions = true,
      description = "Forgets a server: it is asked about when it is met again.%n",
      footer = {
        "",
        "Examples:",
        "  wharf trust forget files.example.org",
        "  wharf trust forget 192.168.1.20:2121",
      })
  static final class Forget implements Callable<Integer> {
    @ParentCommand private @Nullable TrustVerb parent;
    @Spec private @Nullable CommandSpec spec;

    @Parameters(
        paramLabel = "HOST",
        description = "The server: at all ports, or at one with HOST:PORT or a URL.")
    private String named = "";

    @Override
    public Integer call() throws IOException, Failure {
      FtpUrl url = url(named, spec);
      String place = place(url);
      String host = place.substring(0, place.lastIndexOf(':') + 1);
      Predicate<String> which =
          namesPort(url)
              ? place::equals
              : one -> one.substring(0, one.lastIndexOf(':') + 1).equals(host);
      List<String> gone = known(parent).forget(which);
      if (gone.isEmpty()) {
        throw new Failure(
            ExitCode.NOT_FOUND,
            "%s is not known; 'wharf trust list' tells who is".formatted(named),
            null);
      }
      gone.forEach(one -> main(parent).note(one + " is forgotten"));
      return ExitCode.OK.number();
    }

    private boolean namesPort(FtpUrl url) {
      String authority = named.substring(named.lastIndexOf('@') + 1).replaceFirst("/.*", "");
      boolean bare = url.host().indexOf(':') >= 0 && !authority.startsWith("[");
      return named.contains("://") || (!bare && authority.matches(".*:\\d+"));
    }
  }

  /// Adds one.
  @Command(
      name = "add",
      mixinStandardHelpOptions = true,
      description = "Has a server known by its certificate, before it is met.%n",
      footer = {
        "",
        "Examples:",
        "  wharf trust add files.example.org 9B:F5:CE:F1:...",
        "  wharf trust add ftps://files.example.org 9B:F5:CE:F1:...",
      })
  static final class Add implements Callable<Integer> {
    @ParentCommand private @Nullable TrustVerb parent;
    @Spec private @Nullable CommandSpec spec;

    @Option(names = "--replace", description = "Also if it is known by another one.")
    private boolean replace;

    @Parameters(
        index = "0",
        paramLabel = "HOST",
        description = "The server: HOST (port 21), HOST:PORT or a URL.")
    private String host = "";

    @Parameters(
        index = "1",
        paramLabel = "FINGERPRINT",
        description = "SHA-256 of its certificate, 64 hexadecimal digits, with colons or without.")
    private String fingerprint = "";

    @Override
    public Integer call() throws IOException, Failure {
      String place = place(url(host, spec));
      String given;
      try {
        given = Fingerprint.of(fingerprint);
      } catch (IllegalArgumentException e) {
        throw new ParameterException(
            Objects.requireNonNull(spec).commandLine(), String.valueOf(e.getMessage()), e);
      }
      KnownServers known = known(parent);
      KnownServers.Known there = replace ? known.replace(place, given) : known.add(place, given);
      if (!given.equals(there.fingerprint())) {
        throw new Failure(
            ExitCode.FAILED,
            "%s is known already, %s; --replace takes its place"
                .formatted(
                    place,
                    there.fingerprint() == null
                        ? "as one whom authorities vouch for"
                        : "by " + there.fingerprint()),
            null);
      }
      main(parent).note("%s is known by %s".formatted(place, given));
      return ExitCode.OK.number();
    }
  }
}
