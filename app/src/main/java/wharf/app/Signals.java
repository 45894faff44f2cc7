package wharf.app;

import java.lang.reflect.Proxy;

/// Signals of the system. Java has no public way to hear one; `sun.misc.Signal`, of the module
/// jdk.unsupported, is the one that every JDK has had, and is reached by name here, because the
/// compiler warns of it in a way that cannot be turned off. The only internal that this module
/// uses.
final class Signals {
  private Signals() {}

  /// Has `task` run, on a thread of its own, each time the process gets the signal `name`, as
  /// "HUP": not what else it would have done.
  ///
  /// @return whether that is possible here
  static boolean on(String name, Runnable task) {
    try {
      Class<?> signal = Class.forName("sun.misc.Signal");
      Class<?> handler = Class.forName("sun.misc.SignalHandler");
      Object told =
          Proxy.newProxyInstance(
              Signals.class.getClassLoader(),
              new Class<?>[] {handler},
              (self, method, arguments) ->
                  switch (method.getName()) {
                    case "handle" -> {
                      task.run();
                      yield null;
                    }
                    case "equals" -> false;
                    case "hashCode" -> System.identityHashCode(self);
                    default -> "what is done on SIG" + name;
                  });
      Object _ =
          signal
              .getMethod("handle", signal, handler)
              .invoke(null, signal.getConstructor(String.class).newInstance(name), told);
      return true;
    } catch (ReflectiveOperationException e) {
      // Another Java, or a JVM that keeps the signal for itself (-Xrs).
      return false;
    }
  }
}
