package wharf.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import wharf.files.Tree;
import wharf.ftp.client.FtpException;
import wharf.ftp.client.Trust;
import wharf.ftp.server.FtpService;
import wharf.net.TlsIdentity;
import wharf.server.Endpoint;
import wharf.server.Server;
import wharf.server.TlsSettings;
import wharf.users.Accounts;

/// Whom the verbs believe, against a server of Wharf's own that nobody vouches for.
@Timeout(120)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class FirstUseTest {
  private static final Logger LOG = Logger.getLogger("wharf.server");

  private TlsIdentity first;
  private TlsIdentity second;
  private Path selfSigned;

  /// What the server shows.
  private volatile TlsIdentity shown;

  private Tree tree;
  private Server server;
  private String place = "";
  private String implicit = "";

  @TempDir Path folder;
  private Around around;

  @BeforeAll
  void serve(@TempDir Path shared) throws Exception {
    LOG.setUseParentHandlers(false);
    selfSigned = shared.resolve("a").resolve(SelfSigned.FILE);
    first = SelfSigned.in(shared.resolve("a"));
    second = SelfSigned.in(shared.resolve("b"));
    shown = first;
    Path root = Files.createDirectory(shared.resolve("root"));
    Files.writeString(root.resolve("f"), "content");
    tree = Tree.open(root, InstantSource.system());
    FtpService service =
        new FtpService(
            tree,
            new Accounts(List.of(), true, new PasswordForms()),
            Instant::now,
            FtpService.Patience.USUAL,
            FtpService.Tls.REQUIRED);
    InetSocketAddress here = new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0);
    server =
        Server.start(
            service,
            Server.Options.at(List.of(new Endpoint.Tcp(here, false), new Endpoint.Tcp(here, true)))
                .with(TlsSettings.of(() -> shown.serverContext(List.of()))));
    place = "127.0.0.1:" + server.addresses().get(0).getPort();
    implicit = "ftps://127.0.0.1:" + server.addresses().get(1).getPort();
  }

  @AfterAll
  void close() throws Exception {
    server.close();
    tree.close();
    LOG.setUseParentHandlers(true);
  }

  @BeforeEach
  void begin() {
    shown = first;
    around = new Around(folder);
  }

  private Ran ls(String... options) {
    List<String> words = new ArrayList<>(List.of("ls", place));
    words.addAll(List.of(options));
    return around.wharf(words.toArray(String[]::new));
  }

  private void assertListed(Ran ran) {
    assertThat(ran.err()).isEmpty();
    assertThat(ran.code()).isZero();
    assertThat(ran.out()).contains(" f\n");
  }

  private Path known() {
    return around.state().resolve(KnownServers.FILE);
  }

  @Test
  void yesIsForGood() throws Exception {
    around.answers.add("yes");
    assertListed(ls());
    assertThat(around.questions).hasSize(1);
    assertThat(around.questions.getFirst())
        .startsWith(place + " is not known here, and its certificate is self-signed")
        .contains("  SHA-256 fingerprint  " + first.fingerprint() + "\n")
        .contains("\n  issued to            CN=")
        .containsPattern("\n  valid                \\d{4}-\\d\\d-\\d\\d to \\d{4}-\\d\\d-\\d\\d\n");
    assertListed(ls());
    assertThat(around.wharf("get", "-q", place + "/f", "-").out()).isEqualTo("content");
    assertThat(around.questions).hasSize(1);
    assertThat(Files.readString(known()))
        .matches(
            "\\Q%s %s\\E \\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\dZ\n"
                .formatted(place, first.fingerprint()));
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(known())))
        .isEqualTo("rw-------");
  }

  @Test
  void onceIsForNow() {
    around.answers.add("what?");
    around.answers.add(" Once ");
    assertListed(ls());
    assertThat(around.questions).last().isEqualTo("Please type yes, once or no: ");
    assertThat(known()).doesNotExist();
    assertThat(ls().code()).isEqualTo(4);
  }

  @Test
  void noIsNo() {
    around.answers.add("no");
    Ran ran = ls();
    assertThat(ran.code()).isEqualTo(4);
    assertThat(ran.err()).contains("you said no");
    assertThat(ran.out()).isEmpty();
    around.answers.addAll(List.of("", "", ""));
    assertThat(ls().code()).isEqualTo(4);
    assertThat(known()).doesNotExist();
  }

  @Test
  void whereNobodyIsAskedItIsRefusedAndTheWayIsSaid() {
    Ran ran = ls();
    assertThat(ran.code()).isEqualTo(4);
    String pin = "--pin " + first.fingerprint();
    assertThat(ran.err())
        .startsWith("wharf: " + place)
        .contains(pin)
        .contains("'wharf trust add %s %s'".formatted(place, first.fingerprint()));
    assertThat(known()).doesNotExist();
    assertListed(ls(pin.split(" ", 2)));
    assertThat(around.wharf("trust", "add", place, first.fingerprint()).code()).isZero();
    assertListed(ls());
  }

  @Test
  void anotherCertificateIsRefusedWithBoth() {
    around.answers.addAll(List.of("yes", "yes"));
    assertListed(ls());
    shown = second;
    Ran ran = ls();
    assertThat(ran.code()).isEqualTo(4);
    assertThat(ran.err())
        .contains(first.fingerprint())
        .contains(second.fingerprint())
        .contains("'wharf trust forget " + place + "'");
    assertThat(around.questions).hasSize(1);
    assertThat(around.wharf("trust", "forget", "127.0.0.1").code()).isZero();
    assertListed(ls());
    assertThat(around.questions).hasSize(2);
  }

  @Test
  void pinsDecideAlone() {
    Ran ran = ls("--pin", second.fingerprint());
    assertThat(ran.code()).isEqualTo(4);
    assertThat(ran.err()).contains(first.fingerprint()).contains(second.fingerprint());
    String bare = first.fingerprint().replace(":", "").toLowerCase(java.util.Locale.ROOT);
    assertListed(ls("--pin", second.fingerprint(), "--pin", "sha256:" + bare));
    assertThat(known()).doesNotExist();
  }

  @Test
  void authoritiesOfAFile() throws Exception {
    Base64.Encoder lines = Base64.getMimeEncoder();
    Path mine = folder.resolve("mine.pem");
    Files.writeString(mine, pem(lines, first.certificate()));
    assertListed(ls("--ca-file", "mine.pem"));
    Files.writeString(mine, pem(lines, second.certificate()));
    Ran ran = ls("--ca-file", "mine.pem");
    assertThat(ran.code()).isEqualTo(4);
    assertThat(ran.err()).contains(first.fingerprint());
    Files.writeString(mine, "nothing");
    assertThat(ls("--ca-file", "mine.pem").code()).isEqualTo(8);
    assertThat(ls("--ca-file", "gone.pem").code()).isEqualTo(8);
    assertThat(around.questions).isEmpty();
  }

  private static String pem(Base64.Encoder lines, X509Certificate one) throws Exception {
    return "-----BEGIN CERTIFICATE-----\n%s\n-----END CERTIFICATE-----\n"
        .formatted(lines.encodeToString(one.getEncoded()));
  }

  @Test
  void insecureBelievesAnybodyAndSaysSo() {
    Ran ran = ls("--insecure");
    assertThat(ran.code()).isZero();
    assertThat(ran.err()).containsOnlyOnce("is believed (--insecure)");
    assertThat(known()).doesNotExist();
  }

  @Test
  void tlsFromTheBeginning() {
    Ran ran = around.wharf("ls", implicit);
    assertThat(ran.code()).isEqualTo(4);
    assertListed(around.wharf("ls", "--pin", first.fingerprint(), implicit));
    assertThat(around.wharf("ls", "--tls=off", implicit).code()).isEqualTo(2);
  }

  /// `wharf serve` and `wharf get` of one user need no introduction.
  @Test
  void theOwnServerIsKnown() throws Exception {
    Files.createDirectories(around.state());
    Files.copy(selfSigned, around.state().resolve(SelfSigned.FILE));
    assertListed(ls());
    shown = second;
    assertThat(ls().code()).isEqualTo(4);
  }

  @Test
  void withoutTlsThereIsNoSessionWhereItIsRequired() throws Exception {
    try (SmallServer plain = new SmallServer()) {
      String url = "bob:sesame@" + plain.place();
      assertThat(around.wharf("ls", url, "--tls=require").code()).isEqualTo(4);
      assertThat(around.wharf("ls", url, "--pin", first.fingerprint()).code()).isEqualTo(4);
      assertThat(plain.commands).noneMatch(line -> line.startsWith("USER"));
    }
  }

  /// Whoever stands between could say that there is none.
  @Test
  void whatHadTlsOnceIsNotTalkedToInTheClear() throws Exception {
    assertNotInTheClear(null);
    assertNotInTheClear(first.fingerprint());
  }

  private void assertNotInTheClear(@Nullable String fingerprint) throws Exception {
    try (SmallServer plain = new SmallServer()) {
      KnownServers.Known _ = new KnownServers(around.state()).add(plain.place(), fingerprint);
      Ran ran = around.wharf("ls", "bob:sesame@" + plain.place());
      assertThat(ran.code()).isEqualTo(4);
      assertThat(ran.err())
          .contains("offers no TLS, and had it on")
          .contains("'wharf trust forget " + plain.place() + "', or --tls off");
      assertThat(plain.commands).noneMatch(line -> line.startsWith("USER"));
      assertThat(around.wharf("ls", "--tls=off", plain.place()).code()).isZero();
      assertThat(around.wharf("trust", "forget", plain.place()).code()).isZero();
      assertThat(around.wharf("ls", plain.place()).code()).isZero();
    }
  }

  @Test
  void whomAuthoritiesVouchedForIsRememberedAndHeldToThat() throws Exception {
    FirstUse trust = new FirstUse(around.state(), _ -> "yes", _ -> {});
    List<X509Certificate> chain = List.of(first.certificate());
    trust.check(new Trust.Offer("Host.example.", 21, chain, null));
    assertThat(Files.readString(known())).startsWith("host.example:21 authorities ");
    CertificateException doubt = new CertificateException("nobody");
    assertThat(
            org.assertj.core.api.Assertions.catchThrowable(
                () -> trust.check(new Trust.Offer("host.example", 21, chain, doubt))))
        .isInstanceOf(FtpException.Untrusted.class)
        .hasMessageContaining("no authority vouches for host.example:21 any more")
        .hasMessageContaining(first.fingerprint());
  }

  @Test
  void sessionsThatBeginAtOnceAskOnce() throws Exception {
    AtomicInteger asked = new AtomicInteger();
    FirstUse trust =
        new FirstUse(
            around.state(),
            _ -> {
              asked.incrementAndGet();
              return "once";
            },
            _ -> {});
    Trust.Offer offer =
        new Trust.Offer(
            "host", 21, List.of(first.certificate()), new CertificateException("nobody"));
    List<FutureTask<Boolean>> sessions = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      FutureTask<Boolean> session =
          new FutureTask<>(
              () -> {
                trust.check(offer);
                return true;
              });
      sessions.add(session);
      Thread _ = Thread.ofVirtual().start(session);
    }
    for (FutureTask<Boolean> session : sessions) {
      assertThat(session.get(30, TimeUnit.SECONDS)).isTrue();
    }
    assertThat(asked).hasValue(1);
  }

  @Test
  void aSpoiltListIsNoReasonToBelieve() throws Exception {
    Files.createDirectories(around.state());
    Files.writeString(known(), place + " what\n");
    around.answers.add("yes");
    Ran ran = ls();
    assertThat(ran.code()).isEqualTo(8);
    assertThat(ran.err()).contains(known().toString()).contains("line 1");
    assertThat(around.questions).isEmpty();
  }

  @Test
  void theVerbs() throws IOException {
    String one = first.fingerprint();
    assertThat(around.wharf("trust", "add", "Host", one).code()).isZero();
    assertThat(around.wharf("trust", "add", "ftps://host", one).code()).isZero();
    assertThat(around.wharf("trust", "add", "::1", one).code()).isZero();
    assertThat(around.wharf("trust", "add", "[::1]:99", one).code()).isZero();
    assertThat(around.wharf("trust", "list").out().lines().map(line -> line.split(" ", -1)[0]))
        .containsExactly("host:21", "host:990", "[::1]:21", "[::1]:99");
    String all = around.wharf("trust", "list", "--json").out();
    ReadJson.isOneObject(all);
    assertThat(all)
        .startsWith("{\"schema\":1,\"verb\":\"trust list\",")
        .contains("{\"place\":\"host:21\",\"fingerprint\":\"%s\",\"since\":\"".formatted(one));
    Ran ran = around.wharf("trust", "add", "host", second.fingerprint());
    assertThat(ran.code()).isEqualTo(1);
    assertThat(ran.err()).contains(one).contains("--replace");
    assertThat(around.wharf("trust", "add", "--replace", "host", second.fingerprint()).code())
        .isZero();
    assertThat(around.wharf("trust", "add", "host", "12:34").code()).isEqualTo(2);
    assertThat(around.wharf("trust", "forget", "host:990").code()).isZero();
    assertThat(around.wharf("trust", "forget", "::1").code()).isZero();
    assertThat(around.wharf("trust", "list").out()).startsWith("host:21 ").hasLineCount(1);
    assertThat(around.wharf("trust", "forget", "other").code()).isEqualTo(6);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--insecure --tls=off",
        "--insecure --ca-file=x",
        "--pin=12",
        "--tls=off --ca-file=x",
        "--tls=never",
      })
  void misuse(String options) {
    assertThat(ls(options.split(" ", -1)).code()).isEqualTo(2);
  }
}
