package wharf.ftp.client;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;

/// A small FTP server that misbehaves as told, with its files in memory.
final class FaultyServer implements Closeable {
  /// What can be wrong.
  enum Fault {
    /// Downloads end after half, and are called complete.
    SHORT_BUT_COMPLETE,
    /// Downloads are reset after half.
    DATA_RESET,
    /// Downloads stand still after half.
    DATA_STALLS,
    /// Both connections end after half.
    ALL_LOST,
    /// The data connection ends in order, then nothing is said.
    NO_FINAL_REPLY,
    /// The greeting is a line without end.
    ENDLESS_LINE,
    /// FEAT is answered without end.
    ENDLESS_REPLY,
    NOT_FTP,
    FULL,
    NO_EPSV,
    /// EPSV names a port where nobody is.
    EPSV_UNREACHABLE,
    /// PASV names an address where nobody is.
    PASV_ELSEWHERE,
    NO_MLST,
    /// MLSD is announced and not understood.
    NO_MLSD,
    /// There is nowhere to go.
    NO_FOLDERS,
    NO_SIZE,
    NO_REST,
    USER_SUFFICES,
    WANTS_ACCOUNT,
    /// Uploads are refused after the first bytes.
    DISK_FULL,
    /// Uploads lose their last byte, and are called complete.
    LOSES_A_BYTE,
    /// In uploads one byte becomes another, and they are called complete.
    SPOILS_A_BYTE,
    /// In downloads one byte becomes another.
    SENDS_A_WRONG_BYTE,
    /// After the consent to TLS more is said in the clear.
    TLS_INJECTED,
    /// The connection ends in the middle of the handshake.
    TLS_STOPS,
    /// What follows the consent to TLS is none.
    NO_TLS_AFTER_ALL,
    /// TLS is for what is said only.
    NO_PROT,
    /// Data connections show another certificate.
    STRANGER,
    /// Data connections under TLS end without close_notify.
    NO_CLOSE_NOTIFY,
    /// Uploads under TLS are not answered with close_notify, nor is their connection ended.
    NO_GOODBYE,
    /// A listing without end.
    ENDLESS_LISTING,
    /// A listing that is one name without end.
    ENDLESS_NAME,
    /// The hashes that are told are not those of the files.
    HASH_LIES,
    /// HASH is announced and then refused.
    HASH_REFUSED,
    /// STOR is refused after REST.
    NO_REST_FOR_UPLOADS,
    NO_APPE,
    /// What has been uploaded is not given out.
    WRITE_ONLY,
    /// HASH is answered for the whole file whatever RANG says.
    HASH_OF_ALL,
    /// Every MODE is agreed to, and data is as it always was.
    ANY_MODE,
    /// Downloads go on behind the end of the file, without end.
    ENDLESS_FILE,
    /// A download that is broken off ends the session.
    GOES_WHEN_BROKEN_OFF,
    /// Of a download that is broken off nothing is said.
    SILENT_WHEN_BROKEN_OFF,
    /// Of a download that is broken off it is said how fast it was, with the code of its beginning.
    MEASURED_WHEN_BROKEN_OFF,
    /// Of a download that is broken off it is said when the next command has come.
    SLOW_WHEN_BROKEN_OFF,
    /// Downloads are called complete, and some more comes.
    MORE_AFTER_COMPLETE,
    /// Nothing is said to RETR, nor sent.
    NO_FIRST_REPLY,
    /// Uploads are called complete before they are read, and their connection is reset.
    COMPLETE_BEFORE_READ,
    /// The same, but the connection ends in order.
    COMPLETE_UNREAD,
    /// NOOP, downloads and uploads are answered with a reply of which a character comes now and
    /// then, without end.
    TRICKLES,
    /// The same are answered over and over with a word that it has begun.
    EVER_BEGINNING,
  }

  final Set<Fault> faults = EnumSet.noneOf(Fault.class);
  final Map<String, byte[]> files = new ConcurrentHashMap<>();
  final List<String> commands = new CopyOnWriteArrayList<>();

