package wharf.ftp.client;

import java.io.Closeable;
import java.io.IOException;
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
import javax.net.ssl.SSLException;
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
/// Under TLS ([Site#tls]) the data connections resume the session of the control connection, as
/// many servers demand. Java does by itself, but for TLS 1.2 with servers whose tickets it takes
/// for nonsense, as those of vsftpd: there the program has to be started with
/// `-Djdk.tls.client.enableSessionTicketExtension=false`, or to set that property before anything
/// in it has used TLS, as the `wharf` command does.
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

  private final ControlConnection control;
  private final Duration timeout;
  private final InstantSource clock;
  private final Traits traits;
  private static final Set<String> FACTS =
      Set.of(
          "type",
          "size",
          "modify",
          "unique",
          "unix.mode",
          "unix.owner",
          "unix.group",
          "unix.ownername",
          "unix.groupname",
          "unix.uid",
          "unix.gid");

  private final Map<String, String> features = new HashMap<>();
  private boolean detailed;

  /// What the session is protected by; null for nothing.
  private final @Nullable TlsSession tls;

  private final DataConnections data;
  private @Nullable Hashes hashes;
  private @Nullable ByteBuffer buffer;

  private FtpClient(ControlConnection control, Site site, Traits traits, @Nullable TlsSession tls) {
    this.control = control;
    this.timeout = site.timeout();
    this.clock = site.clock();
    this.traits = traits;
    this.tls = tls;
    this.data = new DataConnections(control, site.timeout(), traits, tls);
  }

  /// Connects, logs in and gets ready to move files.
  public static FtpClient connect(Site site) throws FtpException {
    return connect(site, new Traits());
  }

  /// The same with what other sessions have found out about the server, and for those to come.
  public static FtpClient connect(Site site, Traits traits) throws FtpException {
    Tls.Mode mode = site.tls().mode();
    TlsSession tls = mode == Tls.Mode.OFF ? null : new TlsSession(site, traits.wantsReusable());
    ControlConnection control =
        ControlConnection.open(site, mode == Tls.Mode.IMPLICIT ? tls : null);
    try {
      if (tls != null && mode != Tls.Mode.IMPLICIT && !agreeOnTls(control, tls, site, traits)) {
        tls = null;
      }
      FtpClient client = new FtpClient(control, site, traits, tls);
      try {
        client.logIn(site.login());
      } catch (FtpException.ConnectionLost e) {
        // Some count only once they know who it is.
        Reply farewell = control.farewell();
        throw farewell == null ? e : ControlConnection.full(control.server(), farewell);
      }
      client.protectData();
      client.learnFeatures();
      Reply type = control.command("TYPE", "I");
      if (!type.done()) {
        throw Refusal.of(type, "TYPE", "I");
      }
      return client;
    } catch (FtpException e) {
      control.close();
      throw e;
    }
  }

  /// Asks for TLS, and has it begin.
  ///
  /// @return false when there is none, and it goes without
  private static boolean agreeOnTls(
      ControlConnection control, TlsSession tls, Site site, Traits traits) throws FtpException {
    Reply reply = control.command("AUTH", "TLS");
    if (reply.code() == 234) {
      try {
        control.secure(tls);
      } catch (FtpException.Untrusted e) {
        if (tls.reusing() && e.getCause() instanceof SSLException) {
          traits.noReusable();
          throw new FtpException.ConnectionLost(
              "%s does not speak TLS 1.2; connect again".formatted(control.server()), e);
        }
        throw e;
      }
      traits.wasSecured();
      return true;
    }
    boolean optional = site.tls().mode() == Tls.Mode.PREFER;
    if (optional && reply.permanent() && !traits.secured()) {
      site.tls().trust().inTheClear(site.host(), site.port());
      return false;
    }
    throw new FtpException.Untrusted(
        traits.secured()
            ? "%s offers no TLS (%s), and did a moment ago: somebody may stand between"
                .formatted(control.server(), reply)
            : "%s offers no TLS (%s): nobody was logged in; do without TLS only if everybody may read along"
                .formatted(control.server(), reply),
        null);
  }

  /// Has data connections protected, too (RFC 4217).
  private void protectData() throws FtpException {
    if (tls == null) {
      return;
    }
    // It means nothing under TLS, but has to be said; PROT tells whether it was heard.
    Reply _ = control.command("PBSZ", "0");
    Reply reply = control.command("PROT", "P");
    if (!reply.done()) {
      throw new FtpException.Untrusted(
          "%s protects what is said, but not what is moved (%s); do without TLS only if everybody may read along"
              .formatted(control.server(), reply),
          null);
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

  /// Asks the server to tell in listings all that it can of each entry ([Entry.Details]): some
  /// facts are only told to who has asked for them (RFC 3659, section 7.9).
  public void wantDetails() throws FtpException {
    String offered = feature("MLST");
    if (detailed || !offered.contains(";")) {
      return;
    }
    detailed = true;
    StringBuilder wanted = new StringBuilder();
    boolean missing = false;
    for (String fact : offered.split(";", -1)) {
      String name = fact.strip().replace("*", "");
      if (FACTS.contains(name.toLowerCase(Locale.ROOT))) {
        wanted.append(name).append(';');
        missing |= !fact.contains("*");
      }
    }
    if (missing) {
      // One who refuses goes on telling what it told before.
      Reply _ = control.command("OPTS", "MLST " + wanted);
    }
  }

  /// What the session is protected by; empty in the clear.
  public Optional<Protection> protection() {
    return tls == null ? Optional.empty() : Optional.ofNullable(tls.protection());
  }

  /// Whether MLST and MLSD are worth a try.
  private boolean machineListings() {
    return traits.machineListings() && (offers("MLST") || offers("MLSD"));
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
    return control.command(words[0], words.length > 1 ? words[1] : "", timeout);
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

  /// Agrees with the server on how files look on data connections from now on; as they are, until
  /// then. Listings, too, if the mode is another.
  ///
  /// @return whether the server does it so; if not, the mode is what it was
  public boolean agreeOn(DataMode mode) throws FtpException {
    return data.agreeOn(mode);
  }

  DataConnections data() {
    return data;
  }

  ControlConnection control() {
    return control;
  }

  /// Whether listings tell times to the second and sizes in bytes: what they told need not be asked
  /// for again.
  boolean exactListings() {
    return machineListings();
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

  /// Which folders have to be made for `path` to be one, the first of them first: none if it is.
  public List<String> missingFolders(String path) throws FtpException {
    // From below: on most servers nearly all is there.
    int there = path.length();
    while (there > 0 && !isFolder(path.substring(0, there))) {
      there = Math.max(0, path.lastIndexOf('/', there - 1));
    }
    List<String> missing = new ArrayList<>();
    while (there < path.length()) {
      int slash = path.indexOf('/', there + 1);
      there = slash < 0 ? path.length() : slash;
      missing.add(path.substring(0, there));
    }
    return missing;
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
    return control.command("MFMT", timed(modified, path)).done();
  }

  /// What is said after MFMT.
  static String timed(Instant modified, String path) {
    return FtpTime.format(modified) + " " + path;
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
    if (machineListings()) {
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
    if (machineListings()) {
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
    if (machineListings()) {
      try {
        if (lines("MLSD", path, Listing::mlsd, each).understood() == 0 && !isFolder(path)) {
          throw notThere(path);
        }
        return;
      } catch (FtpException.Refused e) {
        if (listedAsFile(path, each)) {
          return;
        }
        if (!e.unsupported()) {
          throw e;
        }
        if (e.code() != 501) {
          traits.noMachineListings();
        }
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
      throw notThere(path);
    }
  }

  /// As many servers do, this one lists what is not there as empty.
  private static FtpException notThere(String path) {
    return new FtpException.NotFound(
        "cannot list %s: there is no such file or folder; check the name"
            .formatted(Refusal.quote(path)));
  }

  /// What is in a folder, all at once.
  public List<Entry> list(String path) throws FtpException {
    List<Entry> entries = new ArrayList<>();
    list(path, entries::add);
    return entries;
  }

  private boolean listedAsFile(String path, Consumer<Entry> each) throws FtpException {
    if (path.isEmpty()) {
      return false;
    }
    Entry entry;
    try {
      entry = stat(path);
    } catch (FtpException.NotFound | FtpException.NotPermitted _) {
      return false;
    }
    if (entry.kind() == Entry.Kind.FOLDER) {
      return false;
    }
    each.accept(entry);
    return true;
  }

  private record Lines(long understood, long strange) {}

  private Lines lines(String verb, String path, LineReader.Parser parser, Consumer<Entry> each)
      throws FtpException {
    LineReader reader = new LineReader(parser, each);
    Reply _ =
        data.receive(
            verb,
            path,
            0,
            wire -> {
              ByteBuffer into = buffer();
              while (wire.read(into.clear()) >= 0) {
                reader.add(into.flip());
              }
              reader.end();
              return true;
            },
            // Nobody says how long a listing is to be.
            () -> false);
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
        data.receive(
            "RETR",
            path,
            offset,
            wire -> {
              ByteBuffer bytes = buffer();
              // One byte more, to tell an end from what has to be broken off.
              while (wire.read(bytes.clear()) >= 0) {
                bytes.flip();
                boolean more = bytes.remaining() > count - moved[0];
                bytes.limit((int) Math.min(bytes.limit(), count - moved[0]));
                moved[0] += bytes.remaining();
                try {
                  writeOut(bytes, into);
                } catch (PartSink.Enough _) {
                  return false;
                }
                progress.at(offset + moved[0]);
                if (more) {
                  return false;
                }
              }
              return true;
            },
            () -> size(path).orElse(-1) == offset + moved[0]);
    return new Moved(moved[0], reply);
  }

  private static void writeOut(ByteBuffer bytes, WritableByteChannel into)
      throws FtpException, PartSink.Enough {
    try {
      while (bytes.hasRemaining()) {
        into.write(bytes);
      }
    } catch (PartSink.Enough e) {
      throw e;
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
        data.send(
            verb,
            path,
            restart,
            wire -> {
              long position = offset;
              while (position < size) {
                // A burst at a time, for the progress.
                long sent = wire.send(file, position, Math.min(size - position, 4L * BUFFER));
                if (sent == 0) {
                  throw new FtpException.LocalDisk(
                      "the file became shorter while it was sent; send it again", null);
                }
                position += sent;
                progress.at(position);
              }
              return true;
            });
    return new Moved(size - offset, reply);
  }

  private Moved send(
      String verb, String path, long restart, ReadableByteChannel from, Progress progress)
      throws FtpException {
    long[] moved = {0};
    Reply reply =
        data.send(
            verb,
            path,
            restart,
            wire -> {
              ByteBuffer bytes = buffer();
              while (readIn(from, bytes.clear())) {
                bytes.flip();
                moved[0] += bytes.remaining();
                wire.write(bytes);
                progress.at(restart + moved[0]);
              }
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

  private static FtpException local(String what, IOException e) {
    return TimedWire.stopAsked()
        ? new FtpException.Cancelled()
        : new FtpException.LocalDisk(what + ": " + ControlConnection.say(e), e);
  }

  private ByteBuffer buffer() {
    if (buffer == null) {
      // TLS is faster with what is on the heap, the system with what is not.
      buffer = tls == null ? ByteBuffer.allocateDirect(BUFFER) : ByteBuffer.allocate(BUFFER);
    }
    return buffer;
  }

  /// Says goodbye if there is somebody to say it to, and disconnects.
  @Override
  public void close() {
    data.close();
    if (control.usable() && !TimedWire.stopAsked()) {
      try {
        control.send("QUIT", "");
        // Waits for the answer: a server may take a bare hang-up for a broken client.
        Reply _ = control.readSoon();
        control.end();
      } catch (FtpException _) {
        // Then without a goodbye.
      }
    }
    control.close();
  }
}
