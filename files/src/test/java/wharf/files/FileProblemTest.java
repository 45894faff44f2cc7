package wharf.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.AccessDeniedException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import wharf.files.FileProblem.Kind;

class FileProblemTest {
  private static final String DISK = "/srv/secret/place";

  @Test
  void sortsWhatTheJdkHasTypesFor() throws Exception {
    var path = VirtualPath.parse("/a");
    var expected =
        Map.<IOException, Kind>of(
            new NoSuchFileException(DISK), Kind.NOT_FOUND,
            new NotDirectoryException(DISK), Kind.NOT_A_DIRECTORY,
            new DirectoryNotEmptyException(DISK), Kind.NOT_EMPTY,
            new FileAlreadyExistsException(DISK), Kind.EXISTS,
            new AccessDeniedException(DISK), Kind.DENIED,
            new AtomicMoveNotSupportedException(DISK, DISK, "no"), Kind.OTHER_STORE,
            new ClosedByInterruptException(), Kind.IO,
            new IOException((String) null), Kind.IO);
    expected.forEach(
        (failure, kind) -> {
          FileProblem problem = FileProblem.of(failure, path);
          assertThat(problem.kind()).isEqualTo(kind);
          assertThat(problem.path()).isEqualTo(path);
          assertThat(problem).hasCause(failure).hasMessageStartingWith("/a ");
          assertThat(problem.getMessage()).doesNotContain(DISK);
          assertThat(FileProblem.of(problem, VirtualPath.ROOT)).isSameAs(problem);
        });
  }

  @ParameterizedTest
  @CsvSource({
    "No space left on device,NO_SPACE",
    "Disk quota exceeded,NO_SPACE",
    "File too large,NO_SPACE",
    "Read-only file system,READ_ONLY_STORE",
    "Operation not permitted,DENIED",
    "File name too long,BAD_NAME",
    "Device or resource busy,BUSY",
    "Too many open files,BUSY",
    "Is a directory,IS_A_DIRECTORY",
    "Not a directory,NOT_A_DIRECTORY",
    "Directory not empty,NOT_EMPTY",
    "Input/output error,IO"
  })
  void sortsTheRestByTheTextOfTheSystem(String text, Kind kind) {
    // Operations on names throw the first, reads and writes the second.
    for (var failure : List.of(new FileSystemException(DISK, null, text), new IOException(text))) {
      FileProblem problem = FileProblem.of(failure, VirtualPath.ROOT);
      assertThat(problem.kind()).isEqualTo(kind);
      assertThat(problem.getMessage()).doesNotContain(DISK);
    }
  }

  @Test
  void canBeSaidInOtherLanguages() throws Exception {
    var plain = FileProblem.of(new NoSuchFileException(DISK), VirtualPath.parse("/100%s"));
    assertThat(plain.predicate()).isEqualTo("does not exist");
    assertThat(plain.arguments()).isEmpty();
    assertThat(plain).hasMessage("/100%s does not exist");

    var counted = FileProblem.about(Kind.BAD_OFFSET, VirtualPath.parse("/a"), "has %s of %s", 1, 2);
    assertThat(counted.predicate()).isEqualTo("has %s of %s");
    assertThat(counted.arguments()).containsExactly(1, 2);
    assertThat(counted).hasMessage("/a has 1 of 2");

    assertThatThrownBy(() -> VirtualPath.parse("/.wharf-x"))
        .isInstanceOfSatisfying(
            FileProblem.class,
            problem -> {
              assertThat(problem.path()).isNull();
              assertThat(problem.predicate()).isEqualTo("names that begin with %s are reserved");
              assertThat(problem.arguments()).containsExactly(".wharf-");
              assertThat(problem).hasMessage("names that begin with .wharf- are reserved");
            });
  }
}
