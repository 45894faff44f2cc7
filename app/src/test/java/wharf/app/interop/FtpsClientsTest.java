package wharf.app.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static wharf.app.interop.RealClient.Operation.DELETE;
import static wharf.app.interop.RealClient.Operation.RENAME;
import static wharf.app.interop.RealClient.Operation.RESUME_UPLOAD;
import static wharf.app.interop.RealClient.Operation.UPLOAD;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import wharf.app.interop.RealClient.Resumption;
import wharf.ftp.server.FtpService.Tls;
import wharf.server.ServerModel;
import wharf.server.TlsSettings.Binding;

/// What people have, under TLS: each client checks the certificate, and, but for one test, the
/// server takes neither a name nor a byte of data in the clear.
@Tag("interop")
@Timeout(300)
final class FtpsClientsTest {
  private static final int LARGE = 5_000_000;
  private static final int PART = 1_000_000;
  private static final int UPLOADS = 20;
  private static final int UPLOAD_SIZE = 3_000_000;

  @TempDir(factory = UnderTarget.class)
  Path folder;

  private static Stream<RealClient> clients() {
    return RealClient.all().stream().filter(RealClient::speaksTls);
  }

  private static Stream<Security> securities() {
    return Stream.of("1.2", "1.3")
        .flatMap(v -> Stream.of(Security.explicit(v), Security.implicit(v)));
  }

  /// Every client with every way and every version.
  static Stream<Arguments> clientsAndSecurities() {
    return clients().flatMap(c -> securities().map(s -> Arguments.of(c, s)));
  }

  /// Every client with both ways and both versions, not with all four pairs of them.
  static Stream<Arguments> clientsAndCrossedSecurities() {
    return clients()
        .flatMap(
            c ->
                Stream.of(Security.implicit("1.2"), Security.explicit("1.3"))
                    .map(s -> Arguments.of(c, s)));
  }

  /// Every model with one client that uses OpenSSL and one that uses GnuTLS.
  static Stream<Arguments> clientsAndModels() {
    return ForClients.Pairs.everyModel()
        .flatMap(model -> Stream.of(new Curl(), new Lftp()).map(c -> Arguments.of(c, model)));
  }

  static Stream<RealClient> uploaders() {
    return clients().filter(c -> !c.cannot().contains(UPLOAD));
  }

  static Stream<Arguments> clientsWhichResume() {
    return clients()
        .flatMap(
            c ->
                securities()
                    .filter(s -> c.resumption(s) == Resumption.ALWAYS)
                    .map(s -> Arguments.of(c, s)));
  }

  static Stream<Arguments> clientsWhichDoNotResume() {
    return clients()
        .flatMap(
            c ->
                Stream.of(Security.explicit("1.2"), Security.explicit("1.3"))
                    .filter(s -> c.resumption(s) == Resumption.NEVER)
                    .map(s -> Arguments.of(c, s)));
  }

  /// Whether it has several connections at once, which resume whatever session came last: curl's
  /// -Z. Then some of its data connections are refused unless none has to resume.
  private static boolean mixesUpSessions(RealClient client) {
    return !client.overSeveralConnections().isEmpty();
  }

  private static ServerModel usual() {
    return ServerModel.all().getFirst();
  }

  private Harbour open(Binding binding) throws IOException {
    return Harbour.open(folder, usual(), Tls.REQUIRED, binding);
  }

  @ParameterizedTest(name = "{0}, {1}")
  @MethodSource("clientsAndSecurities")
  void doesAllItCan(RealClient client, Security security) throws IOException {
    try (Harbour harbour = open(Binding.AUTO)) {
      Site site = harbour.site(security);
      doesAllItCan(client, harbour, site);
      assertThat(harbour.log(line -> line.contains(" under TLS")))
          .isNotEmpty()
          .allMatch(line -> line.contains(" under TLSv" + security.version() + " with "));
      if (client.resumption(security) == Resumption.ALWAYS) {
        assertThat(letInByAddress(harbour)).isEmpty();
      }
    }
  }

  /// Those whose data connections did not go on with the session of their control connection.
  private static List<String> letInByAddress(Harbour harbour) {
    return harbour.log(line -> line.contains("let in by its address"));
  }

