package wharf.files;

import java.util.List;

/// What somebody may do where, as a [Tree] asks it. It is asked at the place that a path means: its
/// names from the root down as the disk has them, with every link followed, so that no link leads
/// around a rule; and before anything is told of what is there.
///
/// Safe for use by many threads. It decides at once: nothing here waits.
public interface Access {
  /// Whoever runs the server: everything.
  Access EVERYTHING =
      new Access() {
        @Override
        public void requireWay(VirtualPath path, List<String> place) {}

        @Override
        public void require(VirtualPath path, List<String> place) {}

        @Override
        public void requireWhole(VirtualPath path, List<String> place) {}

        @Override
        public void requireMove(VirtualPath path, List<String> from, List<String> to) {}

        @Override
        public void requireMaking(VirtualPath path, List<String> place) {}

        @Override
        public boolean lists(List<String> place) {
          return true;
        }

        @Override
        public boolean isTheSameEverywhere() {
          return true;
        }

        @Override
        public boolean mayReplace(List<String> place) {
          return true;
        }

        @Override
        public boolean shows(List<String> place) {
          return true;
        }

        @Override
        public Access ofSource() {
          return this;
        }
      };

  /// Somebody comes to `place`, to stay or to go on.
  ///
  /// @param path what they have said, for the problem
  /// @throws FileProblem when there is nothing for them there nor below
  void requireWay(VirtualPath path, List<String> place) throws FileProblem;

  /// They do what they came for.
  ///
  /// @throws FileProblem when they may not
  void require(VirtualPath path, List<String> place) throws FileProblem;

  /// The same with a directory and all that is in it.
  void requireWhole(VirtualPath path, List<String> place) throws FileProblem;

  /// What is at `from`, with all in it, comes to `to`, for which [#require] was asked at both ends.
  ///
  /// @throws FileProblem when they would see or read there what they could not where it was
  void requireMove(VirtualPath path, List<String> from, List<String> to) throws FileProblem;

  /// They make a file where there is none.
  ///
  /// @throws FileProblem when they may not
  void requireMaking(VirtualPath path, List<String> place) throws FileProblem;

  /// Whether they may put another file in the place of one.
  boolean mayReplace(List<String> place);

  /// Whether they are told that there is something at `place`.
  boolean shows(List<String> place);

  /// Whether they may find out what there is at `place`.
  boolean lists(List<String> place);

  /// Whether no place differs from another, so that there is a way to each.
  boolean isTheSameEverywhere();

  /// The same of what is only taken from, where there are two: a copy's original.
  Access ofSource();
}
