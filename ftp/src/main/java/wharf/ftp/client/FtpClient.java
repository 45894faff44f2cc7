package wharf.ftp.client;

import java.io.Closeable;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import wharf.ftp.FtpTime;
import wharf.net.TimedWire;

/// A session with an FTP server, logged in, moving bytes as they are (TYPE I) over passive data
/// connections.
///
/// ```
/// try (var client = FtpClient.connect(Site.at("ftp.example.org"))) {
///   client.list("", entry -> System.out.println(entry.name()));
///   Download.run(
///       client, "folder/file", Path.of("file"), TransferOptions.usual(), Progress.NONE);
/// }
/// ```
///
/// Every method waits, at most the timeout for each step, and fails with an [FtpException] whose
/// type is the meaning. For one thread at a time; interrupting it ends what it waits for with
/// [FtpException.Cancelled]: a transfer is called off then, and the session can go on. After a
/// failure it does if [#usable].
///
/// This class moves bytes; [Download] and [Upload] move files, and say that one is complete only
/// when it is.
public final class FtpClient implements Closeable {
  private static final int BUFFER = 256 * 1024;

  /// What [#quote] does not say.
  private static final Set<String> OWN =
      Set.of(
          "ADAT", "AUTH", "CCC", "PBSZ", "PROT", "TYPE", "MODE", "STRU", "PORT", "EPRT", "PASV",
          "EPSV", "REST", "RANG", "RETR", "STOR", "STOU", "APPE", "ALLO", "LIST", "NLST", "MLSD",
          "USER", "PASS", "ACCT", "REIN", "QUIT");

  private static final Pattern PASV_NUMBERS =
      Pattern.compile("(\\d{1,3}),(\\d{1,3}),(\\d{1,3}),(\\d{1,3}),(\\d{1,3}),(\\d{1,3})");
  private static final Pattern EPSV_PORT = Pattern.compile("\\((.)\\1\\1(\\d{1,5})\\1\\)");

  private final ControlConnection control;
  private final Duration timeout;
  private final InstantSource clock;
  private final Map<String, String> features = new HashMap<>();
  private @Nullable Hashes hashes;
  private boolean extendedPassive = true;
  private boolean machineListings;
  private @Nullable ByteBuffer buffer;

  private FtpClient(ControlConnection control, Duration timeout, InstantSource clock) {
    this.control = control;
    this.timeout = timeout;
    this.clock = clock;
  }

  /// Connects, logs in and gets ready to move files.
  public static FtpClient connect(Site site) throws FtpException {
    FtpClient client =
        new FtpClient(
            ControlConnection.open(
                site.host(), site.port(), site.timeout(), site.listeners().get()),
            site.timeout(),
            site.clock());
    try {
      try {
        client.logIn(site.login());
      } catch (FtpException.ConnectionLost e) {
        // Some count only once they know who it is.
        Reply farewell = client.control.farewell();
        throw farewell == null ? e : ControlConnection.full(client.control.server(), farewell);
      }
      client.learnFeatures();
      Reply type = client.control.command("TYPE", "I");
      if (!type.done()) {
        throw Refusal.of(type, "TYPE", "I");
      }
      return client;
    } catch (FtpException e) {
      client.control.close();
      throw e;
    }
  }

  private void logIn(Login login) throws FtpException {
    Reply reply = control.command("USER", login.user());
    if (reply.code() == 331) {
      reply = control.command("PASS", login.password());
    }
    if (reply.code() == 332) {
      throw new FtpException.LoginRefused(
          "%s wants an account (ACCT) besides user and password, which is not supported"
              .formatted(control.server()));
    }
    if (Refusal.isFull(reply)) {
      throw ControlConnection.full(control.server(), reply);
    }
    if (!reply.done()) {
      throw new FtpException.LoginRefused(
          "%s refused to log in %s: %s; check user and password"
              .formatted(control.server(), Refusal.quote(login.user()), reply));
    }
  }

  private void learnFeatures() throws FtpException {
    Reply reply = control.command("FEAT", "");
    if (reply.code() != 211) {
      return;
    }
    for (String line : reply.lines()) {
      // Some servers repeat the code on each line.
      String feature = line.startsWith("211-") ? line.substring(4) : line;
      String[] words = feature.strip().split(" ", 2);
      features.put(words[0].toUpperCase(Locale.ROOT), words.length > 1 ? words[1] : "");
    }
    machineListings = offers("MLST") || offers("MLSD");
    if (offers("UTF8")) {
      // Servers that offer it may still wait to be asked; what they answer changes nothing.
      Reply _ = control.command("OPTS", "UTF8 ON");
      control.promiseUtf8();
    }
  }

