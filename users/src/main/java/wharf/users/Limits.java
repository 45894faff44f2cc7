package wharf.users;

/// How much of everything an account may have. [Long#MAX_VALUE] and [Integer#MAX_VALUE] are as much
/// as there is.
///
/// @param sessions at once
/// @param upload bytes a second that all its uploads together may take
/// @param download the same of its downloads
/// @param bytes that its root may hold
/// @param files that its root may hold, with directories and links
public record Limits(int sessions, long upload, long download, long bytes, long files) {
  public static final Limits NONE =
      new Limits(Integer.MAX_VALUE, Long.MAX_VALUE, Long.MAX_VALUE, Long.MAX_VALUE, Long.MAX_VALUE);

  public Limits {
    if (sessions < 1 || upload < 1 || download < 1 || bytes < 0 || files < 0) {
      throw new IllegalArgumentException(
          "no limits: "
              + sessions
              + " sessions, "
              + upload
              + " and "
              + download
              + " bytes a second, "
              + bytes
              + " bytes, "
              + files
              + " files");
    }
  }

  /// The same with other rates.
  public Limits withRates(long up, long down) {
    return new Limits(sessions, up, down, bytes, files);
  }
}
