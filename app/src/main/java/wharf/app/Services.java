package wharf.app;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The names of ports, as the system knows them.
///
/// @param all in the system's order
record Services(List<Service> all) {
  private static final Path FILE = Path.of("/etc/services");

  /// Where the system has no such file: what Wharf and its neighbours speak.
  private static final String BUILT_IN =
      """
      ftp-data 20/tcp
      ftp 21/tcp
      ssh 22/tcp
      telnet 23/tcp
      smtp 25/tcp mail
      domain 53/tcp
      domain 53/udp
      tftp 69/udp
      http 80/tcp www
      ntp 123/udp
      https 443/tcp
      ftps-data 989/tcp
      ftps 990/tcp
      """;

  private static final Pattern PORT = Pattern.compile("(\\d{1,5})/([\\w.-]+)");

  /// One line.
  ///
  /// @param transport `tcp`, `udp` ...
  /// @param aliases other names for the same
  record Service(String name, int port, String transport, List<String> aliases) {
    private boolean isCalled(String word) {
      return name.equalsIgnoreCase(word) || aliases.stream().anyMatch(word::equalsIgnoreCase);
    }

    /// As in the file: `http 80/tcp www`.
    @Override
    public String toString() {
      String line = name + " " + port + "/" + transport;
      return aliases.isEmpty() ? line : line + " " + String.join(" ", aliases);
    }
  }

  /// Those of the system, or else the built-in ones.
  static Services ofSystem() {
    try {
      // Comments may be in any charset; this one refuses no byte.
      return parse(Files.readString(FILE, StandardCharsets.ISO_8859_1));
    } catch (IOException _) {
      // No such file, or not for us to read.
      return builtIn();
    }
  }

  static Services builtIn() {
    return parse(BUILT_IN);
  }

  /// Reads `services(5)`: `NAME PORT/TRANSPORT [ALIAS...]`, and comments after `#`. A line that is
  /// none of these is left out, as the C library does.
  static Services parse(String text) {
    List<Service> found = new ArrayList<>();
    for (String line : text.lines().toList()) {
      int comment = line.indexOf('#');
      String[] words = (comment < 0 ? line : line.substring(0, comment)).strip().split("\\s+", -1);
      Matcher port = PORT.matcher(words.length < 2 ? "" : words[1]);
      if (port.matches() && Integer.parseInt(port.group(1)) <= 65_535) {
        List<String> aliases = List.of(words).subList(2, words.length);
        String transport = port.group(2).toLowerCase(Locale.ROOT);
        found.add(new Service(words[0], Integer.parseInt(port.group(1)), transport, aliases));
      }
    }
    return new Services(List.copyOf(found));
  }

  /// Those with this name or alias.
  List<Service> called(String word) {
    return all.stream().filter(one -> one.isCalled(word)).toList();
  }

  /// Those at this port.
  List<Service> at(int port) {
    return all.stream().filter(one -> one.port() == port).toList();
  }

  /// The port of the service with this name over this transport.
  OptionalInt port(String word, String transport) {
    return called(word).stream()
        .filter(one -> one.transport().equals(transport))
        .mapToInt(Service::port)
        .findFirst();
  }
}
