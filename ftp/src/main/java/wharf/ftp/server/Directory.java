package wharf.ftp.server;

import wharf.files.FileFacts;
import wharf.files.FileProblem;
import wharf.files.Tree;
import wharf.files.VirtualPath;

/// What LIST, NLST, MLSD and STAT mean by their argument, for someone in a working directory.
record Directory(Tree tree, VirtualPath working) {

  /// The entries that `argument` names: those of a directory, a single file, or what a pattern in
  /// the last place matches.
  ListingSource list(String argument, EntryFormat format) throws FileProblem {
    int slash = argument.lastIndexOf('/');
    String last = argument.substring(slash + 1);
    try {
      VirtualPath path = working.resolve(argument);
      FileFacts facts = tree.stat(path);
      return facts.directory()
          ? ListingSource.of(tree.list(path), _ -> true, format)
          : ListingSource.of(last, facts, format);
    } catch (FileProblem problem) {
      if (problem.kind() != FileProblem.Kind.NOT_FOUND || !Wildcard.isPattern(last)) {
        throw problem;
      }
      VirtualPath in = working.resolve(argument.substring(0, slash + 1));
      return ListingSource.of(tree.list(in), name -> Wildcard.matches(last, name), format);
    }
  }

  /// The entries of a directory; of nothing else (RFC 3659 section 7.2.1).
  ListingSource listDirectory(String argument, EntryFormat format) throws FileProblem {
    return ListingSource.of(tree.list(working.resolve(argument)), _ -> true, format);
  }

  /// What NLST puts before each name, so that a client can say it again.
  String prefix(String argument) throws FileProblem {
    int slash = argument.lastIndexOf('/');
    boolean named = !argument.isEmpty() && slash < argument.length() - 1;
    return named && exists(argument) && tree.stat(working.resolve(argument)).directory()
        ? argument + "/"
        : argument.substring(0, slash + 1);
  }

  /// Whether there is a file or directory of that name.
  boolean exists(String argument) throws FileProblem {
    try {
      tree.stat(working.resolve(argument));
      return true;
    } catch (FileProblem problem) {
      if (problem.kind() == FileProblem.Kind.NOT_FOUND) {
        return false;
      }
      throw problem;
    }
  }

  /// What is to be listed: without the options of `ls` that many clients send, as in "LIST -la
  /// path", and without a slash at the end, so that the last name is the last. What is the name of
  /// something is that, though it looks like an option.
  String listed(String argument) throws FileProblem {
    String rest = argument;
    while (rest.startsWith("-") && !exists(rest)) {
      int space = rest.indexOf(' ');
      if (space < 0) {
        return "";
      }
      rest = rest.substring(space + 1);
    }
    while (rest.length() > 1 && rest.endsWith("/")) {
      rest = rest.substring(0, rest.length() - 1);
    }
    return rest;
  }
}
