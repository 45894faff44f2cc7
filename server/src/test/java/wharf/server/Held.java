package wharf.server;

import java.io.IOException;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Objects;
import java.util.stream.Stream;

/// What a process holds.
///
/// @param threads those that a server starts: not the carriers of virtual threads, nor the JVM's
///   own
/// @param direct bytes of direct memory
record Held(long descriptors, long threads, long direct) {
  /// What this process holds that is still in use: memory that nobody refers to is given back
  /// first.
  static Held now() throws IOException {
    System.gc();
    long descriptors;
    try (Stream<Path> open = Files.list(Path.of("/proc/self/fd"))) {
      // Without the one that is listed with.
      descriptors = open.count() - 1;
    }
    var threads = ManagementFactory.getThreadMXBean();
    long ours =
        Arrays.stream(threads.getThreadInfo(threads.getAllThreadIds()))
            .filter(Objects::nonNull)
            .map(ThreadInfo::getThreadName)
            .filter(name -> name.matches("(door|session|loop|worker)-.*|keeper"))
            .count();
    long direct =
        ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
            .filter(pool -> pool.getName().equals("direct"))
            .mapToLong(BufferPoolMXBean::getMemoryUsed)
            .sum();
    return new Held(descriptors, ours, direct);
  }

  /// What another process holds, which has sent its [#numbers].
  static Held of(String numbers) {
    String[] three = numbers.split(" ", -1);
    return new Held(Long.parseLong(three[0]), Long.parseLong(three[1]), Long.parseLong(three[2]));
  }

  String numbers() {
    return descriptors + " " + threads + " " + direct;
  }

  boolean isWithin(Held limit) {
    return descriptors <= limit.descriptors && threads <= limit.threads && direct <= limit.direct;
  }

  Held plus(long moreDescriptors, long moreThreads, long moreDirect) {
    return new Held(descriptors + moreDescriptors, threads + moreThreads, direct + moreDirect);
  }

  @Override
  public String toString() {
    return descriptors + " descriptors, " + threads + " threads, " + direct / 1024 + " KiB";
  }
}
