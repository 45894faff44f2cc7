package wharf.ftp.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import wharf.protocol.Effect.Transfer.Form;
import wharf.protocol.Ending;
import wharf.protocol.Happening;
import wharf.protocol.Happening.Cargo;
import wharf.protocol.Happening.Change;
import wharf.protocol.Happening.Command;
import wharf.protocol.Happening.Direction;
import wharf.protocol.Happening.Login;
import wharf.protocol.Happening.Mode;
import wharf.protocol.Happening.Proof;
import wharf.protocol.Happening.Transfer;

/// What programs are told of a session. That every reply is told of once, [VirtualDriver] sees to
/// in every test.
class HappeningsTest {
  @TempDir Path base;

  private static Command command(
      @Nullable String verb, @Nullable String argument, @Nullable Integer code) {
    return new Command(verb, argument, code, Duration.ZERO);
  }

  private static <T extends Happening> List<T> of(Class<T> kind, VirtualDriver driver) {
    return driver.happenings().stream().filter(kind::isInstance).map(kind::cast).toList();
  }

  @TestFactory
  Stream<DynamicTest> everyCommandIsToldOnceWithItsLastReply() {
    return Transcript.from(
        base,
        """
        S: 220 ...
        C: PWD
        S: 530 ...
        C: user jo
        S: 331 ...
        C: PASS secret
        S: 230 ...
        C: TYPE I
        S: 200 ...
        C: EPSV
        S: 229 ...
        C: RETR data.bin
        S: 150 ...
        C: NOOP
        S: 200 ...
        C: ABOR
        S: 426 ...
        S: 226 ...
        C: STAT docs
        S: [...]
        S: 213 End.
        C: what is this?
        S: 500 ...
        C: ADAT token
        S: 502 ...
        C: SITE CHMOD 600 data.bin
        S: 200 ...
        C: QUIT
        S: 221 ...
        ! closed
        """,
        (_, driver) ->
            assertThat(of(Command.class, driver))
                .containsExactly(
                    command("PWD", null, 530),
                    command("USER", "jo", 331),
                    command("PASS", null, 230),
                    command("TYPE", "I", 200),
                    command("EPSV", null, 229),
                    command("NOOP", null, 200),
                    command("RETR", "data.bin", 426),
                    command("ABOR", null, 226),
                    command("STAT", "docs", 213),
                    command(null, null, 500),
                    command("ADAT", null, 502),
                    command("SITE CHMOD", "600 data.bin", 200),
                    command("QUIT", null, 221)));
  }

  /// A transfer's command is answered before the QUIT that has come meanwhile.
  @TestFactory
  Stream<DynamicTest> quitWaitsForTheTransfer() {
    return Transcript.tests(
        base,
        """
        C: EPSV
        S: 229 ...
        C: RETR data.bin
        C: QUIT
        S: 150 ...
        < 0123456789
        S: 226 ...
        S: 221 ...
        ! closed
        """,
        (_, driver) ->
            assertThat(of(Command.class, driver))
                .endsWith(command("RETR", "data.bin", 226), command("QUIT", null, 221)));
  }

  @TestFactory
  Stream<DynamicTest> whatIsNeverAnsweredIsTold() {
    return Transcript.tests(
        base,
        """
        ! hold drains
        C: STAT docs
        S: 213-...
        S: [...]
        ! gone
        ! closed
        """,
        (_, driver) ->
            assertThat(of(Command.class, driver)).endsWith(command("STAT", "docs", null)));
  }

  @TestFactory
  Stream<DynamicTest> whatAnswersNothing() {
    return Transcript.tests(
        base,
        """
        ! wait 300
        S: 421 Nothing was heard for too long. Goodbye.
        ! closed
        """,
        (_, driver) ->
            assertThat(of(Happening.Told.class, driver))
                .containsExactly(
                    new Happening.Told(421, "Nothing was heard for too long. Goodbye.")));
  }

  @TestFactory
  Stream<DynamicTest> whoComesAndWhatIsChanged() {
    return Transcript.from(
        base,
        """
        S: 220 ...
        C: USER jo
        S: 331 ...
        C: PASS wrong
        S: 530 ...
        C: USER FTP
        S: 331 ...
        C: PASS me@example.org
        S: 230 ...
        C: USER jo
        S: 331 ...
        C: PASS secret
        S: 230 ...
        C: MKD new
        S: 257 ...
        C: RNFR new
        S: 350 ...
        C: RNTO old
        S: 250 ...
        C: DELE readme.txt
        S: 250 ...
        C: SITE COPY data.bin copy
        S: 250 ...
        C: SITE SYMLINK data.bin link
        S: 250 ...
        C: SITE RMDIR docs
        S: 250 ...
        C: COMB whole copy
        S: 250 ...
        """,
        (_, driver) -> {
          assertThat(of(Login.class, driver))
              .containsExactly(
                  new Login("jo", false, Proof.PASSWORD, null),
                  new Login("anonymous", true, Proof.NONE, null),
                  new Login("jo", true, Proof.PASSWORD, null));
          assertThat(of(Change.class, driver))
              .containsExactly(
                  new Change("jo", "MKD", "/new", null),
                  new Change("jo", "RNTO", "/new", "/old"),
                  new Change("jo", "DELE", "/readme.txt", null),
                  new Change("jo", "SITE COPY", "/data.bin", "/copy"),
                  new Change("jo", "SITE SYMLINK", "/link", "/data.bin"),
                  new Change("jo", "SITE RMDIR", "/docs", null),
                  new Change("jo", "COMB", "/whole", null));
        });
  }

