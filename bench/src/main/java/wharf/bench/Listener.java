package wharf.bench;

/// Is told how a measurement goes on, by the thread that measures.
public interface Listener {
  /// Something is about to be measured.
  ///
  /// @param done how much of it is done
  /// @param all of how much
  void measuring(int done, int all, String what);

  /// It broke; the measurement goes on with the next.
  void failed(String what, String why);
}
