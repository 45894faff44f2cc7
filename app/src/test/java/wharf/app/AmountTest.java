package wharf.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AmountTest {
  @ParameterizedTest
  @CsvSource({
    "0, 0 B",
    "1023, 1023 B",
    "1024, 1.0 KiB",
    "1536, 1.5 KiB",
    "1048524, 1023.9 KiB",
    "1048575, 1.0 MiB",
    "9223372036854775807, 8.0 EiB",
  })
  void bytes(long count, String text) {
    assertThat(Amount.bytes(count)).isEqualTo(text);
  }

  @ParameterizedTest
  @CsvSource({"0, 0:00", "59, 0:59", "61, 1:01", "3600, 1:00:00", "360000, 100:00:00"})
  void clock(long seconds, String text) {
    assertThat(Amount.clock(seconds)).isEqualTo(text);
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0",
    "4096, 4096",
    "64K, 65536",
    "64KB, 65536",
    "1MiB, 1048576",
    "2G, 2147483648",
    "1T, 1099511627776"
  })
  void readsSizes(String text, long bytes) {
    assertThat(Amount.ofBytes(text)).isEqualTo(bytes);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "-1", "1.5M", "64 K", "64k", "1P", "much", "1234567890123456789"})
  void saysHowSizesAreWritten(String text) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Amount.ofBytes(text))
        .withMessageContaining("64K");
  }
}
