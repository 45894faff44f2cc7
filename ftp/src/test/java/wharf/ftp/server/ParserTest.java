package wharf.ftp.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.Random;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import wharf.ftp.FtpTime;

/// The small parsers: what is written is read again, anything else is refused without a throw, and
/// nothing that a client can send makes them slow. The seed of a failure is in its message.
class ParserTest {
  /// Far more than a linear parser needs, far less than one that is not.
  private static final Duration LONG = Duration.ofSeconds(20);

  private static final long SEED = Long.getLong("wharf.seed", 959);

  private final Random random = new Random(SEED);

  private String any(String letters, int atMost) {
    StringBuilder text = new StringBuilder();
    for (int i = random.nextInt(atMost + 1); i > 0; i--) {
      text.append(letters.charAt(random.nextInt(letters.length())));
    }
    return text.toString();
  }

  @Test
  void addressesGoBothWays() throws Exception {
    for (int i = 0; i < 20_000; i++) {
      byte[] bytes = new byte[random.nextBoolean() ? 4 : 16];
      random.nextBytes(bytes);
      InetSocketAddress address =
          new InetSocketAddress(InetAddress.getByAddress(bytes), random.nextInt(65_536));
      boolean four = address.getAddress() instanceof Inet4Address;
      String eprt =
          "|%d|%s|%d|"
              .formatted(four ? 1 : 2, address.getAddress().getHostAddress(), address.getPort());
      assertThat(DataAddress.parseEprt(eprt)).as("seed %s: %s", SEED, eprt).contains(address);
      assertThat(DataAddress.isOtherProtocol(eprt)).isFalse();
      if (address.getAddress() instanceof Inet4Address v4) {
        String port = DataAddress.port(v4, address.getPort());
        assertThat(DataAddress.parsePort(port)).as("seed %s: %s", SEED, port).contains(address);
      }
    }
  }

  @Test
  void nonsenseIsNoAddress() {
    for (int i = 0; i < 50_000; i++) {
      String text = any("|0123456789,.:abF!\ud83dx ", 40);
      DataAddress.parsePort(text)
          .ifPresent(
              read ->
                  assertThat(text.strip())
                      .as("seed %s", SEED)
                      .matches("(0*\\d+,){5}\\d+")
                      .satisfies(_ -> assertThat(read.getAddress()).isNotNull()));
      DataAddress.parseEprt(text)
          .ifPresent(
              _ -> assertThat(text.strip()).as("seed %s", SEED).matches("(.)[12]\\1.+\\1\\d+\\1"));
      DataAddress.isOtherProtocol(text);
    }
    assertThat(DataAddress.isOtherProtocol("|3|x|1|")).isTrue();
    assertThat(DataAddress.isOtherProtocol("|1|x|1|")).isFalse();
    assertThat(DataAddress.isOtherProtocol("|")).isFalse();
    assertThat(DataAddress.isOtherProtocol("")).isFalse();
  }

  @Test
  void timesGoBothWays() {
    for (int i = 0; i < 20_000; i++) {
      Instant time = Instant.ofEpochSecond(random.nextLong(-62_135_596_800L, 253_402_300_800L));
      String said = FtpTime.format(time);
      assertThat(said).as("seed %s", SEED).matches("\\d{14}");
      assertThat(FtpTime.parse(said)).as("seed %s: %s", SEED, said).contains(time);
      int nanos = random.nextInt(1_000_000_000);
      assertThat(FtpTime.parse("%s.%09d".formatted(said, nanos))).contains(time.plusNanos(nanos));
    }
  }

  @Test
  void nonsenseIsNoTime() {
    for (int i = 0; i < 20_000; i++) {
      String text = any("0123456789.+-Z ", 20);
      boolean shape = text.matches("\\d{14}(\\.\\d{1,9})?");
      assertThat(FtpTime.parse(text).isPresent() && !shape).as("seed %s: %s", SEED, text).isFalse();
    }
    for (String wrong :
        new String[] {
          "",
          "2026",
          "20260230000000",
          "20260101240000",
          "20260101006000",
          "20260101000000.",
          "20260101000000.1234567890",
          "+20260101000000",
          "٢٠٢٦٠١٠١٠٠٠٠٠٠"
        }) {
      assertThat(FtpTime.parse(wrong)).as(wrong).isEmpty();
    }
    assertThat(FtpTime.parse("20240229000000")).isPresent();
    // RFC 3659 section 2.3 allows a leap second.
    assertThat(FtpTime.parse("20161231235960")).hasValue(Instant.parse("2016-12-31T23:59:59Z"));
  }

  /// Against the pattern that java.util.regex understands.
  @Test
  void wildcards() {
    for (int i = 0; i < 50_000; i++) {
      String pattern = any("ab*?.[\\", 8);
      String name = any("ab.[\\", 10);
      StringBuilder regex = new StringBuilder();
      for (int j = 0; j < pattern.length(); j++) {
        char c = pattern.charAt(j);
        regex.append(c == '*' ? ".*" : c == '?' ? "." : Pattern.quote(String.valueOf(c)));
      }
      assertThat(Wildcard.matches(pattern, name))
          .as("seed %s: %s against %s", SEED, pattern, name)
          .isEqualTo(name.matches(regex.toString()));
    }
  }

  @Test
  void bombs() {
    String name = "a".repeat(255);
    assertTimeoutPreemptively(
        LONG,
        () -> {
          for (int i = 0; i < 100; i++) {
            assertThat(Wildcard.matches("*a".repeat(2000) + "b", name)).isFalse();
            assertThat(Wildcard.matches("a*".repeat(120) + "b", name)).isFalse();
            assertThat(Wildcard.matches("*".repeat(4000), name)).isTrue();
            assertThat(DataAddress.parseEprt("|".repeat(4096))).isEmpty();
            assertThat(DataAddress.parseEprt("|1|" + "1".repeat(4000))).isEmpty();
            assertThat(DataAddress.parsePort("1,".repeat(2000))).isEmpty();
            assertThat(DataAddress.isOtherProtocol("|".repeat(4096))).isFalse();
            assertThat(FtpTime.parse("1".repeat(4096))).isEmpty();
          }
        });
  }
}
