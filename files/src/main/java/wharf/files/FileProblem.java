package wharf.files;

import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.nio.file.AccessDeniedException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What the world would not let happen to a file: sorted by [Kind], said in a sentence for people.
///
/// The message names the served path only, never the place on disk, so it may be sent to a client.
/// The cause, where there is one, may name the disk: it is for the log.
public final class FileProblem extends IOException {
  private static final long serialVersionUID = 1L;

  /// Each protocol maps these to its own codes, in one place.
  public enum Kind {
    NOT_FOUND,
    NOT_A_DIRECTORY,
    IS_A_DIRECTORY,
    EXISTS,
    NOT_EMPTY,
    /// Disk or quota is full, or the file is larger than the store can hold.
    NO_SPACE,
    /// The process may not, or nobody may (the root cannot be removed, a device is not served).
    DENIED,
    /// The name itself cannot be used.
    BAD_NAME,
    /// A symbolic link leads out of the served tree.
    OUTSIDE,
    /// Somebody else is at it, or it changed while it was being reached: worth another try.
    BUSY,
    /// Who asked for it broke it off.
    BROKEN_OFF,
    READ_ONLY_STORE,
    /// A rename to another file system: the client has to copy.
    OTHER_STORE,
    /// An upload asked to continue at an offset up to which there is nothing.
    BAD_OFFSET,
    /// The platform cannot do it.
    UNSUPPORTED,
    /// Anything else: the disk failed, or something this module does not know by name.
    IO
  }

  private final Kind kind;
  private final transient @Nullable VirtualPath path;
  private final String predicate;
  private final transient List<Object> arguments;

  /// About no path, or about one that could not become a [VirtualPath]: the predicate is the whole
  /// sentence then.
  FileProblem(Kind kind, String sentence, Object... arguments) {
    this(kind, null, sentence, List.of(arguments), null);
  }

  FileProblem(Kind kind, String sentence, Throwable cause) {
    this(kind, null, sentence, List.of(), cause);
  }

  private FileProblem(
      Kind kind,
      @Nullable VirtualPath path,
      String predicate,
      List<Object> arguments,
      @Nullable Throwable cause) {
    super((path == null ? "" : path + " ") + filled(predicate, arguments), cause);
    this.kind = kind;
    this.path = path;
    this.predicate = predicate;
    this.arguments = arguments;
  }

  public Kind kind() {
    return kind;
  }

  /// The path that was asked for, where one is known.
  public @Nullable VirtualPath path() {
    return path;
  }

  /// What is said of [#path()], or the whole sentence where there is none: one of a fixed set of
  /// texts, so that it can be looked up in another language. `%s` stands for each of
  /// [#arguments()], in their order. [#getMessage()] is the path, a space, and this with its
  /// arguments.
  public String predicate() {
    return predicate;
  }

  /// What stands in the predicate in place of each `%s`: numbers and names. Never null inside.
  public List<Object> arguments() {
    return arguments;
  }

  private static String filled(String predicate, List<Object> arguments) {
    return arguments.isEmpty() ? predicate : String.format(predicate, arguments.toArray());
  }

  /// A sentence about `path`: "/a/b does not exist".
  ///
  /// @param arguments for each `%s` in `predicate`
  static FileProblem about(Kind kind, VirtualPath path, String predicate, Object... arguments) {
    return new FileProblem(kind, path, predicate, List.of(arguments), null);
  }

  /// A file that is to become larger than whoever writes it will have.
  public static FileProblem tooLarge(VirtualPath path, String predicate, Object... arguments) {
    return about(Kind.NO_SPACE, path, predicate, arguments);
  }

  /// What whoever asked may not do.
  public static FileProblem denied(VirtualPath path, String predicate, Object... arguments) {
    return about(Kind.DENIED, path, predicate, arguments);
  }

  /// There is nothing, or nothing that whoever asked is told of.
  public static FileProblem missing(VirtualPath path) {
    return about(Kind.NOT_FOUND, path, "does not exist");
  }

  /// What is, to whoever asked, as if it were not there.
  public static FileProblem notServed(VirtualPath path) {
    return about(Kind.NOT_FOUND, path, "is a name that is not served here");
  }

  /// What was to be done with a file, and was broken off by who asked for it.
  public static FileProblem brokenOff(VirtualPath path, String predicate, Object... arguments) {
    return about(Kind.BROKEN_OFF, path, predicate, arguments);
  }

  /// Says what `failure`, met while working on `path`, means. A `FileProblem` is answered as it is.
  ///
  /// The JDK has exception types for few errors; for the others only the system's text is left,
  /// which is English unless the process runs under a translated locale: then they come out as
  /// [Kind#IO].
  public static FileProblem of(IOException failure, VirtualPath path) {
    return switch (failure) {
      case FileProblem known -> known;
      case NoSuchFileException _ -> with(failure, Kind.NOT_FOUND, path, "does not exist");
      case NotDirectoryException _ ->
          with(failure, Kind.NOT_A_DIRECTORY, path, "is not a directory");
      case DirectoryNotEmptyException _ -> with(failure, Kind.NOT_EMPTY, path, "is not empty");
      case FileAlreadyExistsException _ -> with(failure, Kind.EXISTS, path, "exists already");
      case AccessDeniedException _ -> with(failure, Kind.DENIED, path, "may not be used so");
      case AtomicMoveNotSupportedException _ ->
          with(failure, Kind.OTHER_STORE, path, "cannot be moved to another file system");
      case ClosedChannelException _ ->
          with(failure, Kind.IO, path, "was closed while it was being used");
      default -> byText(failure, path);
    };
  }

  private static FileProblem byText(IOException failure, VirtualPath path) {
    String reason = failure instanceof FileSystemException f ? f.getReason() : failure.getMessage();
    String text = reason == null ? "" : reason;
    if (text.contains("symbolic link")) {
      // Every link is resolved by hand: the system only meets one that was put there meanwhile.
      return with(failure, Kind.BUSY, path, "changed while it was being reached");
    }
    return switch (text) {
      case "No space left on device" ->
          with(failure, Kind.NO_SPACE, path, "does not fit: disk full");
      case "Disk quota exceeded" -> with(failure, Kind.NO_SPACE, path, "does not fit: over quota");
      case "File too large" -> with(failure, Kind.NO_SPACE, path, "is too large for this store");
      case "Read-only file system" ->
          with(failure, Kind.READ_ONLY_STORE, path, "is on a read-only store");
      case "Operation not permitted" -> with(failure, Kind.DENIED, path, "may not be used so");
      case "File name too long" -> with(failure, Kind.BAD_NAME, path, "is too long a name");
      case "Device or resource busy", "Text file busy" ->
          with(failure, Kind.BUSY, path, "is in use");
      case "Too many open files", "Too many open files in system" ->
          with(failure, Kind.BUSY, path, "cannot be opened now: too many files are open");
      case "Not a directory" -> with(failure, Kind.NOT_A_DIRECTORY, path, "is not a directory");
      case "Directory not empty" -> with(failure, Kind.NOT_EMPTY, path, "is not empty");
      case "Is a directory" -> with(failure, Kind.IS_A_DIRECTORY, path, "is a directory");
      default -> with(failure, Kind.IO, path, "could not be used: the disk reported an error");
    };
  }

  private static FileProblem with(
      IOException cause, Kind kind, VirtualPath path, String predicate) {
    return new FileProblem(kind, path, predicate, List.of(), cause);
  }
}
