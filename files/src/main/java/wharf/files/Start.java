package wharf.files;

/// Where an upload begins.
public sealed interface Start {
  /// From nothing; a part kept of an earlier attempt is forgotten.
  record Fresh() implements Start {}

  /// Continues after the first `offset` bytes of the kept part, or else of the published file.
  record At(long offset) implements Start {
    public At {
      if (offset < 0) {
        throw new IllegalArgumentException("offset " + offset);
      }
    }
  }

  /// Continues the kept part; or else follows on the published file; or else begins from nothing.
  record Append() implements Start {}
}
