package wharf.app;

import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import wharf.ftp.client.FtpException;
import wharf.ftp.client.HashAlgorithm;
import wharf.ftp.client.Hasher;
import wharf.ftp.client.Printable;
import wharf.ftp.client.Sessions;

/// `wharf hash URL...`.
@Command(
    name = "hash",
    mixinStandardHelpOptions = true,
    description = {
      "Tells the hash of files, as the server has computed it.",
      "One line for each: hash, two spaces, path, as sha256sum prints it.%n",
    },
    footer = {
      "",
      "Examples:",
      "  wharf hash ftp.example.org/pub/big.iso",
      "  wharf hash --algorithm MD5 'ftp.example.org/pub/*.iso'",
      "  wharf hash --download ftp.example.org/pub/big.iso   # where the server cannot",
    })
final class Hash extends RemoteVerb {
  @Option(
      names = {"-a", "--algorithm"},
      paramLabel = "NAME",
      description =
          "SHA-256, SHA-512, SHA-1, MD5 or CRC32 (default: the best that the server offers).")
  private @Nullable String algorithm;

  @Option(names = "--download", description = "Read the files and compute it here.")
  private boolean download;

  @Parameters(
      arity = "1..*",
      paramLabel = "URL",
      description = "ftp://[USER@]HOST[:PORT]/FILE; with wildcards * ? [...].")
  private List<String> urls = List.of();

  @Override
  void run(Places places, Results results) throws FtpException {
    Optional<HashAlgorithm> wanted = Optional.ofNullable(algorithm).map(this::named);
    each(
        places,
        urls,
        results,
        place -> tell(place.sessions(), place.path(), wanted, download, results));
  }

  private HashAlgorithm named(String name) {
    return HashAlgorithm.named(name)
        .orElseThrow(
            () ->
                remote.usage(
                    "there is no hash \"%s\"; there are %s"
                        .formatted(
                            name,
                            Arrays.stream(HashAlgorithm.values())
                                .map(HashAlgorithm::toString)
                                .collect(Collectors.joining(", ")))));
  }

  /// Tells the hash of one file.
  ///
  /// @param wanted which; without, the best that the server offers
  /// @param download whether it is computed here, of all of the file
  static void tell(
      Sessions sessions,
      String path,
      Optional<HashAlgorithm> wanted,
      boolean download,
      Results results)
      throws FtpException {
    HashAlgorithm algorithm;
    String hex;
    if (download) {
      algorithm = wanted.orElse(HashAlgorithm.SHA_256);
      Hasher hasher = new Hasher(algorithm);
      Cat.copy(sessions, path, into(hasher));
      hex = hasher.hex();
    } else {
      algorithm = sessions.run(client -> best(client.hashes(), wanted));
      hex = sessions.run(client -> client.hash(path, algorithm));
    }
    results.add(
        () -> hex + "  " + Printable.of(path),
        () ->
            new Json.Fields()
                .add("path", path)
                .add("algorithm", algorithm.toString())
                .add("hash", hex)
                .add("computedBy", download ? "client" : "server"));
  }

  private static HashAlgorithm best(Set<HashAlgorithm> offered, Optional<HashAlgorithm> wanted)
      throws FtpException {
    HashAlgorithm best = wanted.orElseGet(() -> offered.stream().findFirst().orElse(null));
    if (best == null || !offered.contains(best)) {
      throw new FtpException.Refused(
          "the server cannot tell the %s of a file%s; --download reads it and computes it here"
              .formatted(best == null ? "hash" : best, offered.isEmpty() ? "" : ", but " + offered),
          504);
    }
    return best;
  }

  private static WritableByteChannel into(Hasher hasher) {
    return new WritableByteChannel() {
      @Override
      public int write(ByteBuffer bytes) {
        int count = bytes.remaining();
        hasher.update(bytes);
        return count;
      }

      @Override
      public boolean isOpen() {
        return true;
      }

      @Override
      public void close() {}
    };
  }
}
