package wharf.app;

import java.io.PrintStream;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import wharf.app.Services.Service;
import wharf.ftp.client.Printable;

/// `wharf host WHAT`.
@Command(
    name = "host",
    mixinStandardHelpOptions = true,
    description = {
      "Tells what is known of a host, an address, a service or a port.",
      "Each line is a word, a tab and a value. After each address come its forms, its kind and"
          + " the name that leads back from it.%n",
    },
    footer = {
      "",
      "Examples:",
      "  wharf host ftp.example.org",
      "  wharf host 2001:db8::1",
      "  wharf host ftp",
      "  wharf host 21/tcp",
    })
final class Host implements Callable<Integer> {
  private static final Pattern PORT = Pattern.compile("(\\d+)(?:/(\\w+))?");

  @ParentCommand private @Nullable Main main;

  @Parameters(
      paramLabel = "WHAT",
      description = "A host's name, an address, a service's name, a port, or a port/transport.")
  private String what = "";

  @Override
  public Integer call() throws Failure {
    PrintStream out = Objects.requireNonNull(main).around().out();
    try {
      tell(out);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw Failure.interrupted();
    }
    if (out.checkError()) {
      throw new Failure(ExitCode.LOCAL_DISK, "cannot write to standard output", null);
    }
    return ExitCode.OK.number();
  }

  private void tell(PrintStream out) throws Failure, InterruptedException {
    Matcher port = PORT.matcher(what);
    if (port.matches()) {
      tellPort(out, port.group(1), port.group(2));
      return;
    }
    try {
      tellAddress(out, InetAddress.ofLiteral(what));
      return;
    } catch (IllegalArgumentException _) {
      // Then it is a name.
    }
    List<Service> services = Services.ofSystem().called(what);
    services.forEach(service -> line(out, "service", service.toString()));
    try {
      tellHost(out);
    } catch (UnknownHostException e) {
      if (services.isEmpty()) {
        throw new Failure(
            ExitCode.NOT_FOUND,
            ("no host and no service is known by the name \"%s\" (%s): check the spelling, and that"
                    + " the network is there")
                .formatted(what, Lookup.why(what, e)),
            e);
      }
    }
  }

  private void tellPort(PrintStream out, String number, @Nullable String transport) throws Failure {
    // No more than five digits fit into an int for certain; all longer ones are too large.
    int port = number.length() > 5 ? Integer.MAX_VALUE : Integer.parseInt(number);
    if (port > 65_535) {
      throw new Failure(
          ExitCode.NOT_FOUND, "there is no port " + number + ": the last is 65535", null);
    }
    List<Service> found =
        Services.ofSystem().at(port).stream()
            .filter(one -> transport == null || one.transport().equalsIgnoreCase(transport))
            .toList();
    if (found.isEmpty()) {
      throw new Failure(
          ExitCode.NOT_FOUND, "no service is known at port " + what + "; anybody may use it", null);
    }
    found.forEach(service -> line(out, "service", service.toString()));
  }

  private void tellHost(PrintStream out) throws UnknownHostException, InterruptedException {
    // An empty name would be this machine.
    if (what.isBlank()) {
      throw new UnknownHostException("nothing was named");
    }
    List<InetAddress> addresses = Lookup.addresses(what);
    line(out, "host", what);
    Optional<String> canonical = Lookup.name(addresses.getFirst());
    canonical.ifPresent(name -> line(out, "canonical", name));
    for (InetAddress address : addresses) {
      tellAddress(out, address);
    }
  }

  private void tellAddress(PrintStream out, InetAddress address) throws InterruptedException {
    line(out, "address", AddressForm.text(address));
    if (address instanceof Inet6Address six) {
      line(out, "full", AddressForm.full(six));
    } else {
      line(out, "mapped", "::ffff:" + AddressForm.text(address));
    }
    line(out, "kind", AddressForm.kind(address));
    Lookup.name(address).ifPresent(name -> line(out, "name", name));
  }

  private static void line(PrintStream out, String word, String value) {
    // Whoever answers for an address chooses the name.
    out.println(word + "\t" + Printable.of(value));
  }
}
