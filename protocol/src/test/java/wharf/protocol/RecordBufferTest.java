package wharf.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RecordBufferTest {
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 7, 1000})
  void everyRecordIsOfItsSize(int chunk) {
    String stream = "0123456789".repeat(50) + "ab";
    RecordBuffer records = new RecordBuffer(5);
    List<String> all = new ArrayList<>();
    for (int i = 0; i < stream.length(); i += chunk) {
      String part = stream.substring(i, Math.min(stream.length(), i + chunk));
      records.add(ByteBuffer.wrap(part.getBytes(StandardCharsets.US_ASCII)));
      ByteBuffer next;
      while ((next = records.next()) != null) {
        all.add(StandardCharsets.US_ASCII.decode(next).toString());
      }
    }
    assertThat(all).hasSize(100);
    assertThat(String.join("", all)).isEqualTo("0123456789".repeat(50));
    assertThat(records.held()).as("the last is cut short").isEqualTo(2);
  }

  @Test
  void aRecordHasAByte() {
    assertThatThrownBy(() -> new RecordBuffer(0)).isInstanceOf(IllegalArgumentException.class);
  }
}
