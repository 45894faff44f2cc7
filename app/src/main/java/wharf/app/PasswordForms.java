package wharf.app;

import com.password4j.Argon2Function;
import com.password4j.BcryptFunction;
import com.password4j.Password;
import com.password4j.types.Argon2;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.crypto.Mac;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;
import javax.crypto.spec.SecretKeySpec;
import wharf.users.PasswordHash;
import wharf.users.Secret;

/// Password hashes in their usual text forms. Argon2id is made; what others have made is known,
/// too, so that accounts can be moved here without asking everybody for a new password:
///
/// - `$argon2id$v=19$m=19456,t=2,p=1$SALT$HASH`
/// - bcrypt: `$2a$12$...`, `$2b$`, `$2y$`
/// - PBKDF2 as passlib writes it: `$pbkdf2-sha256$ROUNDS$SALT$HASH`, and `-sha512`
/// - PBKDF2 as Django writes it: `pbkdf2_sha256$ROUNDS$SALT$HASH`
///
/// A hash costs a quarter of a second and 19 MiB by intent, and a client that moves many files logs
/// in many times. So what has matched once is remembered, as a keyed digest whose key lives as long
/// as this object.
final class PasswordForms implements PasswordHash {
  /// Made when first needed: it takes its 19 MiB at once, and many servers have no passwords.
  private static final class Hashing {
    /// OWASP's first choice for Argon2id: 19 MiB, two passes, one lane.
    static final Argon2Function FUNCTION =
        Argon2Function.getInstance(19_456, 2, 1, 32, Argon2.ID, 19);
  }

  private static final String NO_HASH =
      "that is no hash of a password; known are $argon2id$v=19$, $2a$, $2b$, $2y$,"
          + " $pbkdf2-sha256$, $pbkdf2-sha512$ and pbkdf2_sha256$, and 'wharf user' makes one";
  private static final String ARGON = "$argon2id$v=19$";
  private static final Pattern BCRYPT = Pattern.compile("\\$2[aby]\\$(\\d\\d)\\$[./A-Za-z0-9]{53}");
  private static final Pattern PASSLIB =
      Pattern.compile(
          "\\$pbkdf2-(sha256|sha512)\\$(\\d{1,9})\\$([./A-Za-z0-9]{1,86})\\$([./A-Za-z0-9]{43,86})");
  private static final Pattern DJANGO =
      Pattern.compile("pbkdf2_(sha256)\\$(\\d{1,9})\\$([^\\s:$]{1,64})\\$([A-Za-z0-9+/]{43}=)");

  // What a check may cost: anybody can have one made, without a password. Each bound is beyond what
  // is recommended anywhere for log-in over a network (RFC 9106's second choice: 64 MiB, 3 passes;
  // Django's: a million rounds), and is about four seconds at most.
  private static final int MOST_KIBIBYTES = 256 * 1024;
  private static final int MOST_LANES = 16;
  private static final long MOST_WORK = 1024 * 1024;
  private static final int MOST_COST = 15;
  private static final int MOST_ROUNDS = 5_000_000;

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

  PasswordForms() {
    byte[] random = new byte[32];
    new SecureRandom().nextBytes(random);
    key = new SecretKeySpec(random, "HmacSHA256");
  }

  /// Sees to it that `hash` is one that can be checked, at a price that can be paid.
  ///
  /// @throws IllegalArgumentException with a message for people when it is not
  static void check(String hash) {
    if (hash.startsWith(ARGON)) {
      checkArgon(hash.substring(ARGON.length()));
      return;
    }
    Matcher bcrypt = BCRYPT.matcher(hash);
    if (bcrypt.matches()) {
      int cost = Integer.parseInt(bcrypt.group(1));
      refuse(cost < 4, "the cost of a bcrypt hash is at least 4");
      refuse(cost > MOST_COST, "the cost of this bcrypt hash is " + cost + "; at most 15 is taken");
      return;
    }
    Matcher pbkdf = pbkdf(hash);
    refuse(!pbkdf.matches(), NO_HASH);
    long rounds = Long.parseLong(pbkdf.group(2));
    refuse(rounds < 1, "a PBKDF2 hash has at least one round");
    refuse(
        rounds > MOST_ROUNDS,
        "this PBKDF2 hash has " + rounds + " rounds; at most " + MOST_ROUNDS + " are taken");
  }

