package wharf.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class LenderTest {
  @Test
  void keepsAFewAndDisposesOfTheRest() throws IOException {
    AtomicInteger made = new AtomicInteger();
    List<Integer> disposed = new ArrayList<>();
    Lender<Integer> lender = new Lender<>(2, made::incrementAndGet, disposed::add);
    List<Integer> lent = List.of(lender.take(), lender.take(), lender.take());
    assertThat(lent).containsExactly(1, 2, 3);
    lent.forEach(lender::give);
    assertThat(disposed).containsExactly(3);
    assertThat(List.of(lender.take(), lender.take())).containsExactlyInAnyOrder(1, 2);
    assertThat(made).hasValue(3);
    lender.give(1);
    lender.clear();
    assertThat(disposed).containsExactly(3, 1);
    assertThat(lender.take()).isEqualTo(4);
  }

  @Test
  void whatCannotBeMadeIsNotLent() {
    Lender<String> lender =
        new Lender<>(
            1,
            () -> {
              throw new IOException("no descriptor left");
            },
            _ -> {});
    assertThatThrownBy(lender::take).hasMessage("no descriptor left");
  }
}
