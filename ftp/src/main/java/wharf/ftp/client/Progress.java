package wharf.ftp.client;

/// Told how a transfer goes on, by the thread that does it; must not wait.
public interface Progress {
  /// For who does not want to know.
  Progress NONE =
      new Progress() {
        @Override
        public void begin(long from, long total) {}

        @Override
        public void at(long position) {}
      };

  /// The first byte to be moved is at `from`, not 0 when a transfer is resumed.
  ///
  /// @param total the whole size, -1 when it is not known
  void begin(long from, long total);

  /// All bytes before `position` have been moved.
  void at(long position);

  /// Nothing moves: what is there is compared with what the server has, which may take a while.
  default void verifying() {}

  /// What was there is no part of the file, or no more: it is moved from its beginning. Another
  /// [#begin] follows.
  ///
  /// @param why a sentence for people, without what could act on a terminal
  default void startedOver(String why) {}
}
