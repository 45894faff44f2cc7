package wharf.app;

import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.util.Arrays;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;
import wharf.ftp.client.FtpException;
import wharf.ftp.client.HashAlgorithm;
import wharf.ftp.client.Hasher;
import wharf.ftp.client.Printable;
import wharf.ftp.client.Sessions;

/// Which hash, and who computes it; for the verb and in the shell.
final class HashOptions {
  @Option(
      names = {"-a", "--algorithm"},
      paramLabel = "NAME",
      converter = Algorithms.class,
      description =
          "SHA-256, SHA-512, SHA-1, MD5 or CRC32 (default: the best that the server offers).")
  private @Nullable HashAlgorithm wanted;

  @Option(names = "--download", description = "Read the files and compute it here.")
  private boolean download;

  /// Tells the hash of one file.
  void tell(Sessions sessions, String path, Results results) throws FtpException {
    HashAlgorithm algorithm;
    String hex;
    if (download) {
      algorithm = wanted == null ? HashAlgorithm.SHA_256 : wanted;
      Hasher hasher = new Hasher(algorithm);
      Cat.copy(sessions, path, into(hasher));
      hex = hasher.hex();
    } else {
      algorithm = sessions.run(client -> best(client.hashes()));
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

  private HashAlgorithm best(Set<HashAlgorithm> offered) throws FtpException {
    HashAlgorithm best = wanted != null ? wanted : offered.stream().findFirst().orElse(null);
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

  /// As a server, or a user, may write them.
  static final class Algorithms implements ITypeConverter<HashAlgorithm> {
    @Override
    public HashAlgorithm convert(String text) {
      return HashAlgorithm.named(text)
          .orElseThrow(
              () ->
                  new TypeConversionException(
                      "there is no hash \"%s\"; there are %s"
                          .formatted(
                              text,
                              Arrays.stream(HashAlgorithm.values())
                                  .map(HashAlgorithm::toString)
                                  .collect(Collectors.joining(", ")))));
    }
  }
}