  /// How each upload's data connection ended: `FIN` or `RESET`.
  final BlockingQueue<String> endings = new LinkedBlockingQueue<>();

  /// What was uploaded and is not published yet: only SIZE and STOR know of it.
  final Map<String, byte[]> parts = new ConcurrentHashMap<>();

  /// What FEAT announces besides the usual, as `HASH SHA-256*;MD5`, `RANG STREAM` or `XMD5`.
  final List<String> features = new CopyOnWriteArrayList<>();

  /// Whether replies to uploads tell the hash, once OPTS HASH has been said.
  volatile boolean receipts;

  /// How many sessions it takes at once, and what it says to others: with 421 at the greeting, with
  /// another code at the log-in.
  volatile int room = Integer.MAX_VALUE;

  volatile String noRoom = "421 Too many connections";

  /// Whether the names of files are paths, and folders are what these say.
  volatile boolean tree;

  /// In a tree: what is in every folder, without end.
  volatile @Nullable String everyFolderHas;

  /// Whether listings tell everything twice.
  volatile boolean listedTwice;

  /// What is said of the folder that one is in.
  volatile String place = "257 \"/a \"\"b\"\"\" is here";

  /// What is said of a folder that is not there.
  volatile String refusal = "550 No such folder";

  /// What EPSV and PASV are answered with, if not in the usual way.
  volatile @Nullable String extended;

  volatile @Nullable String plainPassive;

  /// When all files were modified.
  volatile String modified = "20200102030405";

  /// Whether MLSD tells it.
  volatile boolean listsTimes;

  /// Who it is under TLS, which it then has; and who else.
  volatile @Nullable SSLContext identity;

  volatile @Nullable SSLContext stranger;

  /// Whether TLS begins with the connection.
  volatile boolean implicit;

  private final ServerSocket listener;
  private final List<Socket> open = new CopyOnWriteArrayList<>();
  private final AtomicInteger inside = new AtomicInteger();

  FaultyServer() throws IOException {
    listener = new ServerSocket(0, 20, InetAddress.getLoopbackAddress());
    Thread _ = Thread.ofVirtual().start(this::accept);
  }

  int port() {
    return listener.getLocalPort();
  }

  private void accept() {
    while (true) {
      try {
        Socket socket = listener.accept();
        // Replies are short, and each would wait for the one before to be confirmed.
        socket.setTcpNoDelay(true);
        open.add(socket);
        Thread _ = Thread.ofVirtual().start(() -> serve(socket));
      } catch (IOException _) {
        return;
      }
    }
  }

  private void serve(Socket control) {
    boolean fits = inside.incrementAndGet() <= room;
    try (control) {
      new Dialogue(control, fits).run();
    } catch (IOException | UncheckedIOException _) {
      // The client is gone, or the test is over.
    } finally {
      inside.decrementAndGet();
    }
  }

  /// How many sessions there are.
  int inside() {
    return inside.get();
  }

  /// Breaks all connections off.
  void hangUp() throws IOException {
    for (Socket socket : open) {
      socket.close();
    }
  }

  @Override
  public void close() throws IOException {
    listener.close();
    hangUp();
  }

  private final class Dialogue {
    private final Socket control;
    private InputStream in;
    private OutputStream out;
    private boolean protect;
    private @Nullable ServerSocket passive;
    private final boolean fits;
    private int restart;
    private @Nullable String late;
    private @Nullable String hash;
    private int firstByte = 1;
    private int lastByte;

    Dialogue(Socket control, boolean fits) throws IOException {
      this.control = control;
      this.fits = fits;
      in = control.getInputStream();
      out = control.getOutputStream();
    }

    private void secure() throws IOException {
      Socket secured = under(Objects.requireNonNull(identity), control);
      in = secured.getInputStream();
      out = secured.getOutputStream();
    }

    private static Socket under(SSLContext who, Socket socket) throws IOException {
      SSLSocket secured =
          (SSLSocket) who.getSocketFactory().createSocket(socket, (InputStream) null, true);
      secured.setUseClientMode(false);
      secured.startHandshake();
      return secured;
    }

