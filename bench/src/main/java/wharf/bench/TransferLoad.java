package wharf.bench;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// A large file over FTP, several times at once.
///
/// @param direction out of the server, or into it
/// @param atOnce how many sessions move it at the same time
record TransferLoad(Direction direction, int atOnce) implements Load {
  static final Quantity RATE = new Quantity("rate", "in all", "MiB/s", 0);
  static final Quantity CPU = new Quantity("cpu", "server CPU per GiB", "s", 2);

  /// The file that is downloaded.
  static final String NAME = "large";

  private static final Pattern PORT = Pattern.compile("229 .*\\(\\|\\|\\|(\\d{1,5})\\|\\)");

  enum Direction {
    DOWNLOAD,
    UPLOAD
  }

  @Override
  public String id() {
    return direction == Direction.DOWNLOAD ? "ftp-download" : "ftp-upload";
  }

  @Override
  public String title() {
    return direction == Direction.DOWNLOAD ? "FTP, downloads" : "FTP, uploads";
  }

  @Override
  public String what() {
    return direction == Direction.DOWNLOAD
        ? "%d sessions fetch one large file again and again.".formatted(atOnce)
        : ("%d sessions store a large file each, announced by ALLO and synced by the server before"
                + " it says that it is complete.")
            .formatted(atOnce);
  }

  @Override
  public Plan.Service service() {
    return direction == Direction.DOWNLOAD ? Plan.Service.FTP : Plan.Service.WRITABLE_FTP;
  }

  @Override
  public List<Quantity> quantities() {
    return List.of(RATE, CPU);
  }

  @Override
  public Room.Fit fit(Subject subject, Room room) {
    int sessions = Math.min(atOnce, subject.clientsAtOnce());
    return new Room.Fit.Clients(
        sessions,
        0,
        sessions == atOnce
            ? Optional.empty()
            : Optional.of("one session instead of " + atOnce + ": it serves one at a time"));
  }

  @Override
  public Sample measure(Site site, Room.Fit.Clients clients)
      throws IOException, InterruptedException {
    long size = site.extent().fileBytes();
    int count =
        direction == Direction.DOWNLOAD ? site.extent().downloads() : site.extent().uploads();
    Copies copies = new Copies(site.folder());
    ByteBuffer content = direction == Direction.UPLOAD ? Content.chunk() : ByteBuffer.allocate(0);
    List<Mover> movers =
        site.generator()
            .establish(
                clients.active(),
                site.addresses(),
                from ->
                    switch (direction) {
                      case DOWNLOAD -> new Fetcher(site, from, size);
                      case UPLOAD -> new Storer(site, from, size, content, copies);
                    });
    try {
      site.lap(movers, times(clients.active()));
      copies.delete();
      ClosedLoop.Lap lap = site.lap(movers, times(count));
      double bytes = (double) lap.answers().count() * size;
      Map<Quantity, OptionalDouble> values = new LinkedHashMap<>();
      values.put(RATE, OptionalDouble.of(bytes / (1 << 20) / lap.seconds()));
      values.put(CPU, Load.scaled(lap.cpuSeconds(), (1 << 30) / bytes));
      return Sample.of(values);
    } finally {
      copies.delete();
    }
  }

  private static BooleanSupplier times(int count) {
    return new BooleanSupplier() {
      private int left = count;

      @Override
      public boolean getAsBoolean() {
        return left-- > 0;
      }
    };
  }

  /// What was uploaded. It is deleted by us, so that no server's time goes into that.
  private static final class Copies implements Supplier<String> {
    private final Path folder;
    private int made;

    Copies(Path folder) {
      this.folder = folder;
    }

    @Override
    public String get() {
      return "copy-" + ++made;
    }

    void delete() throws IOException {
      for (; made > 0; made--) {
        Files.deleteIfExists(folder.resolve("copy-" + made));
      }
    }
  }

  /// A session that moves the file when it is asked to.
  private abstract static class Mover extends FtpLink implements ClosedLoop.Asker {
    final Site site;
    final @Nullable InetAddress from;
    private long askedAt;
    private boolean said;
    private boolean moved;

    Mover(Site site, @Nullable InetAddress from, Login login) throws IOException {
      super(site.generator(), from, login);
      this.site = site;
      this.from = from;
    }

    @Override
    final void loggedIn() throws IOException {
      say("TYPE I");
    }

    @Override
    public final void ask() throws IOException {
      askedAt = System.nanoTime();
      said = false;
      moved = false;
      say("EPSV");
    }

    @Override
    final void replied(String command, String reply) throws IOException {
      switch (command.replaceFirst(" .*", "")) {
        case "TYPE" -> site.generator().settled();
        case "EPSV" -> {
          Matcher port = PORT.matcher(reply);
          if (!port.find()) {
            throw new IOException("EPSV was answered: " + reply);
          }
          InetAddress host = site.generator().server().getAddress();
          move(new InetSocketAddress(host, Integer.parseInt(port.group(1))));
        }
        case "ALLO" -> announced();
        default -> {
          said = reply.startsWith("2");
          next();
        }
      }
    }

    /// Opens the data connection and says what is to be done.
    abstract void move(InetSocketAddress to) throws IOException;

    void announced() throws IOException {}

    /// The data connection has done its part.
    final void moved() throws IOException {
      moved = true;
      next();
    }

    private void next() throws IOException {
      if (said && moved) {
        site.loop().answered(this, System.nanoTime() - askedAt);
      }
    }
  }

  private static final class Fetcher extends Mover {
    private final long size;

    Fetcher(Site site, @Nullable InetAddress from, long size) throws IOException {
      super(site, from, FtpLink.Login.ANONYMOUS);
      this.size = size;
    }

    @Override
    void move(InetSocketAddress to) throws IOException {
      Link _ = new Incoming(to);
      say("RETR " + NAME);
    }

    private final class Incoming extends Link {
      private long received;

      Incoming(InetSocketAddress to) throws IOException {
        super(site.generator(), from, to);
      }

      @Override
      void connected() {}

      @Override
      void readable() throws IOException {
        int count = read(site.generator().scratch());
        if (count >= 0) {
          received += count;
          return;
        }
        close();
        if (received != size) {
          throw new IOException(Figures.of(received) + " bytes came of " + Figures.of(size));
        }
        moved();
      }
    }
  }

  private static final class Storer extends Mover {
    private final long size;
    private final ByteBuffer content;
    private final Supplier<String> names;

    Storer(
        Site site,
        @Nullable InetAddress from,
        long size,
        ByteBuffer content,
        Supplier<String> names)
        throws IOException {
      super(site, from, site.writer());
      this.size = size;
      this.content = content.duplicate();
      this.names = names;
    }

    @Override
    void move(InetSocketAddress to) throws IOException {
      Link _ = new Outgoing(to);
      say("ALLO " + size);
    }

    @Override
    void announced() throws IOException {
      say("STOR " + names.get());
    }

    private final class Outgoing extends Link {
      private long sent;

      Outgoing(InetSocketAddress to) throws IOException {
        super(site.generator(), from, to);
      }

      @Override
      void connected() {
        awaitRoom();
      }

      @Override
      void writable() throws IOException {
        int at = (int) (sent % content.capacity());
        content.clear().position(at).limit((int) Math.min(content.capacity(), at + size - sent));
        sent += write(content);
        if (sent == size) {
          close();
          moved();
        }
      }

      @Override
      void readable() throws IOException {
        throw new IOException(
            "the server closed the data connection after %s bytes of %s"
                .formatted(Figures.of(sent), Figures.of(size)));
      }
    }
  }
}
