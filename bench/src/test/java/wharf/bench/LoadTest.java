package wharf.bench;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import wharf.files.Tree;
import wharf.ftp.server.FtpService;
import wharf.protocol.Protocol;
import wharf.server.Server;
import wharf.users.Account;
import wharf.users.Accounts;
import wharf.users.PasswordHash;
import wharf.users.Secret;

/// The loads against real servers, in this process: what they count is what happened.
@Timeout(value = 2, unit = TimeUnit.MINUTES)
class LoadTest {
  private static final long MS = 1_000_000;
  private static final int SIZE = 3_000_000;
  private static final Extent SHORT =
      new Extent(50 * MS, 20 * MS, 100 * MS, List.of(), 20, SIZE, 5, 3);
  private static final FtpLink.Login WRITER = new FtpLink.Login("ann", "secret");

  @TempDir Path folder;

  /// A processor that is used for one second between two looks, and memory that grows by a
  /// mebibyte.
  private final ServerUsage usage =
      new ServerUsage() {
        private final AtomicInteger looks = new AtomicInteger();

        @Override
        public OptionalDouble cpuSeconds() {
          return OptionalDouble.of(looks.getAndIncrement());
        }

        @Override
        public OptionalDouble memory() {
          return OptionalDouble.of(looks.getAndIncrement() * (double) (1 << 20));
        }
      };

  private interface Use<T> {
    T of(Site site) throws Exception;
  }