  private static void doesAllItCan(RealClient client, Harbour harbour, Site site)
      throws IOException {
    Path file = Content.random(harbour.root.resolve("there"), LARGE, 1);
    String sha256 = Content.sha256(file);
    assertThat(client.list(site, "")).containsExactly("there");
    Path local = harbour.outside.resolve("here");
    client.download(site, "there", local);
    assertThat(Content.sha256(local)).isEqualTo(sha256);
    client.resumeDownload(site, "there", cut(local));
    assertThat(Content.sha256(local)).as("resumed").isEqualTo(sha256);
    if (!client.cannot().contains(UPLOAD)) {
      client.upload(site, local, "back");
      Path back = harbour.root.resolve("back");
      assertThat(Content.sha256(back)).isEqualTo(sha256);
      if (!client.cannot().contains(RESUME_UPLOAD)) {
        client.resumeUpload(site, local, cut(back).getFileName().toString());
        assertThat(Content.sha256(back)).as("resumed").isEqualTo(sha256);
      }
      if (!client.cannot().contains(RENAME)) {
        client.rename(site, "back", "again");
        assertThat(back).doesNotExist();
      }
      if (!client.cannot().contains(DELETE)) {
        client.delete(site, "again");
      }
      assertThat(client.list(site, "")).containsExactly("there");
    }
  }

  /// Leaves the first [#PART] bytes.
  private static Path cut(Path file) throws IOException {
    try (RandomAccessFile open = new RandomAccessFile(file.toFile(), "rw")) {
      open.setLength(PART);
    }
    return file;
  }

  @ParameterizedTest(name = "{0}, {1}")
  @MethodSource("clientsAndSecurities")
  void connectsInActiveModeAndOverIpv6(RealClient client, Security security) throws IOException {
    try (Harbour harbour = open(Binding.AUTO)) {
      Path file = Content.random(harbour.root.resolve("there"), 300_000, 1);
      List<Site> sites =
          Stream.of(harbour.site(security), harbour.siteOverIpv6(security))
              .flatMap(site -> Stream.of(site, site.inActiveMode()))
              .filter(site -> client.hearsTls() || !site.active())
              .toList();
      for (Site site : sites) {
        Path local = harbour.outside.resolve("here");
        Files.deleteIfExists(local);
        client.download(site, "there", local);
        assertThat(Content.sha256(local)).as(site.toString()).isEqualTo(Content.sha256(file));
        if (!client.cannot().contains(UPLOAD)) {
          client.upload(site, local, "back");
          Path back = harbour.root.resolve("back");
          assertThat(Content.sha256(back)).as(site.toString()).isEqualTo(Content.sha256(file));
          Files.delete(back);
        }
      }
    }
  }

  @ParameterizedTest(name = "{0}, {1}")
  @MethodSource("clientsAndCrossedSecurities")
  void mirrorsManyFiles(RealClient client, Security security) throws IOException {
    try (Harbour harbour = open(mixesUpSessions(client) ? Binding.OFF : Binding.AUTO)) {
      Path tree = Content.tree(harbour.root.resolve("tree"), 2, 30);
      Path into = Files.createDirectories(harbour.outside.resolve("into"));
      client.mirrorDown(harbour.site(security), "tree", into);
      assertThat(Content.sha256OfTree(into.resolve("tree")))
          .hasSize(60)
          .isEqualTo(Content.sha256OfTree(tree));
      if (!client.cannot().contains(UPLOAD)) {
        Path other = Files.move(into.resolve("tree"), into.resolve("other"));
        client.mirrorUp(harbour.site(security), other);
        assertThat(Content.sha256OfTree(harbour.root.resolve("other")))
            .isEqualTo(Content.sha256OfTree(tree));
      }
      if (client.resumption(security) == Resumption.NEVER) {
        assertThat(letInByAddress(harbour))
            .as("told once for each session")
            .hasSameSizeAs(harbour.log(line -> line.contains("logged in")));
      }
    }
  }

  @ParameterizedTest(name = "{0}, {1}")
  @MethodSource("clientsAndModels")
  void isServedUnderEveryModel(RealClient client, ServerModel model) throws IOException {
    try (Harbour harbour = Harbour.open(folder, model, Tls.REQUIRED, Binding.AUTO)) {
      doesAllItCan(client, harbour, harbour.site(Security.explicit("1.3")));
      if (!mixesUpSessions(client)) {
        Path tree = Content.tree(harbour.outside.resolve("tree"), 2, 10);
        client.mirrorUp(harbour.site(Security.explicit("1.3")), tree);
        assertThat(Content.sha256OfTree(harbour.root.resolve("tree")))
            .isEqualTo(Content.sha256OfTree(tree));
      }
      assertThat(harbour.log(line -> line.contains(" under TLSv1.3 with "))).isNotEmpty();
    }
  }

