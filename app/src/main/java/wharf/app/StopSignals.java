package wharf.app;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntConsumer;
import java.util.function.Supplier;

/// What Ctrl-C and a request to end (SIGTERM) do: the first interrupts what runs, which is given
/// time to leave things in order and to say how to go on; another Ctrl-C ends the process at once.
///
/// ```
///   running --signal--> stopping --its own end--> exit, with its own code, or 143 after SIGTERM
///                          |------ Ctrl-C, or too long ------> halt with 128 and the number
/// ```
///
/// Safe for use by many threads.
final class StopSignals {
  private static final int INT = 2;
  private static final int TERM = 15;

  private final Thread main;
  private final Supplier<Duration> atMost;
  private final IntConsumer halt;
  private final AtomicInteger heard = new AtomicInteger();

  /// @param main what is interrupted
  /// @param atMost how long it may take to stop
  /// @param halt ends the process at once, with a code
  StopSignals(Thread main, Supplier<Duration> atMost, IntConsumer halt) {
    this.main = main;
    this.atMost = atMost;
    this.halt = halt;
  }

  /// Hears the signals from now on, where Java can; else they do what they do to every program of
  /// Java: end it, by the hooks of its runtime.
  void hear() {
    boolean _ = Signals.on("INT", () -> heard(INT));
    boolean _ = Signals.on("TERM", () -> heard(TERM));
  }

  /// One has come.
  void heard(int signal) {
    if (!heard.compareAndSet(0, signal)) {
      // Only a person asks twice. A worker process may hear of the same wish from the terminal, or
      // from systemd, and from the process that has started it.
      if (signal == INT) {
        halt.accept(128 + signal);
      }
      return;
    }
    main.interrupt();
    Thread _ =
        Thread.ofPlatform()
            .daemon()
            .name("wharf-stop")
            .start(
                () -> {
                  try {
                    Thread.sleep(atMost.get());
                    halt.accept(128 + signal);
                  } catch (InterruptedException _) {
                    // Nobody does that.
                  }
                });
  }

  /// The exit code of what has ended: who asked by SIGTERM is told so.
  int code(int own) {
    return own == ExitCode.INTERRUPTED.number() && heard.get() == TERM
        ? ExitCode.TERMINATED.number()
        : own;
  }
}
