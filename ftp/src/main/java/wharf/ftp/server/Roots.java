package wharf.ftp.server;

import wharf.files.FileProblem;
import wharf.files.Tree;
import wharf.users.Account;

/// Which tree an account is in. Safe for use by many threads.
public interface Roots {
  /// The tree of `account`, for as long as it is not left. May take long: not for an event loop.
  ///
  /// @throws FileProblem when its folder cannot be used
  Tree enter(Account account) throws FileProblem;

  /// Somebody who has entered `tree` is in it no more.
  void leave(Tree tree);

  /// Everybody is in one tree, closed by whoever opened it.
  static Roots of(Tree tree) {
    return new Roots() {
      @Override
      public Tree enter(Account account) {
        return tree;
      }

      @Override
      public void leave(Tree entered) {}
    };
  }
}
