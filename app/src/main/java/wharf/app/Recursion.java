package wharf.app;

import picocli.CommandLine.Option;

/// Whether folders are moved, too; of all that fetch or send what is named.
final class Recursion {
  @Option(
      names = {"-r", "--recursive"},
      description = "Folders, too, with all that is in them.")
  private boolean asked;

  boolean asked() {
    return asked;
  }
}
