package wharf.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Runs every load under every model, and reports.
///
/// Models take turns within a round, and the next round begins with another: what disturbs the
/// machine for a while does not fall on one of them.
public final class ModelsBench {
  /// Memory, where there is such a folder and room in it: then no disk is measured.
  private static final Path MEMORY_FOLDER = Path.of("/dev/shm");

  /// The file, and its copies, twice over.
  private static final int ROOM_IN_FILES = 10;

  private static final FtpLink.Login WRITER = new FtpLink.Login("bench", "only-for-this-run");

  private final Plan plan;
  private final Listener listener;
  private final Path scratch;
  private final Results results = new Results();
  private final Addresses addresses = Addresses.find();
  private final Room room;
  private int done;

  private ModelsBench(Plan plan, Listener listener, Path scratch, Machine machine) {
    this.plan = plan;
    this.listener = listener;
    this.scratch = scratch;
    this.room = new Room(machine.openFiles(), addresses.most());
  }

  /// Measures, which takes minutes; the servers it starts have ended when it returns or throws.
  ///
  /// @param now the time of day, for the report
  /// @throws IOException when there is no room for the files that are moved. What goes wrong with a
  ///   server is in the report.
  /// @throws InterruptedException when the calling thread is interrupted
  public static Report run(Plan plan, Listener listener, Instant now)
      throws IOException, InterruptedException {
    Path scratch = scratch(plan.extent());
    try {
      Machine machine = Machine.look(scratch);
      Content.write(
          Files.createDirectory(folder(scratch)).resolve(TransferLoad.NAME),
          plan.extent().fileBytes());
      Files.writeString(passwordFile(scratch), WRITER.password() + "\n");
      ModelsBench bench = new ModelsBench(plan, listener, scratch, machine);
      bench.rounds();
      return new Report(plan, machine, now, bench.results);
    } catch (IOException e) {
      // So the system tells of an interrupt in the middle of input or output.
      throw interruptedOr(e);
    } finally {
      delete(scratch);
    }
  }

  private static IOException interruptedOr(IOException problem) throws InterruptedException {
    if (Thread.interrupted()) {
      throw new InterruptedException();
    }
    return problem;
  }

  private static Path scratch(Extent extent) throws IOException {
    if (Files.isWritable(MEMORY_FOLDER)) {
      FileStore memory = Files.getFileStore(MEMORY_FOLDER);
      if (memory.getUsableSpace() >= ROOM_IN_FILES * extent.fileBytes()) {
        return Files.createTempDirectory(MEMORY_FOLDER, "wharf-bench");
      }
    }
    return Files.createTempDirectory("wharf-bench");
  }

  private static Path folder(Path scratch) {
    return scratch.resolve("served");
  }

  private static Path passwordFile(Path scratch) {
    return scratch.resolve("password");
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path one : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(one);
      }
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  private void rounds() throws IOException, InterruptedException {
    for (int round = 1; round <= plan.rounds(); round++) {
      List<Subject> turns = new ArrayList<>(plan.subjects());
      Collections.rotate(turns, 1 - round);
      for (Subject subject : turns) {
        for (Plan.Service service : Plan.Service.values()) {
          measure(round, subject, service);
        }
      }
    }
  }

  /// One server goes through its loads. Where one has broken, the next get a new server.
  private void measure(int round, Subject subject, Plan.Service service)
      throws IOException, InterruptedException {
    List<Load> loads = plan.loads();
    @Nullable ServerProcess server = null;
    try {
      for (Load load : loads) {
        if (load.service() != service) {
          continue;
        }
        String what =
            subject.name()
                + ": "
                + load.title()
                + (plan.rounds() > 1 ? ", round %d of %d".formatted(round, plan.rounds()) : "");
        listener.measuring(done++, plan.rounds() * plan.subjects().size() * loads.size(), what);
        switch (fit(load, subject)) {
          case Room.Fit.None(String why) -> results.notMeasured(load, subject, why);
          case Room.Fit.Clients clients -> {
            try {
              boolean fresh = server == null;
              if (server == null) {
                server = start(subject, service);
              }
              results.measured(load, subject, clients, measure(load, clients, server, fresh));
            } catch (IOException e) {
              String why = interruptedOr(e).getMessage() + (server == null ? "" : server.fate());
              results.failed(load, subject, why);
              listener.failed(what, why);
              if (server != null) {
                server.close();
                server = null;
              }
            }
          }
        }
      }
    } finally {
      if (server != null) {
        server.close();
      }
    }
  }

  private Room.Fit fit(Load load, Subject subject) {
    return subject
        .unavailable()
        .<Room.Fit>map(Room.Fit.None::new)
        .orElseGet(() -> load.fit(subject, room));
  }

  private Load.Sample measure(
      Load load, Room.Fit.Clients clients, ServerProcess server, boolean fresh)
      throws IOException, InterruptedException {
    try (Generator generator = new Generator(server.address())) {
      Site site =
          new Site(
              server,
              generator,
              new ClosedLoop(),
              addresses,
              plan.extent(),
              folder(scratch),
              WRITER,
              fresh);
      return load.measure(site, clients);
    }
  }

  private ServerProcess start(Subject subject, Plan.Service service)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(plan.program());
    if (service == Plan.Service.ECHO) {
      command.add("echo");
    } else {
      command.addAll(List.of("serve", folder(scratch).toString(), "--quiet", "--tls", "off"));
    }
    if (service == Plan.Service.WRITABLE_FTP) {
      command.addAll(
          List.of(
              "--writable",
              "--user",
              WRITER.user(),
              "--password-file",
              passwordFile(scratch).toString()));
    }
    command.addAll(List.of("--port", "0", "--bind", "127.0.0.1", "--model", subject.name()));
    return ServerProcess.start(command, scratch.resolve("server.log"));
  }
}