  /// Whether the server announced a feature (FEAT, RFC 2389).
  public boolean offers(String feature) {
    return features.containsKey(feature);
  }

  /// What the server announced along with a feature, as `SHA-256*;SHA-1` of HASH: empty when that
  /// is nothing, and when the feature is not there ([#offers] tells).
  public String feature(String feature) {
    return features.getOrDefault(feature, "");
  }

  /// Says a command as it is, and gives the answer, whatever it is: for what has no method here, as
  /// `STAT`, `HELP` or `SITE ...`.
  ///
  /// @throws FtpException.NotPermitted when the command would change how data is moved, or moves
  ///   data itself: then this session would no longer know what it is doing
  public Reply quote(String line) throws FtpException {
    String[] words = line.strip().split(" ", 2);
    String verb = words[0].toUpperCase(Locale.ROOT);
    if (verb.isEmpty() || OWN.contains(verb)) {
      throw new FtpException.NotPermitted(
          verb.isEmpty()
              ? "there is no command to send"
              : "%s is not sent as it is: the session itself says it where it is needed"
                  .formatted(verb));
    }
    Reply reply = control.command(words[0], words.length > 1 ? words[1] : "");
    while (reply.preliminary()) {
      reply = control.read();
    }
    return reply;
  }

  /// Sets a file's permissions as Unix has them (SITE CHMOD).
  ///
  /// @param mode the last 12 bits, as `0644`
  public void mode(String path, int mode) throws FtpException {
    Reply reply = control.command("SITE", "CHMOD %03o %s".formatted(mode & 07777, path));
    if (!reply.done()) {
      throw Refusal.of(reply, "SITE CHMOD", path);
    }
  }

  /// Whether the session can go on after a failure; if not, only [#close] is left.
  public boolean usable() {
    return control.usable();
  }

  /// Asks the server for a sign of life.
  public void noop() throws FtpException {
    Reply _ = control.command("NOOP", "");
  }

  /// The folder that relative paths count from.
  public String pwd() throws FtpException {
    Reply reply = control.command("PWD", "");
    String text = reply.text();
    int open = text.indexOf('"');
    int close = text.lastIndexOf('"');
    if (reply.code() != 257 || open < 0 || close == open) {
      throw reply.code() >= 400
          ? Refusal.of(reply, "PWD", "")
          : new FtpException.Protocol("the server does not say which folder this is: " + reply);
    }
    // A quote in the name is doubled (RFC 959, appendix II); some servers add text in quotes.
    StringBuilder path = new StringBuilder();
    for (int i = open + 1; i <= close; i++) {
      if (text.charAt(i) == '"') {
        if (i == close || text.charAt(i + 1) != '"') {
          break;
        }
        i++;
      }
      path.append(text.charAt(i));
    }
    return path.toString();
  }

  public void cwd(String path) throws FtpException {
    expectDone("CWD", path);
  }

  /// Makes a folder.
  public void makeFolder(String path) throws FtpException {
    expectDone("MKD", path);
  }

  /// Removes an empty folder.
  public void removeFolder(String path) throws FtpException {
    expectDone("RMD", path);
  }

  public void delete(String path) throws FtpException {
    expectDone("DELE", path);
  }

  public void rename(String from, String to) throws FtpException {
    Reply reply = control.command("RNFR", from);
    if (!reply.wantsMore()) {
      throw Refusal.of(reply, "RNFR", from);
    }
    expectDone("RNTO", to);
  }

  /// A file's size in bytes, empty when the server does not say: for want of the command, of the
  /// file or of permission.
  public OptionalLong size(String path) throws FtpException {
    Reply reply = control.command("SIZE", path);
    String text = reply.text().strip();
    return reply.code() == 213 && text.matches("\\d{1,18}")
        ? OptionalLong.of(Long.parseLong(text))
        : OptionalLong.empty();
  }

  /// When a file was modified, empty when the server does not say.
  public Optional<Instant> modified(String path) throws FtpException {
    Reply reply = control.command("MDTM", path);
    return reply.code() == 213 ? FtpTime.parse(reply.text().strip()) : Optional.empty();
  }

