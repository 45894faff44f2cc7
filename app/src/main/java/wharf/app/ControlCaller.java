package wharf.app;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.EOFException;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.ConnectException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
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
import java.util.concurrent.TimeoutException;
import wharf.protocol.FrameBuffer;

/// Asks servers of this machine, by the sockets of [Control].
final class ControlCaller {
  private static final int READ = 64 << 10;

  private ControlCaller() {}

  /// Where the servers of a user have their sockets, unless they were told otherwise.
  static Path folder(Path state) {
    return state.resolve("ctl");
  }

  /// Where the process of that number has its own, in such a folder.
  static Path socketIn(Path folder, long process) {
    return folder.resolve(Long.toString(process));
  }

  /// Where this process may have its own: in a folder that nobody else may enter. What others left
  /// there that are no more is removed.
  static Path placeIn(Path folder) throws IOException {
    if (!folder.isAbsolute()) {
      throw new IOException("this user has no folder to keep it in");
    }
    Files.createDirectories(
        folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    for (Path socket : sockets(folder)) {
      if (isAbandoned(socket)) {
        boolean _ = Files.deleteIfExists(socket);
      }
    }
    return socketIn(folder, ProcessHandle.current().pid());
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
    try {
      return isSocket(socket) && !isRefused(socket);
    } catch (IOException e) {
      return false;
    }
  }

  /// Whether nobody listens there any more. A socket that cannot be tried is somebody's.
  private static boolean isAbandoned(Path socket) {
    try {
      return isSocket(socket) && isRefused(socket);
    } catch (IOException e) {
      return false;
    }
  }

  private static boolean isSocket(Path file) throws IOException {
    return Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
        .isOther();
  }

  /// Does not wait: of one that hangs the queue may be full.
  private static boolean isRefused(Path socket) throws IOException {
    try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
      channel.configureBlocking(false);
      boolean _ = channel.connect(UnixDomainSocketAddress.of(socket));
      return false;
    } catch (ConnectException e) {
      return true;
    }
  }

  /// Asks one server.
  ///
  /// @param limit how long it may take
  /// @throws IOException when nobody answers there
  static Control.Reply ask(Path socket, Control.Request request, Duration limit)
      throws IOException, InterruptedException {
    try (ExecutorService caller = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<Control.Reply> call = caller.submit(() -> ask(socket, request));
      try {
        return call.get(limit.toMillis(), TimeUnit.MILLISECONDS);
      } catch (TimeoutException e) {
        throw new IOException("it does not answer within " + limit.toSeconds() + " s", e);
      } catch (ExecutionException e) {
        Throwable why = e.getCause() == null ? e : e.getCause();
        throw new IOException(String.valueOf(why.getMessage()), e);
      } finally {
        // Which closes its channel.
        boolean _ = call.cancel(true);
      }
    }
  }

  private static Control.Reply ask(Path socket, Control.Request request) throws IOException {
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

  /// What several have answered.
  ///
  /// @param silent how many have not, though they are there
  record Answers(List<Control.Reply> replies, int silent) {}

  /// Asks several at once. Those that have gone are left out.
  static Answers askAll(List<Path> sockets, Control.Request request, Duration limit) {
    List<Path> live = sockets.stream().filter(ControlCaller::listens).toList();
    List<Callable<Control.Reply>> calls =
        live.stream().<Callable<Control.Reply>>map(socket -> () -> ask(socket, request)).toList();
    List<Control.Reply> replies = new ArrayList<>();
    try (ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
      // Those that take too long are interrupted, which closes their channels.
      for (Future<Control.Reply> call :
          callers.invokeAll(calls, limit.toMillis(), TimeUnit.MILLISECONDS)) {
        try {
          replies.add(call.get());
        } catch (ExecutionException | CancellationException e) {
          System.getLogger("wharf.app").log(Level.DEBUG, "a worker does not answer", e);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    int silent = (int) live.stream().filter(ControlCaller::listens).count() - replies.size();
    return new Answers(replies, Math.max(0, silent));
  }
}
