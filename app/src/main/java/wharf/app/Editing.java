package wharf.app;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.Channels;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import wharf.ftp.client.FtpException;
import wharf.ftp.client.RemotePath;

/// `edit`: a file of the server's in the user's own editor.
///
/// ```
/// fetch -> private copy -> editor -> changed? -> fetch again: still the same? -> put back
///                                       no: nothing        no: copy kept, nothing overwritten
/// ```
///
/// What others wrote meanwhile is never overwritten, whatever times and sizes say: the content is
/// compared. (Between that look and the upload a moment remains, as FTP has no locks.)
final class Editing {
  /// Who edits more has other tools for it.
  private static final int LIMIT = 64 << 20;

  /// What is needed of the server.
  interface Remote {
    /// The file's content, null when there is no such file.
    byte @Nullable [] read(String path) throws FtpException;

    void write(Path from, String path) throws FtpException;
  }

  /// Lets the user edit.
  interface Editor {
    /// Runs the editor to its end.
    ///
    /// @return its exit code
    int edit(Path file) throws FtpException;
  }

  private Editing() {}

  /// Edits a file, or begins a new one.
  ///
  /// @param notes told where the copy is, when it could not be put back
  /// @return what came of it, for people
  static String run(Remote remote, String path, Editor editor, Consumer<String> notes)
      throws FtpException {
    String name = RemotePath.last(path);
    if (name.isEmpty()) {
      throw new FtpException.NotFound("%s names a folder; edit needs a file".formatted(path));
    }
    byte[] before = remote.read(path);
    try {
      // For its owner only.
      Path folder = Files.createTempDirectory("wharf-edit-");
      boolean keep = true;
      try {
        Path copy = folder.resolve(named(name));
        if (before != null) {
          Files.write(copy, before);
        }
        int code = editor.edit(copy);
        byte[] after = Files.exists(copy) ? Files.readAllBytes(copy) : null;
        if (after == null || Arrays.equals(before, after)) {
          keep = false;
          return name + ": not changed";
        }
        if (code != 0) {
          throw new FtpException.LocalDisk(
              "the editor ended with %d, so %s is left as it was".formatted(code, name), null);
        }
        putBack(remote, path, before, copy);
        keep = false;
        return name + ": put back";
      } finally {
        if (keep) {
          notes.accept("what was edited is kept: " + folder.resolve(named(name)));
        } else {
          remove(folder);
        }
      }
    } catch (FtpException e) {
      throw e;
    } catch (IOException e) {
      throw new FtpException.LocalDisk("cannot edit %s: %s".formatted(name, e.getMessage()), e);
    }
  }

  private static void putBack(Remote remote, String path, byte @Nullable [] before, Path copy)
      throws FtpException {
    if (!Arrays.equals(before, remote.read(path))) {
      throw new FtpException.Refused(
          path + " was changed by somebody else meanwhile; theirs is left as it is", 0);
    }
    remote.write(copy, path);
  }

  /// The copy has the name of the file, by which editors know what it is; but no name of a server's
  /// leads anywhere.
  private static String named(String name) {
    boolean harmless =
        !name.equals(".")
            && !name.equals("..")
            && name.codePoints().noneMatch(c -> c < 0x20 || c == '/' || c == '\\' || c == ':')
            && name.getBytes(UTF_8).length <= 200
            // An editor would take it for an option.
            && !name.startsWith("-")
            && !name.startsWith("+");
    return harmless ? name : "file";
  }

  /// All of a file, if it is none too large.
  interface Content {
    void into(java.nio.channels.WritableByteChannel channel) throws FtpException;
  }

  static byte[] bounded(String path, Content content) throws FtpException {
    ByteArrayOutputStream bytes =
        new ByteArrayOutputStream() {
          @Override
          public synchronized void write(byte[] b, int off, int len) {
            if (count + len > LIMIT) {
              throw new UncheckedIOException(new IOException("too large"));
            }
            super.write(b, off, len);
          }
        };
    try {
      content.into(Channels.newChannel(bytes));
    } catch (UncheckedIOException e) {
      throw new FtpException.LocalDisk(
          "%s is larger than %s; get it, and put it back".formatted(path, Amount.bytes(LIMIT)), e);
    }
    return bytes.toByteArray();
  }

  private static void remove(Path folder) throws IOException {
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path one : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(one);
      }
    }
  }
}
