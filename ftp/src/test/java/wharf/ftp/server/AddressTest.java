package wharf.ftp.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import wharf.protocol.Effect.Transfer.Route;

/// PORT, EPRT, PASV and EPSV: where data connections may lead.
class AddressTest {
  @TempDir Path base;

  private Stream<DynamicTest> over6(String text) {
    return Transcript.from(
        base,
        Transcript.LOGIN + text,
        (_, _) -> {},
        (session, chunk) ->
            new VirtualDriver(session, chunk, VirtualDriver.LOCAL_6, VirtualDriver.PEER_6));
  }

  @TestFactory
  Stream<DynamicTest> active() {
    return Transcript.tests(
        base,
        """
        C: PORT 192,0,2,7,255,255
        S: 200 The server will connect there.
        C: NLST docs/a.txt
        S: 150 ...
        """,
        (_, driver) -> {
          assertThat(driver.running().route()).isInstanceOf(Route.Active.class);
          Transcript.play("< docs/a.txt\nS: 226 ...\nC: NLST\nS: 425 ...", driver);
        });
  }

  @TestFactory
  Stream<DynamicTest> theLastWordCounts() {
    return Transcript.tests(
        base,
        """
        C: PORT 192,0,2,7,4,0
        S: 200 ...
        C: PASV
        S: 227 ...
        C: NLST empty
        S: 150 ...
        """,
        (_, driver) -> assertThat(driver.running().route()).isEqualTo(new Route.Passive()));
  }

  @TestFactory
  Stream<DynamicTest> aListenerThatCannotBeHadIsNoRoute() {
    return Transcript.tests(
        base,
        """
        C: PORT 192,0,2,7,4,0
        S: 200 ...
        ! no port
        C: EPSV
        S: 425 The server cannot listen for a data connection: no free port.
        C: NLST
        S: 425 Say first how to connect: EPSV, PASV, EPRT or PORT.
        """);
  }

  @TestFactory
  Stream<DynamicTest> notToOthersAndNotToLowPorts() {
    return Transcript.tests(
        base,
        """
        C: PORT 192,0,2,8,4,0
        S: 504 Data connections go only to your own address, 192.0.2.7.
        C: PORT 192,0,2,7,3,255
        S: 504 Data connections go only to ports of 1024 and above.
        C: PORT 192,0,2,7,0,21
        S: 504 ...
        C: PORT 127,0,0,1,4,0
        S: 504 ...
        C: EPRT |1|192.0.2.8|2000|
        S: 504 ...
        C: EPRT |1|192.0.2.7|0|
        S: 504 ...
        C: EPRT |2|::1|2000|
        S: 504 ...
        C: EPRT |2|::ffff:192.0.2.8|2000|
        S: 504 ...
        C: NLST
        S: 425 ...
        """);
  }

  /// lftp says so in active mode over IPv6; the connection goes to the client in any case.
  @TestFactory
  Stream<DynamicTest> noAddressMeansTheClientsOwn() {
    return Transcript.tests(
        base,
        """
        C: PORT 0,0,0,0,4,0
        S: 200 ...
        C: EPRT |1|0.0.0.0|1024|
        S: 200 ...
        C: PORT 0,0,0,0,0,21
        S: 504 ...
        """);
  }

  @TestFactory
  Stream<DynamicTest> malformed() {
    return Transcript.tests(
        base,
        """
        C: PORT
        C: PORT 1,2,3,4,5
        C: PORT 1,2,3,4,5,6,7
        C: PORT 256,0,2,7,4,0
        C: PORT 192,0,2,7,4,256
        C: PORT 192,0,2,7,-4,0
        C: PORT 192.0.2.7.4.0
        C: PORT 0192,0,2,7,4,0
        C: PORT ٣,0,2,7,4,0
        C: EPRT
        C: EPRT |1|192.0.2.7|2000
        C: EPRT |1|192.0.2.7|65536|
        C: EPRT |1|192.0.2.256|2000|
        C: EPRT |1|example.org|2000|
        C: EPRT |2|192.0.2.7:|2000|
        C: EPRT 1192.0.2.7120001
        C: EPRT |
        S: 501 Say it as: PORT <h1,h2,h3,h4,p1,p2>
        S: 501 ...
        S: 501 ...
        S: 501 ...
        S: 501 ...
        S: 501 ...
        S: 501 ...
        S: 501 ...
        S: 501 ...
        S: 501 Say it as: EPRT <|1 or 2|address|port|>
        S: 501 ...
        S: 501 ...
        S: 501 ...
        S: 501 ...
        S: 501 ...
        S: 501 ...
        S: 501 ...
        C: EPRT !1!192.0.2.7!2000!
        S: 200 ...
        C: EPRT |0|192.0.2.7|2000|
        S: 522 Only IPv4 and IPv6 are known; use (1,2).
        """);
  }

  @TestFactory
  Stream<DynamicTest> epsvAllForbidsTheRest() {
    return Transcript.tests(
        base,
        """
        C: EPSV all
        S: 200 From now on, only EPSV.
        C: PASV
        C: PORT 192,0,2,7,4,0
        C: EPRT |1|192.0.2.7|1024|
        S: 503 You have said EPSV ALL: only EPSV may follow.
        S: 503 ...
        S: 503 ...
        C: EPSV
        S: 229 Entering Extended Passive Mode (|||50000|)
        """);
  }

  @TestFactory
  Stream<DynamicTest> overIpv6() {
    return over6(
        """
        C: PASV
        S: 425 PASV has no words for IPv6; use EPSV.
        C: EPSV 1
        S: 522 Your control connection has another protocol; use (2).
        C: EPSV 2
        S: 229 Entering Extended Passive Mode (|||50000|)
        C: EPSV
        S: 229 ...
        C: EPRT |2|2001:db8:0::7|2000|
        S: 200 ...
        C: EPRT |2|2001:db8::8|2000|
        S: 504 Data connections go only to your own address, 2001:db8:0:0:0:0:0:7.
        C: PORT 192,0,2,7,4,0
        S: 504 ...
        """);
  }
}
