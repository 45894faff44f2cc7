package wharf.bench;

import java.util.Optional;

/// A server model to be measured.
///
/// @param name as `--model` has it
/// @param summary who waits on what, in a few words
/// @param clientsAtOnce how many sessions it carries at the same time
/// @param descriptors how many open files and connections its process may hold, by its nature
/// @param unavailable why it cannot be had here; nothing if it can
public record Subject(
    String name, String summary, int clientsAtOnce, int descriptors, Optional<String> unavailable) {
  /// The size of select(2)'s set of descriptors.
  private static final int SELECT_LIMIT = 1024;

  /// What is known of the model of this name.
  public static Subject of(String name, String summary, Optional<String> unavailable) {
    return new Subject(
        name,
        summary,
        name.equals("iterative") ? 1 : Integer.MAX_VALUE,
        name.equals("select") ? SELECT_LIMIT : Integer.MAX_VALUE,
        unavailable);
  }
}