  /// With the rule that has decided.
  @TestFactory
  Stream<DynamicTest> whatIsRefused() {
    return Transcript.from(
        base,
        Transcript.login("ro")
            + """
            C: MKD new
            S: 550 ...
            """,
        (_, driver) ->
            assertThat(of(Happening.Refused.class, driver))
                .singleElement()
                .satisfies(
                    refused -> {
                      assertThat(refused.account()).isEqualTo("ro");
                      assertThat(refused.verb()).isEqualTo("MKD");
                      assertThat(refused.why()).contains("ro").contains("MKD");
                    }));
  }

  private static Cargo cargo(Direction direction, String verb, String path) {
    return new Cargo("jo", direction, verb, path, Form.IMAGE, Mode.STREAM, false);
  }

  @TestFactory
  Stream<DynamicTest> receipts() {
    return Transcript.tests(
        base,
        """
        C: OPTS HASH SHA-256
        S: 200 ...
        C: EPSV
        S: 229 ...
        C: STOR new
        S: 150 ...
        > abc
        ! FIN
        S: 226 ...
        C: EPSV
        S: 229 ...
        C: RETR data.bin
        S: 150 ...
        < 0123456789
        S: 226 ...
        C: EPSV
        S: 229 ...
        C: RETR data.bin
        S: 150 ...
        ! RESET
        S: 426 ...
        C: EPSV
        S: 229 ...
        C: STOR part
        S: 150 ...
        > abc
        ! FIN gone
        S: 426 ...
        """,
        (_, driver) ->
            assertThat(of(Transfer.class, driver))
                .containsExactly(
                    new Transfer(
                        cargo(Direction.IN, "STOR", "/new"),
                        3,
                        3,
                        VirtualDriver.TOOK,
                        true,
                        Ending.FIN,
                        null,
                        null,
                        "SHA-256 ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
                    new Transfer(
                        cargo(Direction.OUT, "RETR", "/data.bin"),
                        10,
                        10,
                        VirtualDriver.TOOK,
                        true,
                        Ending.SENT,
                        null,
                        null,
                        null),
                    new Transfer(
                        cargo(Direction.OUT, "RETR", "/data.bin"),
                        0,
                        0,
                        VirtualDriver.TOOK,
                        false,
                        Ending.RESET,
                        "a test wants it so",
                        null,
                        null),
                    new Transfer(
                        cargo(Direction.IN, "STOR", "/part"),
                        3,
                        3,
                        VirtualDriver.TOOK,
                        false,
                        Ending.FIN,
                        "the client is gone",
                        3L,
                        null)));
  }

  /// Said right, wrong, and where it does not belong.
  @Test
  void noSecretIsTold() throws IOException {
    String password = "correct horse";
    try (World world = new World(base)) {
      VirtualDriver driver = new VirtualDriver(world.service.open(), VirtualDriver.WHOLE);
      for (String line :
          List.of(
              password,
              "PASS " + password,
              "USER jo",
              "pass " + password,
              "USER jo",
              "PASS secret",
              "PASS " + password,
              "ACCT " + password,
              "PASSWORD " + password,
              "PASS\t" + password,
              "SITE PSWD old " + password,
              "ADAT " + password,
              "MIC " + password,
              "GET " + password)) {
        driver.send(line.getBytes(UTF_8));
        driver.send("");
      }
      assertThat(of(Command.class, driver)).hasSize(14);
      assertThat(driver.happenings().toString()).doesNotContain("correct", "horse", "secret");
      assertThat(driver.notes().toString()).doesNotContain("correct", "horse", "secret");
    }
  }

  /// Where nobody reads what commands there were, none is told.
  @Test
  void commandsAreToldOnlyToWhoAsks() throws IOException {
    try (World world = new World(base)) {
      FtpService same = world.service;
      FtpService quiet =
          new FtpService(world.tree, same.accounts(), same.now(), same.patience(), same.tls());
      VirtualDriver driver = new VirtualDriver(quiet.open(), VirtualDriver.WHOLE);
      driver.send("USER ftp");
      driver.send("PASS x");
      driver.send("NOOP");
      assertThat(driver.happenings())
          .containsExactly(new Login("anonymous", true, Proof.NONE, null));
    }
  }
}
