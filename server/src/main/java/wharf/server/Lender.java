package wharf.server;

import java.io.IOException;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.function.Consumer;

/// Lends things that are dear to make and needed for moments. Safe for use by many threads.
final class Lender<T> {
  /// Makes one more.
  @FunctionalInterface
  interface Maker<T> {
    T make() throws IOException;
  }

  private final ArrayBlockingQueue<T> shelf;
  private final Maker<T> maker;
  private final Consumer<T> disposal;

  /// @param kept how many are kept while nobody needs them; what is given back beyond that goes to
  ///   `disposal`
  Lender(int kept, Maker<T> maker, Consumer<T> disposal) {
    this.shelf = new ArrayBlockingQueue<>(kept);
    this.maker = maker;
    this.disposal = disposal;
  }

  /// One for the caller alone, until it gives it back.
  T take() throws IOException {
    T one = shelf.poll();
    return one != null ? one : maker.make();
  }

  /// Gives one back.
  void give(T one) {
    if (!shelf.offer(one)) {
      disposal.accept(one);
    }
  }

  /// Disposes of all that are on the shelf.
  void clear() {
    T one;
    while ((one = shelf.poll()) != null) {
      disposal.accept(one);
    }
  }
}
