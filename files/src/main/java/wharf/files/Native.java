package wharf.files;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.io.Closeable;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// The system calls that this module makes past the JDK: `open` and `close`, for a descriptor whose
/// number is known. Nothing of the JDK's tells which number an open directory has.
@SuppressWarnings("restricted") // Java's word for native; this is the file that may
final class Native {
  /// Where Linux lists the descriptors of the process that looks.
  static final Path DESCRIPTORS = Path.of("/proc/self/fd");

  private Native() {}

  /// Whether Java was allowed native calls, by `--enable-native-access`.
  static boolean isAllowed() {
    return Native.class.getModule().isNativeAccessEnabled();
  }

  /// A descriptor of our own, which nobody else closes.
  record Descriptor(int number) implements Closeable {
    /// Of what `path` leads to on Linux, only to name it, not to read it; null when there is
    /// nothing any more, or too much is open.
    ///
    /// @param path in ASCII
    static @Nullable Descriptor open(Path path) {
      try (Arena arena = Arena.ofConfined()) {
        int number =
            (int)
                Calls.OPEN.invokeExact(
                    arena.allocateFrom(path.toString()), Calls.O_PATH | Calls.O_CLOEXEC);
        return number < 0 ? null : new Descriptor(number);
      } catch (RuntimeException | Error e) {
        throw e;
      } catch (Throwable fault) {
        throw new AssertionError("a native call throws nothing checked", fault);
      }
    }

    /// A path that means it, while it is open.
    Path path() {
      return DESCRIPTORS.resolve(Integer.toString(number));
    }

    @Override
    public void close() {
      try {
        // Nothing was written through it: a failure would mean nothing.
        int _ = (int) Calls.CLOSE.invokeExact(number);
      } catch (RuntimeException | Error e) {
        throw e;
      } catch (Throwable fault) {
        throw new AssertionError("a native call throws nothing checked", fault);
      }
    }
  }

  /// Linked when first needed: it takes tens of milliseconds.
  private static final class Calls {
    // The same on every machine that Java runs on, as O_DIRECTORY is not.
    static final int O_PATH = 0x200000;
    static final int O_CLOEXEC = 0x80000;

    /// Its third argument, which varies, is for files that it makes.
    static final MethodHandle OPEN = link("open", ADDRESS, JAVA_INT);

    static final MethodHandle CLOSE = link("close", JAVA_INT);

    private static MethodHandle link(String name, ValueLayout... parameters) {
      Linker linker = Linker.nativeLinker();
      return linker.downcallHandle(
          linker.defaultLookup().findOrThrow(name), FunctionDescriptor.of(JAVA_INT, parameters));
    }
  }
}