  /// Sets when a file was modified, where the server can (MFMT).
  ///
  /// @return whether it did
  public boolean setModified(String path, Instant modified) throws FtpException {
    if (!offers("MFMT")) {
      return false;
    }
    return control.command("MFMT", FtpTime.format(modified) + " " + path).done();
  }

  /// The algorithms by which the server can tell a file's hash, the preferred one first.
  public Set<HashAlgorithm> hashes() {
    return hashing().offered();
  }

  /// The hash of a file as the server has it, in lower-case hexadecimal digits (HASH, or XSHA256
  /// and its like). It reads the whole file for it: that may take long.
  ///
  /// @throws FtpException.Refused with code 504 when the server cannot tell this one
  public String hash(String path, HashAlgorithm algorithm) throws FtpException {
    return hashing()
        .of(path, algorithm, size(path).orElse(-1))
        .map(Hashes.Told::hex)
        .orElseThrow(
            () ->
                new FtpException.Refused(
                    "%s cannot tell the %s of a file; it offers %s"
                        .formatted(
                            control.server(), algorithm, hashes().isEmpty() ? "none" : hashes()),
                    504));
  }

  Hashes hashing() {
    if (hashes == null) {
      hashes = new Hashes(control, timeout, features);
    }
    return hashes;
  }

  /// What the server says of one file or folder, under the last part of `path` as its name. By MLST
  /// where it knows that; else by what it says when asked for size and time and to go there; else
  /// by the listing that it is in.
  ///
  /// @throws FtpException.NotFound when there is none
  public Entry stat(String path) throws FtpException {
    if (machineListings) {
      Reply reply = control.command("MLST", path);
      Entry entry = reply.code() == 250 ? Listing.mlst(reply, lastOf(path)) : null;
      if (entry != null) {
        return entry;
      }
      FtpException refusal = reply.code() >= 400 ? Refusal.of(reply, "MLST", path) : null;
      if (refusal instanceof FtpException.NotFound
          || refusal instanceof FtpException.NotPermitted) {
        throw refusal;
      }
    }
    if (isFolder(path)) {
      return new Entry(lastOf(path), Entry.Kind.FOLDER, -1, modified(path).orElse(null));
    }
    OptionalLong size = size(path);
    if (size.isPresent()) {
      Instant modified = modified(path).orElse(null);
      return new Entry(lastOf(path), Entry.Kind.FILE, size.getAsLong(), modified);
    }
    String name = lastOf(path);
    String parent = path.substring(0, path.lastIndexOf('/') + 1);
    Entry[] found = {null};
    list(parent, entry -> found[0] = entry.name().equals(name) ? entry : found[0]);
    if (found[0] == null) {
      throw new FtpException.NotFound(
          "there is no %s on the server; check the name".formatted(Refusal.quote(path)));
    }
    return found[0];
  }

  /// The last part of a path; of the root and of the current folder, what stands for them.
  private static String lastOf(String path) {
    String bare = path.replaceFirst("(?<=[^/])/+$", "");
    String last = bare.substring(bare.lastIndexOf('/') + 1);
    return !last.isEmpty() ? last : bare.isEmpty() ? "." : "/";
  }

  /// Whether `path` is a folder.
  public boolean isFolder(String path) throws FtpException {
    if (path.isEmpty()) {
      return true;
    }
    if (machineListings) {
      Reply reply = control.command("MLST", path);
      Entry entry = reply.code() == 250 ? Listing.mlst(reply, "x") : null;
      if (entry != null) {
        return entry.kind() == Entry.Kind.FOLDER;
      }
      if (reply.code() == 550) {
        return false;
      }
    }
    String here = pwd();
    if (!control.command("CWD", path).done()) {
      return false;
    }
    cwd(here);
    return true;
  }

