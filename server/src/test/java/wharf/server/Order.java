package wharf.server;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import wharf.protocol.Echo;
import wharf.protocol.Protocol;
import wharf.protocol.Transport;

/// What a [Foreman] is asked to serve. It travels as the words of a command.
///
/// @param protocol "parrot", or "echo MS" for an [Echo] of that patience in milliseconds
/// @param model the model of the workers, or of the only process
/// @param workers how many at each endpoint; 0 to serve in the foreman's own process
/// @param connections how many clients each process lets in, all told; -1 for any number
/// @param descriptors the most that a worker may have open; 0 for as many as its parent
/// @param diary where a worker beyond the first `workers` only writes when it was started, and
///   dies; "" for none that do
record Order(
    String protocol,
    String model,
    int workers,
    int connections,
    int descriptors,
    String diary,
    List<Endpoint> at) {
  private static final int WORDS_BEFORE_ENDPOINTS = 6;

  Order {
    at = List.copyOf(at);
  }

  static Order of(String protocol, String model, List<Endpoint> at) {
    return new Order(protocol, model, 0, -1, 0, "", at);
  }

  Order withWorkers(int number) {
    return new Order(protocol, model, number, connections, descriptors, diary, at);
  }

  Order withConnections(int number) {
    return new Order(protocol, model, workers, number, descriptors, diary, at);
  }

  Order withDescriptors(int number) {
    return new Order(protocol, model, workers, connections, number, diary, at);
  }

  Order withDiary(Path file) {
    return new Order(protocol, model, workers, connections, descriptors, file.toString(), at);
  }

  /// The same for another protocol.
  Order speaking(String other) {
    return new Order(other, model, workers, connections, descriptors, diary, at);
  }

  /// The same at other endpoints.
  Order at(List<Endpoint> others) {
    return new Order(protocol, model, workers, connections, descriptors, diary, others);
  }

  List<String> words() {
    List<String> words = new ArrayList<>(List.of(protocol, model));
    words.add(Integer.toString(workers));
    words.add(Integer.toString(connections));
    words.add(Integer.toString(descriptors));
    words.add(diary);
    for (Endpoint endpoint : at) {
      words.add(
          endpoint.transport()
              + " "
              + switch (endpoint) {
                case Endpoint.Tcp(InetSocketAddress to, _) -> to.getAddress().getHostAddress();
                case Endpoint.Udp(InetSocketAddress to) -> to.getAddress().getHostAddress();
                case Endpoint.Unix unix -> unix.file();
                case Endpoint.Inherited _ ->
                    throw new IllegalArgumentException("a socket is no word");
              });
    }
    return words;
  }

  static Order of(List<String> words) {
    List<Endpoint> at = new ArrayList<>();
    for (String word : words.subList(WORDS_BEFORE_ENDPOINTS, words.size())) {
      String[] both = word.split(" ", 2);
      at.add(endpoint(Transport.valueOf(both[0]), both[1]));
    }
    return new Order(
        words.get(0),
        words.get(1),
        Integer.parseInt(words.get(2)),
        Integer.parseInt(words.get(3)),
        Integer.parseInt(words.get(4)),
        words.get(5),
        at);
  }

  private static Endpoint endpoint(Transport over, String place) {
    return switch (over) {
      case TCP -> new Endpoint.Tcp(new InetSocketAddress(InetAddress.ofLiteral(place), 0));
      case UDP -> new Endpoint.Udp(new InetSocketAddress(InetAddress.ofLiteral(place), 0));
      case UNIX -> new Endpoint.Unix(Path.of(place));
    };
  }

  /// The protocol of such a name: [#protocol()].
  static Protocol spoken(String protocol) {
    return protocol.equals("parrot")
        ? new Parrot()
        : new Echo(Duration.ofMillis(Long.parseLong(protocol.substring("echo ".length()))));
  }
}
