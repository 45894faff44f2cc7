package wharf.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import wharf.protocol.Effect;
import wharf.protocol.Event;
import wharf.protocol.Protocol;
import wharf.protocol.Session;
import wharf.protocol.Transport;

/// Another protocol, and what its sessions are told of their beginning and end. For any thread.
final class Watched implements Protocol {
  private final Protocol inner;
  private final Semaphore begun = new Semaphore(0);
  private final Semaphore ended = new Semaphore(0);

  /// Sessions that were told that they have begun, and not yet that they have ended.
  final AtomicInteger open = new AtomicInteger();

  /// What was answered by [Event.Failed].
  final BlockingQueue<IOException> failures = new LinkedBlockingQueue<>();

  Watched(Protocol inner) {
    this.inner = inner;
  }

  @Override
  public Set<Transport> transports() {
    return inner.transports();
  }

  @Override
  public byte[] refusal(Refusal why) {
    return inner.refusal(why);
  }

  @Override
  public Session open() {
    Session session = inner.open();
    return event -> {
      switch (event) {
        case Event.Opened _, Event.Bound _ -> {
          open.incrementAndGet();
          begun.release();
        }
        case Event.Ended _ -> {
          open.decrementAndGet();
          ended.release();
        }
        case Event.Failed(Effect _, IOException problem) -> failures.add(problem);
        default -> {}
      }
      return session.on(event);
    };
  }

  /// Waits until `count` more sessions have begun.
  void awaitBegun(int count, Duration atMost) throws InterruptedException {
    assertThat(begun.tryAcquire(count, atMost.toSeconds(), TimeUnit.SECONDS))
        .as("%s sessions begin", count)
        .isTrue();
  }

  /// Waits until `count` more sessions have ended.
  void awaitEnded(int count, Duration atMost) throws InterruptedException {
    assertThat(ended.tryAcquire(count, atMost.toSeconds(), TimeUnit.SECONDS))
        .as("%s sessions are told of their end", count)
        .isTrue();
  }
}
