package wharf.app;

import java.util.Locale;
import picocli.CommandLine.Option;
import wharf.ftp.client.FtpException;
import wharf.ftp.client.Sessions;

/// How things are removed; by the verb and in the shell.
final class RemovalOptions {
  @Option(
      names = {"-r", "--recursive"},
      description = "Folders, too.")
  private boolean recursive;

  @Option(
      names = {"-n", "--dry-run"},
      description = "Remove nothing; print what would be removed.")
  private boolean dryRun;

  @Option(
      names = {"-y", "--yes"},
      description = "Do not ask before a folder is removed with all that is in it.")
  private boolean yes;

  /// Removes what is at `path`; asks before that is a folder, where somebody can be asked: who runs
  /// a script has said `-r`.
  ///
  /// @param called what it is called when it is asked for
  void remove(Sessions sessions, String path, String called, Surroundings around, Results results)
      throws FtpException {
    Removal removal = new Removal(sessions, recursive, dryRun, results);
    if (recursive && !dryRun && !yes && around.askable() && removal.isFolder(path)) {
      confirm(called, around);
    }
    removal.run(path);
  }

  private static void confirm(String called, Surroundings around) throws FtpException {
    String answer = around.answer().apply("Remove " + called + " and all that is in it? [y/N] ");
    if (answer == null || !answer.strip().toLowerCase(Locale.ROOT).matches("y|yes")) {
      throw new FtpException.NotPermitted("you have said no; " + called + " is left as it is");
    }
  }
}