    private boolean auth() throws IOException {
      if (identity == null) {
        say("502 no");
        return true;
      }
      say(has(Fault.TLS_INJECTED) ? "234 begin\r\n230 in" : "234 begin");
      if (has(Fault.TLS_STOPS)) {
        int _ = in.read();
        return false;
      }
      if (has(Fault.NO_TLS_AFTER_ALL)) {
        int _ = in.read();
        say("500 what?");
        return false;
      }
      secure();
      return true;
    }

    void run() throws IOException {
      if (implicit) {
        secure();
      }
      if (has(Fault.ENDLESS_LINE)) {
        endlessly("220 " + "x".repeat(1000));
      }
      if (!fits && noRoom.startsWith("421")) {
        say(noRoom);
        return;
      }
      say(has(Fault.NOT_FTP) ? "SSH-2.0-x" : has(Fault.FULL) ? "421 full" : "220-hi\r\n220 ready");
      String line;
      while ((line = line()) != null) {
        commands.add(line);
        int space = line.indexOf(' ');
        String argument = space < 0 ? "" : line.substring(space + 1);
        String verb = space < 0 ? line : line.substring(0, space);
        if (late != null) {
          say(late);
          late = null;
        }
        if (!answer(verb, argument)) {
          return;
        }
      }
    }

    private boolean answer(String verb, String argument) throws IOException {
      switch (verb) {
        case "AUTH" -> {
          return auth();
        }
        case "PBSZ" -> say("200 ok");
        case "PROT" -> {
          protect = !has(Fault.NO_PROT);
          say(protect ? "200 ok" : "536 no");
        }
        case "USER" -> say(has(Fault.USER_SUFFICES) ? "230 in" : "331 password");
        case "PASS" ->
            say(
                !fits
                    ? noRoom
                    : has(Fault.WANTS_ACCOUNT)
                        ? "332 account"
                        : argument.equals("wrong") ? "530 no" : "230 in");
        case "FEAT" -> {
          if (has(Fault.ENDLESS_REPLY)) {
            endlessly("211-more\r\n");
          }
          StringBuilder more = new StringBuilder();
          features.forEach(feature -> more.append(" " + feature + "\r\n"));
          say(
              "211-f\r\n UTF8\r\n"
                  + (has(Fault.NO_MLST) ? "" : " MLST type*;\r\n")
                  + more
                  + "211 end");
        }
        case "SIZE" -> {
          byte[] file = parts.getOrDefault(argument, files.get(argument));
          say(
              has(Fault.NO_SIZE)
                  ? "502 no"
                  : file == null ? "550 No such file" : "213 " + file.length);
        }
        case "MDTM" -> say(files.containsKey(argument) ? "213 " + modified : "550 No such file");
        case "REST" -> {
          restart = has(Fault.NO_REST) ? 0 : Integer.parseInt(argument);
          say(has(Fault.NO_REST) ? "502 no" : "350 go on");
        }
        case "EPSV" -> {
          if (has(Fault.NO_EPSV)) {
            say("500 no");
          } else {
            int port = listen();
            if (passive != null && has(Fault.EPSV_UNREACHABLE)) {
              passive.close();
            }
            say(extended != null ? extended : "229 here (|||" + port + "|)");
          }
        }
        case "PASV" -> {
          int port = listen();
          String host = has(Fault.PASV_ELSEWHERE) ? "192,0,2,1" : "127,0,0,1";
          String at = "227 here (" + host + "," + port / 256 + "," + port % 256 + ")";
          say(plainPassive != null ? plainPassive : at);
        }
        case "RETR" -> {
          return retrieve(argument);
        }
        case "STOR" -> {
          if (restart > 0 && has(Fault.NO_REST_FOR_UPLOADS)) {
            restart = 0;
            say("451 not here");
          } else {
            store(argument);
          }
        }
        case "APPE" -> {
          if (has(Fault.NO_APPE)) {
            say("502 no");
            return true;
          }
          restart = files.getOrDefault(argument, new byte[0]).length;
          store(argument);
        }
        case "SITE" -> say(argument.startsWith("CHMOD 640 f") ? "200 ok" : "550 not so");
        case "STAT" -> say("211-fine\r\n as ever\r\n211 end");
        case "LIST", "MLSD" -> {
          if (verb.equals("MLSD") && has(Fault.NO_MLSD)) {
            say("500 no");
          } else {
            list(verb, argument);
          }
        }
        case "CWD" ->
            say(
                argument.startsWith("missing")
                        || files.containsKey(argument)
                        || has(Fault.NO_FOLDERS)
                    ? refusal
                    : "250 ok");
        case "PWD" -> say(place);
        case "MLST" ->
            say(
                tree && isFolder(argument)
                    ? "250-f\r\n type=dir; " + argument + "\r\n250 end"
                    : files.containsKey(argument)
                        ? "250-f\r\n type=file;size=1; " + argument + "\r\n250 end"
                        : "550 No such file");
        case "QUIT" -> {
          say("221 bye");
          return false;
        }
        case "NOOP" -> {
          neverEnd();
          say("200 ok");
        }
        case "TYPE" -> say("200 ok");
        case "MODE" -> say(has(Fault.ANY_MODE) ? "200 ok" : "504 only S");
        case "OPTS" -> {
          hash = argument.startsWith("HASH ") ? argument.substring(5) : hash;
          say("200 ok");
        }
        case "RANG" -> {
          String[] range = argument.split(" ", -1);
          firstByte = Integer.parseInt(range[0]);
          lastByte = Integer.parseInt(range[1]);
          say("350 go on");
        }
        case "HASH" -> hash(argument);
        case "XMD5", "XSHA256" -> {
          byte[] file = files.get(argument);
          say(file == null ? "550 No such file" : "250 " + hex(verb.substring(1), file));
        }
        default -> say("502 no");
      }
      return true;
    }

