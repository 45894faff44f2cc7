package wharf.ftp.server;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import wharf.files.FileProblem;
import wharf.files.Tree;
import wharf.files.VirtualPath;
import wharf.users.Account;
import wharf.users.Rules;

/// An account that has come in: its tree, where in that it is, and what it has announced. All of it
/// goes with the log-in.
final class LoggedIn {
  private final Account account;
  private final Tree tree;
  private final Rates.Pace pace;
  private final Supplier<Instant> now;
  private final FileCommands.Told told = new FileCommands.Told();
  private VirtualPath directory = VirtualPath.ROOT;
  private Pending pending = new Pending.Nothing();
  private long announced = -1;

  /// @param tree the account's, to be left
  /// @param pace how fast it may move files
  LoggedIn(Account account, Tree tree, Rates.Pace pace, Supplier<Instant> now) {
    this.account = account;
    this.tree = tree;
    this.pace = pace;
    this.now = now;
  }

  Account account() {
    return account;
  }

  String name() {
    return account.name();
  }

  /// The whole tree, whatever is allowed there.
  Tree tree() {
    return tree;
  }

  /// The tree as `verb` may use it.
  Tree tree(Verb verb) {
    return tree.under(Permit.of(account, verb));
  }

  Rates.Pace pace() {
    return pace;
  }

  FileCommands files(Verb verb) {
    return new FileCommands(tree(verb), account, told, now);
  }

  // Where it is.

  VirtualPath directory() {
    return directory;
  }

  Directory here(Verb verb) {
    return new Directory(tree(verb), directory);
  }

  VirtualPath path(String argument) throws FileProblem {
    return directory.resolve(argument);
  }

  /// Several of them; none where there is no sense in it.
  List<VirtualPath> paths(String argument) throws FileProblem {
    List<VirtualPath> paths = new ArrayList<>();
    for (String path : Paths.parse(argument)) {
      paths.add(path(path));
    }
    return paths;
  }

  /// CWD, and CDUP.
  Reply changeTo(Verb verb, VirtualPath to) throws FileProblem {
    if (!tree(verb).stat(to).directory()) {
      if (!Permit.of(account, verb).lists(tree(verb).whereIs(to, true))) {
        throw FileProblem.missing(to);
      }
      return Reply.of(550, "%s is not a directory.", to);
    }
    directory = to;
    return Reply.of(250, "%s is the working directory.", Reply.quoted(to));
  }

  /// What MLSD tells of the entries of `place`.
  EntryFormat facts(Terms terms, List<String> place) {
    Rules rules = account.rules();
    return EntryFormat.facts(
        terms.facts(),
        name -> {
          List<String> entry = new ArrayList<>(place);
          entry.add(name);
          return rules.at(entry).rights();
        });
  }

  // What it has announced.

  /// What was announced for `verb`, which is carried out now. Most use it up.
  Pending pending(Verb verb) {
    Pending before = pending;
    if (!Pending.outlives(verb)) {
      pending = new Pending.Nothing();
    }
    return before;
  }

  /// RNFR.
  Reply renameFrom(VirtualPath from) throws FileProblem {
    tree(Verb.RNFR).stat(from);
    pending = new Pending.Rename(from);
    return Reply.of(350, "To what name? Say it with RNTO.");
  }

  /// SITE CPFR.
  Reply copyFrom(VirtualPath from) throws FileProblem {
    tree(Verb.SITE_CPFR).stat(from);
    pending = new Pending.Copy(from);
    return Reply.of(350, "To what name? Say it with SITE CPTO.");
  }

  /// REST.
  Reply restart(String argument, Terms terms) {
    long offset = Numbers.parse(argument);
    if (offset < 0) {
      return Reply.misspoken(Verb.REST);
    }
    if (offset > 0 && terms.isText()) {
      return Reply.of(504, "An offset has no meaning in text; say TYPE I first.");
    }
    pending = new Pending.Restart(offset);
    return Reply.of(350, "The next transfer begins at byte %s.", offset);
  }

  /// RANG.
  Reply restrict(String argument, Terms terms) {
    String[] words = argument.strip().split(" ", -1);
    Optional<Range> range =
        words.length == 2 ? Range.inclusive(words[0], words[1]) : Optional.empty();
    if (range.isEmpty()) {
      return Reply.misspoken(Verb.RANG);
    }
    if (range.get().isAll()) {
      return Reply.of(350, "All bytes again.");
    }
    if (terms.isText()) {
      return Reply.of(504, "Numbers of bytes have no meaning in text; say TYPE I first.");
    }
    pending = new Pending.Part(range.get());
    return Reply.of(350, "The next is of bytes %s to %s.", words[0], words[1]);
  }

  /// ALLO.
  Reply allocate(String argument) throws FileProblem {
    long bytes = Numbers.parse(argument.split(" ", 2)[0]);
    if (bytes < 0) {
      return Reply.misspoken(Verb.ALLO);
    }
    if (bytes > tree.largest()) {
      return Reply.of(552, "There is no room for %s bytes.", bytes);
    }
    announced = bytes;
    return Reply.of(200, "There is room for that.");
  }

  /// The size that ALLO has announced of the upload that is asked for now, whether it can begin or
  /// not; -1 if it has not.
  long takeAnnounced() {
    long size = announced;
    announced = -1;
    return size;
  }
}
