package wharf.ftp.server;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import wharf.files.FileProblem;
import wharf.files.Tree;
import wharf.files.VirtualPath;
import wharf.users.Account;
import wharf.users.Decision;

/// What this server would decide on a command, and by which rule, told to whoever runs it without
/// carrying it out. It asks what the session asks.
///
/// @param allowed whether all that the command needs at the path is allowed there
/// @param story sentences for people, each a line
public record Why(boolean allowed, List<String> story) {
  public Why {
    story = List.copyOf(story);
  }

  /// Tells it of one command.
  ///
  /// @param command of FTP, as `RETR` or `SITE COPY`, in any case
  /// @param path what it is said of; of a command with two paths it is told for both ends
  /// @param tree where links are followed; none are where it is not given
  /// @return nothing for a command that is not known
  /// @throws FileProblem when the tree cannot be looked at
  public static Optional<Why> of(
      Account account, String command, VirtualPath path, Optional<Tree> tree) throws FileProblem {
    Optional<Verb> verb = Verb.named(command);
    return verb.isEmpty() ? Optional.empty() : Optional.of(of(account, verb.get(), path, tree));
  }

  private static Why of(Account account, Verb verb, VirtualPath path, Optional<Tree> tree)
      throws FileProblem {
    if (!verb.needsLogin()) {
      return new Why(true, List.of(verb + " needs no log-in, and no right."));
    }
    if (verb.allRights().isEmpty() && !verb.entersADirectory()) {
      return new Why(true, List.of(verb + " needs a log-in, and no right."));
    }
    List<String> story = new ArrayList<>();
    List<String> place = path.names();
    if (tree.isPresent()) {
      place = tree.get().whereIs(path, verb.followsLinks());
      if (!place.equals(path.names())) {
        story.add(path + " leads to /" + String.join("/", place) + ": the rules there decide.");
      }
    }
    Permit permit = Permit.of(account, verb);
    if (verb.rightsOfSource().equals(verb.rights())) {
      return new Why(tell(permit, verb.toString(), path, place, story), story);
    }
    boolean from = tell(permit.ofSource(), verb + " from it", path, place, story);
    boolean to = tell(permit, verb + " to it", path, place, story);
    return new Why(from && to, story);
  }

  private static boolean tell(
      Permit permit, String what, VirtualPath path, List<String> place, List<String> story) {
    Optional<FileProblem> refusal = refusal(permit, path, place);
    Decision decision = permit.decide(place);
    story.add(
        refusal.isPresent()
            ? what + " is refused: " + refusal.get().getMessage() + "."
            : what + " is " + decision + ".");
    if (refusal.isEmpty() && permit.needsToReplace() && !permit.mayReplace(place)) {
      story.add("A file that is there already is not replaced: that needs 'delete', too.");
    }
    return refusal.isEmpty();
  }

  private static Optional<FileProblem> refusal(
      Permit permit, VirtualPath path, List<String> place) {
    try {
      for (int i = 1; i <= place.size(); i++) {
        permit.requireWay(path, place.subList(0, i));
      }
      permit.require(path, place);
      return Optional.empty();
    } catch (FileProblem problem) {
      return Optional.of(problem);
    }
  }
}