    private void hash(String name) throws IOException {
      byte[] file = files.get(name);
      if (has(Fault.HASH_REFUSED) || file == null || hash == null) {
        say(has(Fault.HASH_REFUSED) ? "502 no" : "550 No such file");
        return;
      }
      boolean all = has(Fault.HASH_OF_ALL) || lastByte < firstByte;
      int from = all ? 0 : firstByte;
      int to = all ? file.length : lastByte + 1;
      if (!has(Fault.HASH_OF_ALL)) {
        firstByte = 1;
        lastByte = 0;
      }
      String hex = hex(hash, Arrays.copyOfRange(file, from, to));
      say("213 %s %d-%d %s %s".formatted(hash, from, all ? to : to - 1, hex, name));
    }

    private String hex(String algorithm, byte[] bytes) {
      try {
        String name = algorithm.replaceFirst("SHA(?=\\d)", "SHA-");
        byte[] digest = MessageDigest.getInstance(name).digest(bytes);
        if (has(Fault.HASH_LIES)) {
          digest[0]++;
        }
        return HexFormat.of().formatHex(digest);
      } catch (NoSuchAlgorithmException e) {
        throw new IllegalStateException(e);
      }
    }

    private int listen() throws IOException {
      if (passive != null) {
        passive.close();
      }
      passive = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
      return passive.getLocalPort();
    }

    private Socket dataConnection() throws IOException {
      if (passive == null) {
        throw new IOException("no EPSV or PASV before");
      }
      Socket data = passive.accept();
      open.add(data);
      return data;
    }

    /// The same under TLS, if so agreed.
    private Socket secured(Socket data) throws IOException {
      return !protect
          ? data
          : under(Objects.requireNonNull(has(Fault.STRANGER) ? stranger : identity), data);
    }

