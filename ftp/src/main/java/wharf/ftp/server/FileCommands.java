package wharf.ftp.server;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import wharf.files.FileFacts;
import wharf.files.FileProblem;
import wharf.files.HashAlgorithm;
import wharf.files.OpenFile;
import wharf.files.Quota;
import wharf.files.Start;
import wharf.files.Tree;
import wharf.files.Upload;
import wharf.files.VirtualPath;
import wharf.ftp.FtpTime;
import wharf.ftp.server.EntryFormat.Fact;
import wharf.protocol.Happening;
import wharf.users.Account;
import wharf.users.Right;

/// What a command of an account does to files by name, and tells of them. Each answers with the
/// reply, and touches nothing of the session but what the client was told: those that may take long
/// are run elsewhere, and ask now and then whether to go on; at a "no" they leave nothing half-made
/// (but RMDIR what it has not removed), and throw a problem that says so.
final class FileCommands {
  /// What COMB reads at once.
  private static final int PIECE = 256 << 10;

  private final Tree tree;
  private final Account account;
  private final Told told;
  private final Supplier<Instant> now;

  /// What the client remembers of what it was told since it has logged in.
  static final class Told {
    /// The path whose kept part SIZE or MLST told of last.
    private @Nullable VirtualPath part;
  }

  /// @param tree as the command may use it
  FileCommands(Tree tree, Account account, Told told, Supplier<Instant> now) {
    this.tree = tree;
    this.account = account;
    this.told = told;
    this.now = now;
  }

  private Happening.Change change(Verb verb, VirtualPath path, @Nullable VirtualPath to) {
    return new Happening.Change(
        account.name(), verb.toString(), path.toString(), to == null ? null : to.toString());
  }

  // Directories and names.

  Reply makeDirectory(VirtualPath path) throws FileProblem {
    tree.makeDirectory(path);
    return Reply.of(257, "%s was made.", Reply.quoted(path))
        .noted(account.name() + " MKD " + path, change(Verb.MKD, path, null));
  }

  Reply removeDirectory(VirtualPath path) throws FileProblem {
    tree.removeDirectory(path);
    return removed(Verb.RMD, path);
  }

  /// SITE RMDIR. May take long.
  Reply removeTree(VirtualPath path, BooleanSupplier goOn) throws FileProblem {
    long entries = tree.removeTree(path, goOn);
    return Reply.of(250, "%s was removed with all that was in it: %s in all.", path, entries)
        .noted(account.name() + " SITE RMDIR " + path, change(Verb.SITE_RMDIR, path, null));
  }

  /// Removes the file, and what is kept of this account's unfinished upload of it: a client whose
  /// upload failed cleans up so.
  Reply delete(VirtualPath path) throws FileProblem {
    // Of a link it is the link that goes, not what it leads to.
    boolean part = !tree.isLink(path) && tree.resumable(path, account.name()).isPresent();
    if (part) {
      tree.upload(path, account.name(), new Start.Fresh()).discard();
    }
    try {
      tree.deleteFile(path);
    } catch (FileProblem problem) {
      if (!part || problem.kind() != FileProblem.Kind.NOT_FOUND) {
        throw problem;
      }
    }
    return removed(Verb.DELE, path);
  }

  private Reply removed(Verb verb, VirtualPath path) {
    return Reply.of(250, "%s was removed.", path)
        .noted(account.name() + " " + verb + " " + path, change(verb, path, null));
  }

  Reply rename(VirtualPath from, VirtualPath to) throws FileProblem {
    tree.rename(from, to);
    return Reply.of(250, "%s is now %s.", from, to)
        .noted(account.name() + " RNFR " + from + " RNTO " + to, change(Verb.RNTO, from, to));
  }

  Reply link(VirtualPath to, VirtualPath link) throws FileProblem {
    tree.makeLink(link, to);
    return Reply.of(250, "%s leads to %s now.", link, to)
        .noted(
            account.name() + " SITE SYMLINK " + to + " " + link,
            change(Verb.SITE_SYMLINK, link, to));
  }

