package wharf.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;

/// Reads JSON as programs do, with a library that is not ours.
public final class ReadJson {
  private ReadJson() {}

  /// The fields of a line, which has to be one flat object, and nothing else.
  public static Map<String, Object> line(String line) throws IOException {
    assertThat(line.chars().noneMatch(Character::isISOControl)).as(line).isTrue();
    Map<String, Object> fields = new LinkedHashMap<>();
    try (JsonParser json = new JsonFactory().createParser(line)) {
      json.enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION);
      assertThat(json.nextToken()).isEqualTo(JsonToken.START_OBJECT);
      String name;
      while ((name = json.nextFieldName()) != null) {
        fields.put(
            name,
            switch (json.nextToken()) {
              case VALUE_STRING -> json.getText();
              case VALUE_NUMBER_INT -> json.getLongValue();
              case VALUE_NUMBER_FLOAT -> json.getDoubleValue();
              case VALUE_TRUE, VALUE_FALSE -> json.getBooleanValue();
              default -> throw new AssertionError(line);
            });
      }
      assertThat(json.nextToken()).isNull();
    }
    return fields;
  }

  /// Asserts that a text is one object, of any depth, without a field that is there twice.
  public static void isOneObject(String text) throws IOException {
    try (JsonParser json = new JsonFactory().createParser(text)) {
      json.enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION);
      assertThat(json.nextToken()).isEqualTo(JsonToken.START_OBJECT);
      do {
        assertThat(json.nextToken()).as(text).isNotNull();
      } while (!json.getParsingContext().inRoot());
      assertThat(json.nextToken()).as(text).isNull();
    }
  }
}