    private boolean retrieve(String name) throws IOException {
      byte[] file = files.get(name);
      if (file == null || parts.containsKey(name) || has(Fault.WRITE_ONLY)) {
        restart = 0;
        say(has(Fault.WRITE_ONLY) ? "550 Permission denied" : "550 No such file");
        return true;
      }
      int from = restart;
      restart = 0;
      if (has(Fault.NO_FIRST_REPLY)) {
        return true;
      }
      say("150 coming");
      Socket plain = dataConnection();
      Socket data = secured(plain);
      boolean half =
          has(Fault.SHORT_BUT_COMPLETE)
              || has(Fault.DATA_RESET)
              || has(Fault.DATA_STALLS)
              || has(Fault.ALL_LOST);
      int count = half ? (file.length - from) / 2 : file.length - from;
      byte[] sent = Arrays.copyOfRange(file, from, from + count);
      if (has(Fault.SENDS_A_WRONG_BYTE)) {
        sent[count - 1]++;
      }
      try {
        data.getOutputStream().write(sent);
        if (has(Fault.MORE_AFTER_COMPLETE)) {
          say("226 complete");
          data.getOutputStream().write(new byte[1000]);
          data.close();
          return true;
        }
        while (has(Fault.ENDLESS_FILE)) {
          data.getOutputStream().write(sent);
        }
      } catch (IOException _) {
        if (has(Fault.GOES_WHEN_BROKEN_OFF)) {
          return false;
        }
        if (has(Fault.SLOW_WHEN_BROKEN_OFF)) {
          late = "426 you broke it off";
        } else if (has(Fault.MEASURED_WHEN_BROKEN_OFF)) {
          say("150 0.001 seconds (measured here)");
        } else if (!has(Fault.SILENT_WHEN_BROKEN_OFF)) {
          say("426 you broke it off");
        }
        return true;
      }
      if (has(Fault.DATA_STALLS)) {
        return true;
      }
      if (has(Fault.ALL_LOST)) {
        data.close();
        return false;
      }
      if (has(Fault.DATA_RESET)) {
        data.setSoLinger(true, 0);
        data.close();
        say("426 broken");
        return true;
      }
      if (has(Fault.NO_CLOSE_NOTIFY)) {
        plain.shutdownOutput();
        plain.close();
      } else {
        data.close();
      }
      neverEnd();
      if (!has(Fault.NO_FINAL_REPLY)) {
        say("226 complete");
      }
      return true;
    }

    private void store(String name) throws IOException {
      int from = restart;
      restart = 0;
      say("150 send");
      Socket data = secured(dataConnection());
      if (has(Fault.COMPLETE_BEFORE_READ) || has(Fault.COMPLETE_UNREAD)) {
        say("226 complete");
        files.put(name, new byte[0]);
        if (has(Fault.COMPLETE_BEFORE_READ)) {
          data.setSoLinger(true, 0);
        } else {
          // What is not read is not to reset it.
          data.getInputStream().transferTo(OutputStream.nullOutputStream());
        }
        data.close();
        return;
      }
      ByteArrayOutputStream received = new ByteArrayOutputStream();
      byte[] before = parts.getOrDefault(name, files.get(name));
      if (before != null && from > 0) {
        received.write(before, 0, from);
      }
      try (Socket _ = has(Fault.NO_GOODBYE) ? new Socket() : data) {
        if (has(Fault.DISK_FULL)) {
          int _ = data.getInputStream().read();
          say("552 disk full");
          data.setSoLinger(true, 0);
          return;
        }
        data.getInputStream().transferTo(received);
      } catch (IOException _) {
        endings.add("RESET");
        say("426 broken");
        return;
      }
      byte[] file = received.toByteArray();
      if (has(Fault.SPOILS_A_BYTE)) {
        file[file.length / 2]++;
      }
      parts.remove(name);
      files.put(name, has(Fault.LOSES_A_BYTE) ? Arrays.copyOf(file, file.length - 1) : file);
      endings.add("FIN");
      neverEnd();
      say("226 complete" + (receipts && hash != null ? ", " + hash + " " + hex(hash, file) : ""));
    }