  /// Reports what is in a folder, or the one file, as it arrives: a listing of any length needs
  /// little memory.
  ///
  /// @param path empty for the current folder
  public void list(String path, Consumer<Entry> each) throws FtpException {
    if (machineListings) {
      try {
        lines("MLSD", path, Listing::mlsd, each);
        return;
      } catch (FtpException.Refused e) {
        if (listedAsFile(path, each)) {
          return;
        }
        if (!e.unsupported()) {
          throw e;
        }
        machineListings = e.code() == 501;
      } catch (FtpException.NotFound e) {
        if (listedAsFile(path, each)) {
          return;
        }
        throw e;
      }
    }
    // A name that begins with a hyphen would be taken for options, as ls takes it.
    String named = path.startsWith("-") ? "./" + path : path;
    Instant now = clock.instant();
    Lines found;
    try {
      found = lines("LIST", named, line -> Listing.list(line, now), each);
    } catch (FtpException.Refused e) {
      if (!e.unsupported()) {
        throw e;
      }
      found = new Lines(0, 1);
    }
    if (found.understood() == 0 && found.strange() > 0) {
      found = lines("NLST", named, Listing::name, each);
    }
    if (found.understood() == 0 && !isFolder(path)) {
      // As many servers do, this one lists what is not there as empty.
      throw new FtpException.NotFound(
          "cannot list %s: there is no such file or folder; check the name"
              .formatted(Refusal.quote(path)));
    }
  }

  /// What is in a folder, all at once.
  public List<Entry> list(String path) throws FtpException {
    List<Entry> entries = new ArrayList<>();
    list(path, entries::add);
    return entries;
  }

  private boolean listedAsFile(String path, Consumer<Entry> each) throws FtpException {
    OptionalLong size = path.isEmpty() || isFolder(path) ? OptionalLong.empty() : size(path);
    if (size.isEmpty()) {
      return false;
    }
    String name = path.substring(path.lastIndexOf('/') + 1);
    each.accept(new Entry(name, Entry.Kind.FILE, size.getAsLong(), modified(path).orElse(null)));
    return true;
  }

  private record Lines(long understood, long strange) {}

  private Lines lines(String verb, String path, LineReader.Parser parser, Consumer<Entry> each)
      throws FtpException {
    LineReader reader = new LineReader(parser, each);
    Reply _ =
        transfer(
            verb,
            path,
            0,
            data -> {
              ByteBuffer into = buffer();
              while (data.read(into.clear()) >= 0) {
                reader.add(into.flip());
              }
              reader.end();
              return true;
            });
    return new Lines(reader.understood(), reader.strange());
  }

  /// Copies a file's bytes, from `offset` on, to `into`. That the server was content does not prove
  /// that they are all there: compare with [#size].
  public Moved retrieve(String path, long offset, WritableByteChannel into, Progress progress)
      throws FtpException {
    return retrieve(path, offset, Long.MAX_VALUE, into, progress);
  }

  /// Copies at most `count` bytes from `offset` on, and breaks off what would be more: the session
  /// goes on, whatever the server thinks of that.
  public Moved retrieve(
      String path, long offset, long count, WritableByteChannel into, Progress progress)
      throws FtpException {
    long[] moved = {0};
    Reply reply =
        transfer(
            "RETR",
            path,
            offset,
            data -> {
              ByteBuffer bytes = buffer();
              // One byte more, to tell an end from what has to be broken off.
              while (data.read(bytes.clear()) >= 0) {
                bytes.flip();
                boolean more = bytes.remaining() > count - moved[0];
                bytes.limit((int) Math.min(bytes.limit(), count - moved[0]));
                moved[0] += bytes.remaining();
                writeOut(bytes, into);
                progress.at(offset + moved[0]);
                if (more) {
                  return false;
                }
              }
              return true;
            });
    return new Moved(moved[0], reply);
  }

  private static void writeOut(ByteBuffer bytes, WritableByteChannel into) throws FtpException {
    try {
      while (bytes.hasRemaining()) {
        into.write(bytes);
      }
    } catch (IOException e) {
      throw local("cannot write what was received", e);
    }
  }

  /// Sends `file`, from `offset` on, to be the rest of `path`; without copying the bytes where the
  /// platform can. Breaks the connection off when the file ends early, so that the server does not
  /// take a half for the whole.
  ///
  /// @param size where the file ends
  public Moved store(String path, FileChannel file, long offset, long size, Progress progress)
      throws FtpException {
    return send("STOR", path, offset, file, offset, size, progress);
  }

  /// Sends all of `from` to be the content of `path`.
  public Moved store(String path, ReadableByteChannel from, Progress progress) throws FtpException {
    return send("STOR", path, 0, from, progress);
  }

  /// Sends all of `from` to be the content of `path` from `offset` on.
  public Moved store(String path, long offset, ReadableByteChannel from, Progress progress)
      throws FtpException {
    return send("STOR", path, offset, from, progress);
  }

