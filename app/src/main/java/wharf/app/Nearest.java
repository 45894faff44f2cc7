package wharf.app;

import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;

/// What somebody may have meant by a word that is not known. Picocli's own suggestions compare
/// pairs of letters, and so miss the commonest slip, two letters swapped.
final class Nearest {
  private Nearest() {}

  /// The one of `known` that is at most two slips away from `word`, and not more than a third of
  /// it.
  static Optional<String> to(String word, Collection<String> known) {
    int most = Math.min(2, Math.max(1, word.length() / 3));
    return known.stream()
        .filter(one -> slips(word, one) <= most)
        .min(Comparator.comparingInt((String one) -> slips(word, one)).thenComparing(one -> one));
  }

  /// How many letters to add, leave out, change or swap with their neighbour, so that one word
  /// becomes the other.
  private static int slips(String from, String to) {
    String a = from.toLowerCase(Locale.ROOT);
    String b = to.toLowerCase(Locale.ROOT);
    int[] beforeLast = new int[b.length() + 1];
    int[] last = new int[b.length() + 1];
    Arrays.setAll(last, i -> i);
    for (int i = 1; i <= a.length(); i++) {
      int[] next = new int[b.length() + 1];
      next[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int changed = a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1;
        next[j] = Math.min(last[j - 1] + changed, Math.min(last[j], next[j - 1]) + 1);
        boolean swapped =
            i > 1
                && j > 1
                && a.charAt(i - 1) == b.charAt(j - 2)
                && a.charAt(i - 2) == b.charAt(j - 1);
        if (swapped) {
          next[j] = Math.min(next[j], beforeLast[j - 2] + 1);
        }
      }
      beforeLast = last;
      last = next;
    }
    return last[b.length()];
  }
}