  /// A hundred thousand may be checked when a server starts, while nothing is compiled: without a
  /// pattern, since one takes the compiler longer than all else that is to be read of them.
  private static void checkArgon(String said) {
    String[] parts = said.split("\\$", 4);
    String[] cost = parts[0].split(",", 4);
    refuse(
        parts.length != 3
            || cost.length != 3
            || !isBase64(parts[1], 11, 86)
            || !isBase64(parts[2], 16, 86),
        NO_HASH);
    long memory = number("m=", cost[0]);
    long passes = number("t=", cost[1]);
    long lanes = number("p=", cost[2]);
    refuse(lanes < 1 || passes < 1 || memory < 8 * lanes, "an Argon2 hash that nobody can make");
    // The sentence is made only for what is wrong.
    if (memory > MOST_KIBIBYTES || lanes > MOST_LANES || memory * passes > MOST_WORK) {
      throw new IllegalArgumentException(
          "to check this hash takes %d MiB and %d passes; at most 256 MiB are taken, 16 lanes,"
                  .formatted(memory / 1024, passes)
              + " and 1024 MiB in all passes");
    }
  }

  /// Of at most nine digits, behind `name`.
  private static int number(String name, String text) {
    int number = 0;
    for (int i = name.length(); i < text.length(); i++) {
      char c = text.charAt(i);
      refuse(c < '0' || c > '9', NO_HASH);
      number = number * 10 + (c - '0');
    }
    int digits = text.length() - name.length();
    refuse(!text.startsWith(name) || digits < 1 || digits > 9, NO_HASH);
    return number;
  }

  private static boolean isBase64(String text, int least, int most) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      boolean letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
      if (!letter && (c < '0' || c > '9') && c != '+' && c != '/') {
        return false;
      }
    }
    return text.length() >= least && text.length() <= most;
  }

  private static void refuse(boolean wrong, String why) {
    if (wrong) {
      throw new IllegalArgumentException(why);
    }
  }

  private static Matcher pbkdf(String hash) {
    return (hash.startsWith("$") ? PASSLIB : DJANGO).matcher(hash);
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
      check(hash);
      matches = compare(password.text(), hash);
    } catch (IllegalArgumentException notAHash) {
      return false;
    }
    if (matches) {
      synchronized (matched) {
        matched.put(digest, true);
      }
    }
    return matches;
  }

  private static boolean compare(String password, String hash) {
    if (hash.startsWith("$argon2id$")) {
      return Password.check(password, hash).with(Argon2Function.getInstanceFromHash(hash));
    }
    if (hash.startsWith("$2")) {
      // The same thing by three names, but the library does not know 2y, and goes wrong on 2a where
      // a password is not in ASCII.
      String known = "$2b" + hash.substring(3);
      return Password.check(password, known).with(BcryptFunction.getInstanceFromHash(known));
    }
    return comparePbkdf(password, hash);
  }

  private static boolean comparePbkdf(String password, String hash) {
    Matcher form = pbkdf(hash);
    if (!form.matches()) {
      return false;
    }
    boolean passlib = hash.startsWith("$");
    byte[] salt = passlib ? bytes(form.group(3)) : form.group(3).getBytes(StandardCharsets.UTF_8);
    byte[] wanted = bytes(form.group(4));
    PBEKeySpec asked =
        new PBEKeySpec(
            password.toCharArray(), salt, Integer.parseInt(form.group(2)), wanted.length * 8);
    try {
      String algorithm = "PBKDF2WithHmac" + form.group(1).toUpperCase(Locale.ROOT);
      byte[] made = SecretKeyFactory.getInstance(algorithm).generateSecret(asked).getEncoded();
      return MessageDigest.isEqual(made, wanted);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK has PBKDF2", e);
    } finally {
      asked.clearPassword();
    }
  }

  /// Base 64, where passlib writes a dot for a plus.
  private static byte[] bytes(String text) {
    return Base64.getDecoder().decode(text.replace('.', '+'));
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
