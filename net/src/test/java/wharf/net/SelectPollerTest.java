package wharf.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// What only select has: a limit.
@Timeout(30)
class SelectPollerTest {
  private static final Duration LONG = Duration.ofDays(1);

  private final List<DatagramChannel> opened = new ArrayList<>();

  @BeforeEach
  void onLinux() {
    assumeThat(Files.exists(Path.of("/proc/self/fd"))).isTrue();
  }

  @AfterEach
  void close() throws IOException {
    for (DatagramChannel each : opened) {
      each.close();
    }
  }

  @Test
  void aDescriptorBeyondTheLimitFindsItFull() throws IOException {
    try (SelectPoller poller = SelectPoller.open()) {
      DatagramChannel small = open();
      assertThat(Native.descriptor(small)).isLessThan(SelectPoller.LIMIT);
      DatagramChannel large = openUpTo(SelectPoller.LIMIT);
      poller.want(small, SelectionKey.OP_WRITE, "small");
      for (int operations : List.of(SelectionKey.OP_WRITE, 0)) {
        assertThatExceptionOfType(Poller.Full.class)
            .isThrownBy(() -> poller.want(large, operations, "large"))
            .withMessageContaining("1,024");
      }
      poller.forget(large);
      assertThat(owners(poller)).containsExactly("small");
    }
  }

  @Test
  void theLastDescriptorBelowTheLimitHasRoom() throws IOException {
    try (SelectPoller poller = SelectPoller.open()) {
      DatagramChannel last = openUpTo(SelectPoller.LIMIT - 1);
      assumeThat(Native.descriptor(last)).isEqualTo(SelectPoller.LIMIT - 1);
      poller.want(last, SelectionKey.OP_WRITE, "last");
      assertThat(owners(poller)).containsExactly("last");
    }
  }

  @Test
  void aLiftedLimitHasRoomForMore() throws IOException {
    DatagramChannel small = open();
    DatagramChannel large = openUpTo(SelectPoller.LIMIT + 100);
    try (SelectPoller poller = SelectPoller.open(4_000)) {
      poller.want(small, SelectionKey.OP_WRITE, "small");
      poller.want(large, SelectionKey.OP_WRITE, "large");
      assertThat(owners(poller)).containsExactlyInAnyOrder("small", "large");
      poller.wakeup();
      poller.forget(large);
      assertThat(owners(poller)).containsExactly("small");
      poller.want(small, 0, "small");
      poller.want(large, SelectionKey.OP_WRITE, "large");
      assertThat(owners(poller)).containsExactly("large");
    }
  }

  @Test
  void aPollerWithoutRoomForItselfIsNotMade() throws IOException {
    openUpTo(SelectPoller.LIMIT);
    assertThatExceptionOfType(Poller.Full.class).isThrownBy(SelectPoller::open);
  }

  private static List<Object> owners(Poller poller) throws IOException {
    List<Object> owners = new ArrayList<>();
    poller.poll(LONG, (SelectableChannel _, int _, Object owner) -> owners.add(owner));
    return owners;
  }

  private DatagramChannel openUpTo(int descriptor) throws IOException {
    DatagramChannel one;
    do {
      one = open();
    } while (Native.descriptor(one) < descriptor);
    return one;
  }

  private DatagramChannel open() throws IOException {
    DatagramChannel one = DatagramChannel.open();
    opened.add(one);
    one.configureBlocking(false);
    return one;
  }
}