    private void list(String verb, String path) throws IOException {
      if (tree && !isFolder(path)) {
        say("550 No such folder");
        return;
      }
      say("150 coming");
      Socket plain = dataConnection();
      try (Socket data = secured(plain)) {
        if (has(Fault.ENDLESS_NAME) || has(Fault.ENDLESS_LISTING)) {
          byte[] line = ("type=file;size=1; " + "x".repeat(100)).getBytes(UTF_8);
          while (true) {
            data.getOutputStream().write(line);
            if (has(Fault.ENDLESS_LISTING)) {
              data.getOutputStream().write('\n');
            }
          }
        }
        StringBuilder text = new StringBuilder();
        Map<String, byte[]> shown = tree ? filesIn(path) : files;
        if (tree) {
          foldersIn(path).forEach(name -> text.append("type=dir; %s\r\n".formatted(name)));
        }
        shown.forEach(
            (name, bytes) ->
                text.append(
                    verb.equals("MLSD")
                        ? "type=file;size=%d;%s %s\r\n".formatted(bytes.length, timeFact(), name)
                        : "-rw-r--r-- 1 o g %d Jan 2 2020 %s\r\n".formatted(bytes.length, name)));
        if (listedTwice) {
          text.append(text.toString());
        }
        data.getOutputStream().write(text.toString().getBytes(UTF_8));
        if (has(Fault.NO_CLOSE_NOTIFY)) {
          plain.shutdownOutput();
          plain.close();
        }
      } catch (IOException e) {
        say("426 " + e.getClass().getSimpleName());
        return;
      }
      say("226 complete");
    }

    private String timeFact() {
      return listsTimes ? "modify=%s;".formatted(modified) : "";
    }

    private boolean isFolder(String path) {
      return path.isEmpty()
          || everyFolderHas != null
          || files.keySet().stream().anyMatch(name -> name.startsWith(path + "/"));
    }

    private Map<String, byte[]> filesIn(String path) {
      String before = path.isEmpty() ? "" : path + "/";
      Map<String, byte[]> inside = new TreeMap<>();
      files.forEach(
          (name, bytes) -> {
            if (name.startsWith(before) && name.indexOf('/', before.length()) < 0) {
              inside.put(name.substring(before.length()), bytes);
            }
          });
      return inside;
    }

    private Set<String> foldersIn(String path) {
      String before = path.isEmpty() ? "" : path + "/";
      Set<String> inside = new TreeSet<>();
      for (String name : files.keySet()) {
        int end = name.startsWith(before) ? name.indexOf('/', before.length()) : -1;
        if (end > 0) {
          inside.add(name.substring(before.length(), end));
        }
      }
      if (everyFolderHas != null) {
        inside.add(everyFolderHas);
      }
      return inside;
    }

    private void neverEnd() throws IOException {
      if (has(Fault.TRICKLES)) {
        trickle();
      }
      if (has(Fault.EVER_BEGINNING)) {
        endlessly("150 it has begun\r\n");
      }
    }

    private void trickle() throws IOException {
      byte[] bytes = "200 well, ".getBytes(UTF_8);
      for (int i = 0; !control.isClosed(); i++) {
        out.write(bytes[Math.min(i, bytes.length - 1)]);
        try {
          // That it takes its time is what is wrong with it.
          Thread.sleep(20);
        } catch (InterruptedException e) {
          throw new IOException(e);
        }
      }
    }

    private void endlessly(String text) throws IOException {
      byte[] bytes = text.getBytes(UTF_8);
      out.write("211-\r\n".getBytes(UTF_8), 0, text.startsWith("211") ? 6 : 0);
      while (!control.isClosed()) {
        out.write(bytes);
      }
    }

    private @Nullable String line() throws IOException {
      ByteArrayOutputStream line = new ByteArrayOutputStream();
      int b;
      while ((b = in.read()) >= 0) {
        if (b == '\n') {
          return line.toString(UTF_8).stripTrailing();
        }
        line.write(b);
      }
      return null;
    }

    private void say(String reply) throws IOException {
      out.write((reply + "\r\n").getBytes(UTF_8));
    }

    private boolean has(Fault fault) {
      return faults.contains(fault);
    }
  }
}