  /// SITE COPY, and SITE CPFR with SITE CPTO. May take long.
  Reply copy(VirtualPath from, VirtualPath to, BooleanSupplier goOn) throws FileProblem {
    long bytes = tree.copy(from, to, account.name(), goOn);
    return Reply.of(250, "%s is a copy of %s: %s bytes.", to, from, bytes)
        .noted(account.name() + " SITE COPY " + from + " " + to, change(Verb.SITE_COPY, from, to));
  }

  /// COMB. May take long. The parts are removed when the whole is published, not before; and only
  /// those that are still what was read.
  Reply combine(VirtualPath whole, List<VirtualPath> parts, BooleanSupplier goOn)
      throws IOException {
    Tree sources = tree.asSource();
    Map<String, VirtualPath> files = new TreeMap<>();
    List<FileFacts> read = new ArrayList<>();
    for (VirtualPath part : parts) {
      FileFacts facts = sources.stat(part);
      read.add(facts);
      // Two names may be one file's, through links or otherwise.
      if (files.put(identity(part, facts), part) != null) {
        return Reply.of(553, "A part was named twice.");
      }
    }
    if (isAmong(whole, files.keySet())) {
      return Reply.of(553, "%s cannot be a part of itself.", whole);
    }
    if (tree.resumable(whole, account.name()).isPresent()) {
      return Reply.of(450, "There is an unfinished upload of yours of %s; finish that.", whole);
    }
    long bytes = 0;
    Upload upload = tree.upload(whole, account.name(), new Start.Append(), -1, goOn);
    boolean published = false;
    try {
      ByteBuffer piece = ByteBuffer.allocate(PIECE);
      for (VirtualPath part : parts) {
        bytes += add(sources.open(part), whole, upload, piece, goOn);
      }
      upload.sync();
      requireGoOn(goOn, whole);
      upload.publish();
      published = true;
    } finally {
      if (!published) {
        upload.discard();
      }
    }
    // From here on it is done, whatever becomes of the parts: to say otherwise would have them
    // added again.
    int left = 0;
    for (int i = 0; i < parts.size(); i++) {
      left += removeIfStill(sources, parts.get(i), read.get(i)) ? 0 : 1;
    }
    Reply reply =
        left == 0
            ? Reply.of(250, "%s bytes of %s parts are in %s now.", bytes, parts.size(), whole)
            : Reply.of(
                250,
                "%s bytes of %s parts are in %s now; %s parts could not be removed.",
                bytes,
                parts.size(),
                whole,
                left);
    return reply.noted(
        account.name() + " COMB " + whole + ", " + parts.size() + " parts",
        change(Verb.COMB, whole, null));
  }

  private static String identity(VirtualPath path, FileFacts facts) {
    return facts.key() == null ? path.toString() : facts.key();
  }

  private boolean isAmong(VirtualPath whole, Set<String> identities) throws FileProblem {
    try {
      return identities.contains(identity(whole, tree.stat(whole)));
    } catch (FileProblem problem) {
      if (problem.kind() == FileProblem.Kind.NOT_FOUND) {
        return false;
      }
      throw problem;
    }
  }

  /// Whether it was: others may have put something else there meanwhile.
  private static boolean removeIfStill(Tree sources, VirtualPath path, FileFacts facts) {
    try {
      if (sources.stat(path).equals(facts)) {
        sources.deleteFile(path);
        return true;
      }
    } catch (FileProblem problem) {
      // It stays, as the reply says.
    }
    return false;
  }

  private static void requireGoOn(BooleanSupplier goOn, VirtualPath whole) throws FileProblem {
    if (!goOn.getAsBoolean()) {
      throw FileProblem.brokenOff(whole, "is as it was: putting it together was broken off");
    }
  }

