package wharf.users;

/// Makes and checks password hashes. An implementation is safe for use by many threads; both calls
/// take long by intent.
public interface PasswordHash {
  /// The hash of `password`, with its parameters and salt, as one line of text.
  String of(Secret password);

  /// Whether `hash`, once made by [#of], is that of `password`. False for text that is no hash.
  boolean matches(Secret password, String hash);
}
