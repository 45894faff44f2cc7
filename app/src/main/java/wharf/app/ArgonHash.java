package wharf.app;

import com.password4j.Argon2Function;
import com.password4j.BadParametersException;
import com.password4j.Password;
import com.password4j.types.Argon2;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.LinkedHashMap;
import java.util.Map;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import wharf.users.PasswordHash;
import wharf.users.Secret;

/// Passwords hashed with Argon2id, in the usual text form (`$argon2id$v=19$m=...`).
///
/// A hash costs a quarter of a second and 19 MiB by intent, and a client that moves many files logs
/// in many times. So what has matched once is remembered, as a keyed digest whose key lives as long
/// as this object.
final class ArgonHash implements PasswordHash {
  /// Made when first needed: it takes its 19 MiB at once, and many servers have no passwords.
  private static final class Hashing {
    /// OWASP's first choice for Argon2id: 19 MiB, two passes, one lane.
    static final Argon2Function FUNCTION =
        Argon2Function.getInstance(19_456, 2, 1, 32, Argon2.ID, 19);
  }

  private static final int REMEMBERED = 10_000;

  private final SecretKeySpec key;
  private final Map<String, Boolean> matched =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Boolean> eldest) {
          return size() > REMEMBERED;
        }
      };

  ArgonHash() {
    byte[] random = new byte[32];
    new SecureRandom().nextBytes(random);
    key = new SecretKeySpec(random, "HmacSHA256");
  }

  @Override
  public String of(Secret password) {
    return Password.hash(password.text()).addRandomSalt(16).with(Hashing.FUNCTION).getResult();
  }

  @Override
  public boolean matches(Secret password, String hash) {
    String digest = digest(password, hash);
    synchronized (matched) {
      if (matched.get(digest) != null) {
        return true;
      }
    }
    boolean matches;
    try {
      matches =
          Password.check(password.text(), hash).with(Argon2Function.getInstanceFromHash(hash));
    } catch (BadParametersException notAHash) {
      return false;
    }
    if (matches) {
      synchronized (matched) {
        matched.put(digest, true);
      }
    }
    return matches;
  }

  private String digest(Secret password, String hash) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(key);
      mac.update(hash.getBytes(StandardCharsets.UTF_8));
      return new String(
          mac.doFinal(password.text().getBytes(StandardCharsets.UTF_8)),
          StandardCharsets.ISO_8859_1);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK has HmacSHA256", e);
    }
  }
}