  /// A client that has sent all closes with a ticket unread, which resets the connection.
  @ParameterizedTest(name = "{0}")
  @MethodSource("uploaders")
  void noUploadIsLostToATicketThatWasNotRead(RealClient client) throws IOException {
    try (Harbour harbour = open(Binding.AUTO)) {
      Site site = harbour.site(Security.explicit("1.3"));
      for (int i = 0; i < UPLOADS; i++) {
        Path file = Content.random(harbour.outside.resolve("f"), UPLOAD_SIZE, i);
        client.upload(site, file, "up" + i);
        assertThat(Content.sha256(harbour.root.resolve("up" + i)))
            .as("upload %d", i)
            .isEqualTo(Content.sha256(file));
      }
      assertThat(harbour.log(line -> line.contains(": " + UPLOAD_SIZE + " bytes in ")))
          .hasSize(UPLOADS);
      assertThat(harbour.log(line -> line.contains("cut off"))).isEmpty();
    }
  }

  @ParameterizedTest(name = "{0}, {1}")
  @MethodSource("clientsWhichResume")
  void resumesWhereThatIsRequired(RealClient client, Security security) throws IOException {
    try (Harbour harbour = open(Binding.REQUIRE)) {
      doesAllItCan(client, harbour, harbour.site(security));
      if (!client.cannot().contains(UPLOAD) && !mixesUpSessions(client)) {
        Path tree = Content.tree(harbour.outside.resolve("tree"), 1, 12);
        client.mirrorUp(harbour.site(security), tree);
        assertThat(Content.sha256OfTree(harbour.root.resolve("tree")))
            .isEqualTo(Content.sha256OfTree(tree));
      }
    }
  }

  @ParameterizedTest(name = "{0}, {1}")
  @MethodSource("clientsWhichDoNotResume")
  void isToldWhyItsDataConnectionsAreRefused(RealClient client, Security security)
      throws IOException {
    try (Harbour harbour = open(Binding.REQUIRE)) {
      Path file = Content.random(harbour.root.resolve("there"), 1_000, 1);
      Path local = harbour.outside.resolve("here");
      assertThatThrownBy(() -> client.download(harbour.site(security), "there", local))
          .hasMessageContaining(
              "522 Refused: the data connection came with a TLS session of its own")
          .hasMessageContaining("let the client go on with that of the control connection");
      assertThatThrownBy(() -> client.list(harbour.site(security), ""))
          .hasMessageContaining("522 Refused");
      assertThatThrownBy(() -> client.upload(harbour.site(security), file, "back"))
          .isInstanceOf(IOException.class);
      assertThat(harbour.root.resolve("back")).doesNotExist();
    }
  }

  @ParameterizedTest(name = "{0}, {1}")
  @MethodSource("clientsWhichDoNotResume")
  void isLetInWhereNothingIsRequired(RealClient client, Security security) throws IOException {
    try (Harbour harbour = open(Binding.OFF)) {
      doesAllItCan(client, harbour, harbour.site(security));
      assertThat(letInByAddress(harbour)).isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"1.2", "1.3"})
  void dataInTheClearIsRefusedWhereTlsIsRequired(String version) throws IOException {
    try (Harbour harbour = open(Binding.AUTO)) {
      Content.random(harbour.root.resolve("there"), 1_000, 1);
      Site site = harbour.site(Security.explicit(version));
      String[] control = {"curl", "-q", "-sSv", "--ftp-ssl-control", "-k", "--tls-max", version};
      Command curl =
          Command.of(site, control).with("-u", Site.USER + ":" + Site.PASSWORD, site.url("there"));
      assertThatThrownBy(curl::run).hasMessageContaining("534 Data is sent under TLS only here");
    }
  }

  /// And one that does not trust the certificate sends no password.
  @Test
  void bothKindsOfClientsAreServedWhereTlsIsAllowed() throws IOException {
    try (Harbour harbour = Harbour.open(folder, usual(), Tls.ALLOWED, Binding.AUTO)) {
      Path file = Content.random(harbour.root.resolve("there"), 1_000, 1);
      for (RealClient client : RealClient.all()) {
        Path local = harbour.outside.resolve("here");
        Files.deleteIfExists(local);
        client.download(harbour.site(Security.PLAIN), "there", local);
        assertThat(Content.sha256(local)).as("%s", client).isEqualTo(Content.sha256(file));
      }
      assertThat(harbour.log(line -> line.contains(" under TLS"))).isEmpty();
      Site site = harbour.site(Security.explicit("1.3"));
      List<String> words = List.of("curl", "-q", "-sS", "--ssl-reqd", "-u", "alice:s3cret");
      assertThatThrownBy(() -> Command.of(site, words).with(site.url("there")).run())
          .hasMessageContaining("self-signed certificate");
      assertThat(harbour.log(line -> line.contains("alice logged in")))
          .hasSize(RealClient.all().size());
    }
  }
}
