package wharf.app;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import wharf.ftp.client.FtpException;

class EditingTest {
  private final Map<String, String> files = new HashMap<>();
  private final List<String> notes = new ArrayList<>();
  private boolean refusing;
  private @Nullable Path copy;

  private final Editing.Remote remote =
      new Editing.Remote() {
        @Override
        public byte @Nullable [] read(String path) {
          String content = files.get(path);
          return content == null ? null : content.getBytes(UTF_8);
        }

        @Override
        public void write(Path from, String path) throws FtpException {
          if (refusing) {
            throw new FtpException.NotPermitted("not allowed");
          }
          files.put(path, content(from));
        }
      };

  private static String content(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Editing.Editor writing(String text, int code) {
    return file -> {
      copy = file;
      try {
        assertThat(Files.getPosixFilePermissions(Objects.requireNonNull(file.getParent())))
            .hasSize(3);
        Files.writeString(file, text);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      return code;
    };
  }

  private Path copy() {
    return Objects.requireNonNull(copy);
  }

  @Test
  void whatWasChangedIsPutBackAndNothingIsLeftBehind() throws FtpException {
    files.put("d/a.txt", "before");
    assertThat(Editing.run(remote, "d/a.txt", writing("after", 0), notes::add))
        .contains("put back");
    assertThat(files).containsEntry("d/a.txt", "after");
    assertThat(copy().getFileName()).hasToString("a.txt");
    assertThat(copy().getParent()).doesNotExist();
    assertThat(notes).isEmpty();
  }

  @Test
  void whatWasNotChangedIsNotSent() throws FtpException {
    files.put("a", "same");
    refusing = true;
    assertThat(Editing.run(remote, "a", writing("same", 0), notes::add)).contains("not changed");
    assertThat(copy()).doesNotExist();
  }

  @Test
  void aNewFileIsBegun() throws FtpException {
    assertThat(Editing.run(remote, "new", writing("text", 0), notes::add)).contains("put back");
    assertThat(files).containsEntry("new", "text");
    assertThat(Editing.run(remote, "none", file -> 0, notes::add)).contains("not changed");
    assertThat(files).doesNotContainKey("none");
  }

  @Test
  void whatOthersWroteMeanwhileStays() throws IOException {
    files.put("a", "before");
    Editing.Editor editor =
        file -> {
          files.put("a", "theirs");
          return writing("mine", 0).edit(file);
        };
    assertThatThrownBy(() -> Editing.run(remote, "a", editor, notes::add))
        .isInstanceOf(FtpException.Refused.class)
        .hasMessageContaining("changed by somebody else");
    assertThat(files).containsEntry("a", "theirs");
    assertThat(copy()).hasContent("mine");
    assertThat(notes).hasSize(1).allMatch(note -> note.contains(copy().toString()));
    Files.delete(copy());
  }

  @Test
  void whatCannotBePutBackIsKept() throws IOException {
    files.put("a", "before");
    refusing = true;
    assertThatThrownBy(() -> Editing.run(remote, "a", writing("mine", 0), notes::add))
        .isInstanceOf(FtpException.NotPermitted.class);
    assertThat(copy()).hasContent("mine");
    Files.delete(copy());
    refusing = false;
    assertThatThrownBy(() -> Editing.run(remote, "a", writing("mine", 1), notes::add))
        .hasMessageContaining("the editor ended with 1");
    assertThat(files).containsEntry("a", "before");
    assertThat(copy()).hasContent("mine");
    Files.delete(copy());
  }

  @Test
  void noNameLeadsOutOfTheFolder() throws FtpException {
    for (String name : new String[] {"..", "-x", "+1", "a\\b", "a\nb"}) {
      files.put(name, "before");
      assertThat(Editing.run(remote, name, writing("after", 0), notes::add)).contains("put back");
      assertThat(copy().getFileName()).hasToString("file");
    }
    assertThatThrownBy(() -> Editing.run(remote, "folder/", writing("x", 0), notes::add))
        .isInstanceOf(FtpException.NotFound.class);
  }
}
