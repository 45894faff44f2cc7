package wharf.app;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.EOFException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import wharf.protocol.FrameBuffer;

/// Asks servers of this machine, by the sockets of [Control].
final class ControlCaller {
  private static final int READ = 64 << 10;

  private ControlCaller() {}

  /// Where the servers of a user have their sockets, unless they were told otherwise.
  static Path folder(Path state) {
    return state.resolve("ctl");
  }

  /// Where this process may have its own: in a folder that nobody else may enter. What others left
  /// there that are no more is removed.
  static Path placeIn(Path folder) throws IOException {
    Files.createDirectories(
        folder.toAbsolutePath(),
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    for (Path socket : sockets(folder)) {
      if (!listens(socket)) {
        boolean _ = Files.deleteIfExists(socket);
      }
    }
    return folder.resolve(Long.toString(ProcessHandle.current().pid()));
  }

  /// The sockets in a folder, also those at which nobody listens any more.
  static List<Path> sockets(Path folder) throws IOException {
    List<Path> all = new ArrayList<>();
    // Not those that are being made.
    try (DirectoryStream<Path> files =
        Files.newDirectoryStream(folder, file -> !file.getFileName().toString().startsWith("."))) {
      files.forEach(all::add);
    } catch (NoSuchFileException e) {
      // Nobody has had one yet.
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    }
    all.sort(null);
    return all;
  }

  /// Whether a server listens there.
  static boolean listens(Path socket) {
    try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
      return channel.connect(UnixDomainSocketAddress.of(socket));
    } catch (IOException e) {
      return false;
    }
  }

  /// Asks one server.
  ///
  /// @throws InterruptedIOException when the thread is interrupted
  /// @throws IOException when nobody answers there
  static Control.Reply ask(Path socket, Control.Request request) throws IOException {
    FrameBuffer replies = new FrameBuffer(0, Integer.BYTES, Control.REPLY_LIMIT);
    try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
      channel.connect(UnixDomainSocketAddress.of(socket));
      ByteBuffer frame =
          new FrameBuffer(0, Integer.BYTES, Control.REQUEST_LIMIT)
              .frame(ByteBuffer.allocate(0), ByteBuffer.wrap(request.json()));
      while (frame.hasRemaining()) {
        int _ = channel.write(frame);
      }
      ByteBuffer some = ByteBuffer.allocate(READ);
      FrameBuffer.Found found;
      while ((found = replies.next()) == null) {
        if (channel.read(some.clear()) < 0) {
          throw new EOFException("the server went away before it had answered");
        }
        replies.add(some.flip());
      }
      return switch (found) {
        case FrameBuffer.Found.Frame(_, ByteBuffer body) ->
            JSON.std.beanFrom(Control.Reply.class, UTF_8.decode(body).toString());
        case FrameBuffer.Found.TooLong(_, long length) ->
            throw new IOException("a reply of " + length + " bytes");
      };
    }
  }

  /// Asks several at once; who does not answer within `limit`, or has gone, is left out.
  static List<Control.Reply> askAll(List<Path> sockets, Control.Request request, Duration limit) {
    List<Callable<Control.Reply>> calls =
        sockets.stream()
            .<Callable<Control.Reply>>map(socket -> () -> ask(socket, request))
            .toList();
    List<Control.Reply> replies = new ArrayList<>();
    try (ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
      // Those that take too long are interrupted, which closes their channels.
      for (Future<Control.Reply> call :
          callers.invokeAll(calls, limit.toMillis(), TimeUnit.MILLISECONDS)) {
        try {
          replies.add(call.get());
        } catch (ExecutionException | CancellationException e) {
          // It has gone, or hangs: the others have answered.
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return replies;
  }
}