  private <T> T at(Protocol protocol, Use<T> use) throws Exception {
    InetSocketAddress any = new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0);
    try (Server server = Server.start(protocol, Server.Options.at(any));
        Generator generator =
            new Generator(server.addresses().getFirst(), TimeUnit.SECONDS.toNanos(10))) {
      return use.of(site(generator));
    }
  }

  private Site site(Generator generator) {
    return new Site(
        usage, generator, new ClosedLoop(), Addresses.find(), SHORT, folder, WRITER, true);
  }

  private static Load.Sample measure(Load load, Site site) throws Exception {
    Room room = new Room(100_000, Integer.MAX_VALUE);
    Room.Fit fit = load.fit(Subject.of("virtual", "", Optional.empty()), room);
    return load.measure(site, (Room.Fit.Clients) fit);
  }

  private <T> T atFtp(Use<T> use) throws Exception {
    // What a real hash costs is no part of this.
    PasswordHash plain =
        new PasswordHash() {
          @Override
          public String of(Secret secret) {
            return "ann's";
          }

          @Override
          public boolean matches(Secret secret, String hash) {
            return hash.equals("ann's");
          }
        };
    try (Tree tree = Tree.open(folder, InstantSource.system())) {
      Accounts accounts =
          new Accounts(List.of(new Accounts.Known(Account.writer("ann"), "ann's")), true, plain);
      return at(new FtpService(tree, accounts, Instant::now, FtpService.Patience.USUAL), use);
    }
  }

  @Test
  void echoesAreCountedAndTimed() throws Exception {
    Load.Sample sample =
        at(
            new EchoProtocol(EchoProtocol.Manner.FAITHFUL),
            site -> measure(new EchoLoad(10, 300), site));
    assertThat(sample.values())
        .containsOnlyKeys(EchoLoad.RATE, EchoLoad.MEDIAN, EchoLoad.LATE, EchoLoad.CPU);
    double rate = requireNonNull(sample.values().get(EchoLoad.RATE));
    assertThat(rate).isPositive();
    assertThat(sample.values().get(EchoLoad.LATE))
        .isGreaterThanOrEqualTo(sample.values().get(EchoLoad.MEDIAN))
        .isPositive();
    // One second of the processor, for the requests of at least the measured tenth.
    assertThat(sample.values().get(EchoLoad.CPU)).isBetween(0.0, 1e6 / (rate * 0.1) * 1.01);
  }

  @Test
  void aWrongEchoIsNoEcho() {
    assertThatThrownBy(
            () ->
                at(
                    new EchoProtocol(EchoProtocol.Manner.WRONG),
                    site -> measure(new EchoLoad(1, 0), site)))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("not what it had been sent");
  }

  @Test
  void aServerThatClosesIsFoundOut() {
    assertThatThrownBy(
            () ->
                at(
                    new EchoProtocol(EchoProtocol.Manner.CLOSING),
                    site -> measure(new EchoLoad(1, 0), site)))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("closed an echo connection");
  }

  @Test
  void aServerThatSaysNothingIsGivenUp() throws Exception {
    at(
        new EchoProtocol(EchoProtocol.Manner.SILENT),
        site -> {
          InetSocketAddress server = site.generator().server();
          try (Generator impatient = new Generator(server, TimeUnit.MILLISECONDS.toNanos(200))) {
            assertThatThrownBy(() -> measure(new EchoLoad(1, 0), site(impatient)))
                .isInstanceOf(SocketTimeoutException.class);
          }
          return "";
        });
  }

  @Test
  void anInterruptEndsIt() throws Exception {
    at(
        new EchoProtocol(EchoProtocol.Manner.SILENT),
        site -> {
          Thread.currentThread().interrupt();
          assertThatThrownBy(() -> measure(new EchoLoad(1, 0), site))
              .isInstanceOf(InterruptedException.class);
          return "";
        });
  }

  @Test
  void sessionsComeAndGo() throws Exception {
    Load.Sample sample = atFtp(site -> measure(new LoginLoad(16), site));
    assertThat(sample.values().get(LoginLoad.RATE)).isPositive();
    assertThat(sample.values().get(LoginLoad.MEDIAN)).isPositive();
  }

  @Test
  void idleSessionsAreWeighed() throws Exception {
    Load.Sample sample = atFtp(site -> measure(new IdleLoad(256), site));
    assertThat(sample.values()).containsEntry(IdleLoad.MEMORY, 4.0).containsKey(IdleLoad.LATE);
  }

  @Test
  void aFileIsFetchedWhole() throws Exception {
    Content.write(folder.resolve(TransferLoad.NAME), SIZE);
    Load.Sample sample =
        atFtp(site -> measure(new TransferLoad(TransferLoad.Direction.DOWNLOAD, 4), site));
    assertThat(sample.values().get(TransferLoad.RATE)).isPositive();
    // One second for five files.
    assertThat(sample.values().get(TransferLoad.CPU)).isEqualTo((1 << 30) / (5.0 * SIZE));
  }

  @Test
  void aFileThatIsTooShortIsNoticed() throws Exception {
    Content.write(folder.resolve(TransferLoad.NAME), SIZE - 1);
    assertThatThrownBy(
            () ->
                atFtp(site -> measure(new TransferLoad(TransferLoad.Direction.DOWNLOAD, 4), site)))
        .isInstanceOf(IOException.class)
        .hasMessage("2,999,999 bytes came of 3,000,000");
  }

  @Test
  void filesAreStoredAndTakenAway() throws Exception {
    Load.Sample sample =
        atFtp(site -> measure(new TransferLoad(TransferLoad.Direction.UPLOAD, 2), site));
    assertThat(sample.values().get(TransferLoad.CPU)).isEqualTo((1 << 30) / (3.0 * SIZE));
    try (Stream<Path> left = Files.list(folder)) {
      assertThat(left.map(it -> it.getFileName().toString()))
          .noneMatch(it -> it.startsWith("copy"));
    }
  }

  @Test
  void aRefusalIsAFinding() {
    assertThatThrownBy(
            () ->
                atFtp(
                    site -> {
                      Site nobody =
                          new Site(
                              usage,
                              site.generator(),
                              site.loop(),
                              site.addresses(),
                              SHORT,
                              folder,
                              new FtpLink.Login("nobody", "secret"),
                              true);
                      return measure(new TransferLoad(TransferLoad.Direction.UPLOAD, 1), nobody);
                    }))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("PASS was answered: 530");
  }

  @Test
  void contentIsAsLongAsAskedFor() throws IOException {
    Path file = folder.resolve("content");
    Content.write(file, (3 << 20) + 17);
    assertThat(file).hasSize((3 << 20) + 17);
    assertThat(Files.readAllBytes(file)).isNotEqualTo("0".getBytes(StandardCharsets.US_ASCII));
  }
}
