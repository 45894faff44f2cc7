package wharf.app;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

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
}
