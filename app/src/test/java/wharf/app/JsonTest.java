package wharf.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.junit.jupiter.api.Test;
import wharf.ftp.client.Entry;

class JsonTest {
  @Test
  void escapesWhatMustBeAndWhatATerminalActsOn() {
    assertThat(Json.string("a\"b\\c\u001b\n\u0085\u202e\ud800\ud83d\ude00/\u00e9"))
        .isEqualTo("\"a\\\"b\\\\c\\u001b\\u000a\\u0085\\u202e\\ud800\ud83d\ude00/\u00e9\"");
  }

  @Test
  void anEntryIsALine() {
    Instant time = Instant.parse("2026-01-02T03:04:05Z");
    Entry file = new Entry("a\u001b b", Entry.Kind.FILE, 3, time);
    assertThat(EntryPrinter.json(file, "p/" + file.name()).toString())
        .isEqualTo(
            "{\"type\":\"file\",\"size\":3,\"modified\":\"2026-01-02T03:04:05Z\","
                + "\"name\":\"a\\u001b b\",\"path\":\"p/a\\u001b b\"}");
    assertThat(EntryPrinter.USUAL.text(file, file.name()))
        .isEqualTo("file            3 2026-01-02T03:04:05Z a? b");
    Entry folder = new Entry("x", Entry.Kind.FOLDER, -1, null);
    assertThat(EntryPrinter.json(folder, "x").toString())
        .isEqualTo("{\"type\":\"dir\",\"name\":\"x\",\"path\":\"x\"}");
    assertThat(EntryPrinter.USUAL.text(folder, "x"))
        .isEqualTo("dir             - -                    x");
  }
}