  /// Sends `file`, from `offset` on, to come after what `path` has (APPE).
  ///
  /// @param size where the file ends
  public Moved append(String path, FileChannel file, long offset, long size, Progress progress)
      throws FtpException {
    return send("APPE", path, 0, file, offset, size, progress);
  }

  /// Sends all of `from` to come after what `path` has (APPE).
  public Moved append(String path, ReadableByteChannel from, Progress progress)
      throws FtpException {
    return send("APPE", path, 0, from, progress);
  }

  private Moved send(
      String verb,
      String path,
      long restart,
      FileChannel file,
      long offset,
      long size,
      Progress progress)
      throws FtpException {
    Reply reply =
        transfer(
            verb,
            path,
            restart,
            data -> {
              long position = offset;
              while (position < size) {
                // A burst at a time, for the progress.
                long sent = data.send(file, position, Math.min(size - position, 4L * BUFFER));
                if (sent == 0) {
                  throw new FtpException.LocalDisk(
                      "the file became shorter while it was sent; send it again", null);
                }
                position += sent;
                progress.at(position);
              }
              data.endOutput();
              return true;
            });
    return new Moved(size - offset, reply);
  }

  private Moved send(
      String verb, String path, long restart, ReadableByteChannel from, Progress progress)
      throws FtpException {
    long[] moved = {0};
    Reply reply =
        transfer(
            verb,
            path,
            restart,
            data -> {
              ByteBuffer bytes = buffer();
              while (readIn(from, bytes.clear())) {
                bytes.flip();
                moved[0] += bytes.remaining();
                data.write(bytes);
                progress.at(restart + moved[0]);
              }
              data.endOutput();
              return true;
            });
    return new Moved(moved[0], reply);
  }

  private static boolean readIn(ReadableByteChannel from, ByteBuffer bytes) throws FtpException {
    try {
      return from.read(bytes) >= 0;
    } catch (IOException e) {
      throw local("cannot read what is to be sent", e);
    }
  }

  /// What is done over a data connection. Whatever it throws resets the connection.
  private interface Work {
    /// @return whether it came to the end; if not, the connection is reset without a complaint
    boolean over(TimedWire data) throws IOException;
  }

  /// Moves data and waits for the server's last word on it.
  private Reply transfer(String verb, String path, long offset, Work work) throws FtpException {
    TimedWire data = openData(verb, path, offset);
    try {
      if (!work.over(data)) {
        data.reset();
        return control.read();
      }
      data.close();
    } catch (IOException e) {
      FtpException problem = e instanceof FtpException own ? own : broken(verb, path, e);
      quietly(data::reset);
      // Its answer keeps the dialogue in step, and it may know better why.
      Reply reply =
          problem instanceof FtpException.Cancelled
              ? control.readDespiteStop()
              : control.readSoon();
      if (reply == null) {
        control.spoil();
      } else if (problem != e
          && !(problem instanceof FtpException.Cancelled)
          && reply.code() >= 400) {
        problem = Refusal.of(reply, verb, path);
        problem.addSuppressed(e);
      }
      throw problem;
    } catch (RuntimeException | Error e) {
      quietly(data::reset);
      control.spoil();
      throw e;
    }
    Reply reply = control.read();
    if (!reply.done()) {
      throw Refusal.of(reply, verb, path);
    }
    return reply;
  }

  /// The command goes out before the connection is made, and its reply is read after: some servers
  /// answer only once they have the connection, others take it only once they have the command.
  private TimedWire openData(String verb, String path, long offset) throws FtpException {
    InetSocketAddress address = passive();
    if (offset > 0) {
      // Directly before the command it is for: another would cancel it.
      Reply reply = control.command("REST", Long.toString(offset));
      if (!reply.wantsMore()) {
        throw Refusal.of(reply, "REST", path);
      }
    }
    control.send(verb, path);
    TimedWire data;
    try {
      data = TimedWire.connect(address, timeout);
    } catch (IOException e) {
      // Perhaps it refused the command and has closed the door already.
      Reply reply = control.readSoon();
      if (reply != null && reply.preliminary()) {
        // Or it came, and broke off before this end had seen it come.
        reply = control.readSoon();
      }
      if (reply != null && reply.code() >= 400) {
        throw Refusal.of(reply, verb, path);
      }
      control.spoil();
      throw TimedWire.stopAsked()
          ? new FtpException.Cancelled()
          : new FtpException.Unreachable(
              "no data connection to %s: %s; a firewall may block the port"
                  .formatted(address, ControlConnection.say(e)),
              e);
    }
    try {
      Reply reply = control.read();
      if (reply.preliminary()) {
        return data;
      }
      throw reply.code() >= 400
          ? Refusal.of(reply, verb, path)
          : new FtpException.Protocol(
              "the server answered %s with %s before anything was moved".formatted(verb, reply));
    } catch (FtpException e) {
      if (e instanceof FtpException.Protocol) {
        control.spoil();
      }
      quietly(data::reset);
      throw e;
    }
  }