  private static long add(
      OpenFile part, VirtualPath whole, Upload to, ByteBuffer piece, BooleanSupplier goOn)
      throws IOException {
    try (OpenFile file = part) {
      long at = 0;
      int count;
      while ((count = file.channel().read(piece.clear(), at)) >= 0) {
        requireGoOn(goOn, whole);
        at += count;
        to.write(piece.flip());
      }
      return at;
    }
  }

  // Facts.

  Reply size(VirtualPath path) throws FileProblem {
    OptionalLong part = part(path);
    if (part.isPresent()) {
      return Reply.of(213, "%s", part.getAsLong());
    }
    FileFacts facts = tree.stat(path);
    return facts.directory()
        ? Reply.of(550, "%s is a directory.", path)
        : Reply.of(213, "%s", facts.size());
  }

  Reply time(VirtualPath path) throws FileProblem {
    return Reply.of(213, "%s", FtpTime.format(tree.stat(path).modified()));
  }

  /// MLST.
  Reply facts(VirtualPath path, Set<Fact> chosen) throws FileProblem {
    // As SIZE: a client that resumes by what MLST says (ncftpput) would go on behind the old file.
    OptionalLong part = part(path);
    FileFacts facts =
        part.isPresent()
            ? new FileFacts(false, part.getAsLong(), now.get(), 0, null)
            : tree.stat(path);
    Set<Right> rights =
        account.rules().at(part.isPresent() ? path.names() : tree.whereIs(path, true)).rights();
    String line = EntryFormat.facts(chosen, _ -> rights).line(path.toString(), facts);
    return Reply.of(250, Phrase.of("Facts follow."), List.of(line), Phrase.of("End."));
  }

  /// The length of what is kept of this account's unfinished upload of `path`, about to be told.
  private OptionalLong part(VirtualPath path) throws FileProblem {
    OptionalLong part = tree.resumable(path, account.name());
    if (part.isPresent()) {
      told.part = path;
    }
    return part;
  }

  /// The refusal of a download, if the client was told the length of its unfinished upload of
  /// `path` and now asks for the old file of that name: it would cut that to the length it knows,
  /// as curl does, and call it whole.
  Optional<Reply> wouldBeCut(VirtualPath path) throws FileProblem {
    OptionalLong part =
        path.equals(told.part) ? tree.resumable(path, account.name()) : OptionalLong.empty();
    return part.isEmpty()
        ? Optional.empty()
        : Optional.of(
            Reply.of(
                550,
                "%s is being replaced by an unfinished upload of yours, of which %s bytes are kept,"
                    + " as you were told; finish that, or upload anew.",
                path,
                part.getAsLong()));
  }

  /// MFMT.
  Reply setTime(String time, VirtualPath path) throws FileProblem {
    Optional<Instant> modified = FtpTime.parse(time);
    if (modified.isEmpty()) {
      return Reply.misspoken(Verb.MFMT);
    }
    tree.setModified(path, modified.get());
    return Reply.of(213, "Modify=%s; %s", FtpTime.format(modified.get()), path);
  }

  /// SITE UTIME, which may leave the seconds out.
  Reply touch(String time, VirtualPath path) throws FileProblem {
    Optional<Instant> modified = FtpTime.parse(time.length() == 12 ? time + "00" : time);
    if (modified.isEmpty()) {
      return Reply.misspoken(Verb.SITE_UTIME);
    }
    tree.setModified(path, modified.get());
    return Reply.of(200, "%s was changed at %s.", path, FtpTime.format(modified.get()));
  }

  /// SITE CHMOD.
  Reply setMode(String mode, VirtualPath path) throws FileProblem {
    int bits = mode(mode);
    if (bits < 0) {
      return Reply.misspoken(Verb.SITE_CHMOD);
    }
    tree.setMode(path, bits);
    return Reply.of(200, "%s has the permissions %s.", path, octal(bits));
  }