  /// Where to connect for the next transfer. Only the port is taken from the server's word: the
  /// address is the one it is known to be at, since what it says is wrong behind a NAT, and could
  /// be somebody else's.
  private InetSocketAddress passive() throws FtpException {
    try {
      if (extendedPassive) {
        Reply reply = control.command("EPSV", "");
        Matcher port = EPSV_PORT.matcher(reply.text());
        if (reply.code() == 229 && port.find()) {
          return new InetSocketAddress(
              control.peer().getAddress(), portOf(Integer.parseInt(port.group(2)), reply));
        }
        // Not understood, or forbidden, or garbled on its way: not asked for again.
        extendedPassive = false;
      }
      Reply reply = control.command("PASV", "");
      Matcher numbers = PASV_NUMBERS.matcher(reply.text());
      if (reply.code() != 227 || !numbers.find()) {
        throw reply.code() >= 400
            ? Refusal.of(reply, "PASV", "")
            : new FtpException.Protocol("the server offers no data connection: " + reply);
      }
      int port = Integer.parseInt(numbers.group(5)) * 256 + Integer.parseInt(numbers.group(6));
      return new InetSocketAddress(control.peer().getAddress(), portOf(port, reply));
    } catch (FtpException e) {
      throw e;
    } catch (IOException e) {
      throw new FtpException.ConnectionLost("the connection was closed", e);
    }
  }

  private static int portOf(int port, Reply reply) throws FtpException {
    if (port < 1 || port > 65535) {
      throw new FtpException.Protocol("the server offers a port that is none: " + reply);
    }
    return port;
  }

  /// Says a command, whose answer the caller understands.
  Reply command(String verb, String argument) throws FtpException {
    return control.command(verb, argument);
  }

  private void expectDone(String verb, String path) throws FtpException {
    Reply reply = control.command(verb, path);
    if (!reply.done()) {
      throw Refusal.of(reply, verb, path);
    }
  }

  private FtpException broken(String verb, String path, IOException e) {
    String what = verb.equals("STOR") || verb.equals("APPE") ? "sending" : "receiving";
    String subject = path.isEmpty() ? "the listing" : Refusal.quote(path);
    if (TimedWire.stopAsked()) {
      return new FtpException.Cancelled();
    }
    if (e instanceof SocketTimeoutException) {
      return new FtpException.TimedOut(
          "%s %s stood still for %d s; try again, or allow more time"
              .formatted(what, subject, timeout.toSeconds()),
          e);
    }
    return new FtpException.Incomplete(
        "%s %s broke off: %s".formatted(what, subject, ControlConnection.say(e)), e);
  }

  private static FtpException local(String what, IOException e) {
    return TimedWire.stopAsked()
        ? new FtpException.Cancelled()
        : new FtpException.LocalDisk(what + ": " + ControlConnection.say(e), e);
  }

  private ByteBuffer buffer() {
    if (buffer == null) {
      buffer = ByteBuffer.allocateDirect(BUFFER);
    }
    return buffer;
  }

  private interface Action {
    void run() throws IOException;
  }

  private static void quietly(Action action) {
    try {
      action.run();
    } catch (IOException _) {
      // It is given up already.
    }
  }

  /// Says goodbye if there is somebody to say it to, and disconnects.
  @Override
  public void close() {
    if (control.usable() && !TimedWire.stopAsked()) {
      try {
        control.send("QUIT", "");
        // Waits for the answer: a server may take a bare hang-up for a broken client.
        Reply _ = control.readSoon();
      } catch (FtpException _) {
        // Then without a goodbye.
      }
    }
    control.close();
  }
}