  /// MFF: all of the facts, or, if one makes no sense, none.
  ///
  /// @param facts as `modify=20200101000000;UNIX.mode=0644;`
  Reply setFacts(String facts, VirtualPath path) throws FileProblem {
    Map<String, String> wanted = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    String inner = facts.endsWith(";") ? facts.substring(0, facts.length() - 1) : facts;
    for (String fact : inner.split(";", -1)) {
      int equals = fact.indexOf('=');
      if (equals < 1 || wanted.put(fact.substring(0, equals), fact.substring(equals + 1)) != null) {
        return Reply.misspoken(Verb.MFF);
      }
    }
    String time = wanted.remove("modify");
    String mode = wanted.remove("UNIX.mode");
    if (!wanted.isEmpty()) {
      return Reply.of(504, "Only modify and UNIX.mode can be set.");
    }
    Optional<Instant> modified = time == null ? Optional.empty() : FtpTime.parse(time);
    int bits = mode == null ? 0 : mode(mode);
    if ((time != null && modified.isEmpty()) || bits < 0) {
      return Reply.misspoken(Verb.MFF);
    }
    List<String> set = new ArrayList<>();
    if (mode != null) {
      tree.setMode(path, bits);
      set.add("UNIX.mode=" + octal(bits) + ";");
    }
    if (modified.isPresent()) {
      tree.setModified(path, modified.get());
      set.addFirst("Modify=" + FtpTime.format(modified.get()) + ";");
    }
    return Reply.of(213, "%s %s", String.join("", set), path);
  }

  /// Permissions in octal digits; -1 where there are none.
  private static int mode(String text) {
    return text.matches("[0-7]{3,5}") ? Integer.parseInt(text, 8) : -1;
  }

  private static String octal(int mode) {
    return String.format(Locale.ROOT, "%04o", mode);
  }

  // Room.

  Reply room(VirtualPath path) throws FileProblem {
    tree.stat(path);
    return Reply.of(213, "%s", tree.usableSpace());
  }

  Reply quota() throws FileProblem {
    Quota quota = tree.quota();
    List<Phrase> used = new ArrayList<>();
    if (quota.mostBytes() < Long.MAX_VALUE) {
      used.add(Phrase.of("%s of %s bytes are in use", quota.bytes(), quota.mostBytes()));
    }
    if (quota.mostEntries() < Long.MAX_VALUE) {
      used.add(
          Phrase.of(
              "%s of %s files and directories are in use", quota.entries(), quota.mostEntries()));
    }
    long room = tree.usableSpace();
    return used.isEmpty()
        ? Reply.of(200, "You have no quota; there is room for %s bytes.", room)
        : Reply.of(
            200,
            Phrase.of("The quota of this folder:"),
            used,
            Phrase.of("There is room for %s bytes.", room));
  }

  // Hashes. All may take long.

  /// HASH. Of what RANG has chosen it tells RANG's numbers, of a whole file 0 and the size, as
  /// other servers do.
  Reply hash(VirtualPath path, HashAlgorithm algorithm, Range range, BooleanSupplier goOn)
      throws FileProblem {
    long size = tree.stat(path).size();
    long last = range.to() == Long.MAX_VALUE ? size : range.to() - 1;
    String hex = tree.hash(path, algorithm, range.from(), range.to(), goOn);
    return Reply.of(213, "%s %s-%s %s %s", algorithm, range.from(), last, hex, path);
  }

  /// XCRC and its like: what is not a file's name may tell a part of one.
  ///
  /// @param here where names begin
  Reply hash(Directory here, String argument, HashAlgorithm algorithm, BooleanSupplier goOn)
      throws FileProblem {
    Optional<Hashed> asked =
        !argument.startsWith("\"") && here.exists(argument)
            ? Optional.of(new Hashed(argument, Range.ALL))
            : Hashed.parse(argument);
    if (asked.isEmpty()) {
      return Reply.of(501, "Say it as: %s", "<path>, \"<path>\" <from> <to>");
    }
    VirtualPath path = here.working().resolve(asked.get().path());
    Range range = asked.get().range();
    String hex = tree.hash(path, algorithm, range.from(), range.to(), goOn);
    return Reply.of(250, "%s", hex.toUpperCase(Locale.ROOT));
  }
}
