package wharf.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import wharf.net.Wire;
import wharf.protocol.Effect.Transfer.Flow;
import wharf.protocol.Effect.Transfer.Form;
import wharf.protocol.Effect.Transfer.Mode;
import wharf.protocol.Ending;
import wharf.protocol.Source;

class PumpTest {
  @TempDir Path directory;

  private final ByteBuffer scratch = ByteBuffer.allocateDirect(Pump.SCRATCH);

  /// Every form, how much a wire moves at once, whether it would block every other time, and sizes
  /// around the buffers' own.
  static Stream<Arguments> everyWay() {
    return Stream.of(Form.values())
        .flatMap(
            form ->
                Stream.of(1, 2, 3, 7, 1 << 20)
                    .flatMap(
                        atOnce ->
                            Stream.of(false, true)
                                .flatMap(
                                    stutters ->
                                        sizes(atOnce)
                                            .map(
                                                size ->
                                                    Arguments.of(form, atOnce, stutters, size)))));
  }

  private static Stream<Integer> sizes(int atOnce) {
    return atOnce < 10
        ? Stream.of(0, 1, 2, 5, 1000)
        : Stream.of(0, 1, Pump.SCRATCH / 3, Pump.SCRATCH - 1, Pump.SCRATCH, 3 * Pump.BURST + 7);
  }

  /// Text with line ends of every kind in every place.
  private static byte[] content(int size) {
    Random random = new Random(size);
    byte[] bytes = new byte[size];
    for (int i = 0; i < size; i++) {
      bytes[i] = (byte) "abc\r\n\n".charAt(random.nextInt(6));
    }
    return bytes;
  }

  private static byte[] onWire(byte[] content, Form form) {
    return form == Form.IMAGE ? content : AsciiTest.encoded(content);
  }

  private Source.OfFile file(byte[] content, long from) throws IOException {
    Path path = Files.write(directory.resolve("file"), content);
    return new Source.OfFile(FileChannel.open(path, StandardOpenOption.READ), from, content.length);
  }

  /// Steps it to its end; a wire that blocks blocks every other time only.
  private long run(Pump pump) {
    long steps = 0;
    Pump.Step step;
    do {
      long before = pump.bytes();
      step = pump.step(scratch);
      steps++;
      assertThat(pump.bytes() - before)
          .as("a burst")
          .isLessThanOrEqualTo(Pump.BURST + Pump.SCRATCH);
      assertThat(step == Pump.Step.DONE).isEqualTo(pump.ending() != null);
      assertThat(steps).as("it goes on for ever").isLessThan(10_000_000);
    } while (step != Pump.Step.DONE);
    return steps;
  }

  @ParameterizedTest
  @MethodSource("everyWay")
  void fromAFile(Form form, int atOnce, boolean stutters, int size) throws IOException {
    byte[] content = content(size);
    for (int from : new int[] {0, size / 2, size}) {
      try (Source.OfFile source = file(content, from)) {
        MemoryWire wire = wire(atOnce, stutters);
        Pump pump = stream(new Flow.Out(source, form), wire, Ending.FIN);
        run(pump);
        byte[] expected = onWire(Arrays.copyOfRange(content, from, size), form);
        assertThat(wire.taken()).isEqualTo(expected);
        assertThat(pump.ending()).isEqualTo(Ending.SENT);
        assertThat(pump.bytes()).isEqualTo(expected.length);
        assertThat(pump.problem()).isNull();
        assertThat(wire.outputEnded()).isTrue();
        assertThat(source.channel().isOpen()).as("the pump closes nothing").isTrue();
      }
    }
  }

  @ParameterizedTest
  @MethodSource("everyWay")
  void fromWhatIsMade(Form form, int atOnce, boolean stutters, int size) {
    byte[] content = content(size);
    for (int portion : new int[] {1, 1000, 1 << 20}) {
      MemoryWire wire = wire(atOnce, stutters);
      Pump pump = stream(new Flow.Out(new Portions(content, portion), form), wire, Ending.FIN);
      run(pump);
      byte[] expected = onWire(content, form);
      assertThat(wire.taken()).isEqualTo(expected);
      assertThat(pump.ending()).isEqualTo(Ending.SENT);
      assertThat(pump.bytes()).isEqualTo(expected.length);
    }
  }

  @ParameterizedTest
  @MethodSource("everyWay")
  void toASink(Form form, int atOnce, boolean stutters, int size) {
    byte[] content = content(size);
    ByteArrayOutputStream stored = new ByteArrayOutputStream();
    MemoryWire wire = wire(atOnce, stutters).gives(content, MemoryWire.After.FIN);
    Pump pump = stream(new Flow.In(from -> take(from, stored), form), wire, Ending.FIN);
    run(pump);
    assertThat(stored.toByteArray())
        .isEqualTo(form == Form.IMAGE ? content : AsciiTest.decoded(content));
    assertThat(pump.ending()).isEqualTo(Ending.FIN);
    assertThat(pump.bytes()).as("counted as they came").isEqualTo(size);
    assertThat(pump.problem()).isNull();
  }

  private static MemoryWire wire(int atOnce, boolean stutters) {
    MemoryWire wire = new MemoryWire(atOnce);
    return stutters ? wire.stutters() : wire;
  }

  private static void take(ByteBuffer from, ByteArrayOutputStream into) {
    byte[] bytes = new byte[from.remaining()];
    from.get(bytes);
    into.writeBytes(bytes);
  }

  /// What the peer has taken is right even when it takes no more, and the scratch buffer is not
  /// relied on between steps.
  @Test
  void aPeerThatStallsMissesNothing() throws IOException {
    for (Form form : Form.values()) {
      byte[] content = content(1_000_000);
      try (Source.OfFile file = file(content, 0)) {
        for (Source source : new Source[] {file, new Portions(content, 5000)}) {
          MemoryWire wire = new MemoryWire(1 << 20);
          Pump pump = stream(new Flow.Out(source, form), wire, Ending.FIN);
          int more = 1;
          Pump.Step step;
          do {
            wire.takes(more);
            more = more * 2 % 100_003;
            step = pump.step(scratch);
            scratch.clear();
            for (int i = 0; i < Pump.SCRATCH; i += 16) {
              scratch.put(i, (byte) '#');
            }
          } while (step != Pump.Step.DONE);
          assertThat(wire.taken()).isEqualTo(onWire(content, form));
        }
      }
    }
  }

  @Test
  void aPeerThatBreaksOff() throws IOException {
    for (int at : new int[] {0, 1, 999, 100_000}) {
      for (Form form : Form.values()) {
        byte[] content = content(200_000);
        try (Source.OfFile file = file(content, 0)) {
          MemoryWire wire = new MemoryWire(1000).resetsAfter(at);
          Pump pump = stream(new Flow.Out(file, form), wire, Ending.FIN);
          run(pump);
          assertThat(pump.ending()).isEqualTo(Ending.RESET);
          assertThat(pump.problem()).hasMessage("reset by peer");
          assertThat(pump.bytes()).isEqualTo(at);
          assertThat(wire.outputEnded()).as("that would look like the end").isFalse();
        }
        ByteArrayOutputStream stored = new ByteArrayOutputStream();
        byte[] some = Arrays.copyOf(content, at);
        MemoryWire in = new MemoryWire(1000).gives(some, MemoryWire.After.RESET);
        Pump pump = stream(new Flow.In(from -> take(from, stored), form), in, Ending.FIN);
        run(pump);
        assertThat(pump.ending()).isEqualTo(Ending.RESET);
        assertThat(pump.bytes()).isEqualTo(at);
        assertThat(stored.size()).isLessThanOrEqualTo(at);
      }
    }
  }

  @Test
  void silenceIsWaitedFor() {
    ByteArrayOutputStream stored = new ByteArrayOutputStream();
    MemoryWire wire = new MemoryWire(1000).gives(content(10), MemoryWire.After.SILENCE);
    Pump pump = stream(new Flow.In(from -> take(from, stored), Form.IMAGE), wire, Ending.FIN);
    assertThat(pump.step(scratch)).isEqualTo(Pump.Step.READ);
    assertThat(pump.step(scratch)).isEqualTo(Pump.Step.READ);
    assertThat(pump.ending()).isNull();
    assertThat(stored.size()).isEqualTo(10);

    MemoryWire full = new MemoryWire(1000).takes(5);
    Pump out = stream(new Flow.Out(new Portions(content(10), 10), Form.IMAGE), full, Ending.FIN);
    assertThat(out.step(scratch)).isEqualTo(Pump.Step.WRITE);
    assertThat(out.step(scratch)).isEqualTo(Pump.Step.WRITE);
    assertThat(out.bytes()).isEqualTo(5);
  }

  /// Others have their turn between bursts.
  @Test
  void aFastPeerIsInterrupted() throws IOException {
    byte[] content = new byte[5 * Pump.BURST];
    try (Source.OfFile file = file(content, 0)) {
      assertThat(run(stream(new Flow.Out(file, Form.IMAGE), new MemoryWire(1 << 30), Ending.FIN)))
          .isEqualTo(5);
      Source made = new Portions(content, 1 << 20);
      assertThat(run(stream(new Flow.Out(made, Form.IMAGE), new MemoryWire(1 << 30), Ending.FIN)))
          .as("a listing asks the disk")
          .isGreaterThan(5 * 16);
      MemoryWire in = new MemoryWire(1 << 30).gives(content, MemoryWire.After.FIN);
      assertThat(
              run(
                  stream(
                      new Flow.In(from -> from.position(from.limit()), Form.IMAGE),
                      in,
                      Ending.FIN)))
          .isBetween(4L, 6L);
    }
  }

  @Test
  void aFileThatShrinksIsNoWholeFile() throws IOException {
    for (Form form : Form.values()) {
      for (int left : new int[] {0, 1, 5000}) {
        try (Source.OfFile file = file(new byte[10_000], 0)) {
          Files.write(directory.resolve("file"), new byte[left]);
          MemoryWire wire = new MemoryWire(1000);
          Pump pump = stream(new Flow.Out(file, form), wire, Ending.FIN);
          run(pump);
          assertThat(pump.ending()).isEqualTo(Ending.STORE_FAILED);
          assertThat(pump.problem()).hasMessage("the file ends at byte " + left + " of 10000");
          assertThat(wire.outputEnded()).isFalse();
        }
      }
    }
  }

  /// Nor is a file that grows sent beyond what was said.
  @Test
  void aFileThatGrows() throws IOException {
    for (Form form : Form.values()) {
      try (Source.OfFile file = file(new byte[1000], 0)) {
        Files.write(directory.resolve("file"), new byte[2000]);
        MemoryWire wire = new MemoryWire(300);
        run(stream(new Flow.Out(file, form), wire, Ending.FIN));
        assertThat(wire.taken()).hasSize(1000);
      }
    }
  }

  @Test
  void theStoreFails() {
    IOException full = new IOException("disk full");
    for (Form form : Form.values()) {
      MemoryWire wire = new MemoryWire(100).gives(content(1000), MemoryWire.After.FIN);
      int[] taken = {0};
      Pump in =
          stream(
              new Flow.In(
                  from -> {
                    taken[0] += from.remaining();
                    from.position(from.limit());
                    if (taken[0] > 300) {
                      throw full;
                    }
                  },
                  form),
              wire,
              Ending.FIN);
      run(in);
      assertThat(in.ending()).isEqualTo(Ending.STORE_FAILED);
      assertThat(in.problem()).isSameAs(full);

      Source.Made broken =
          new Source.Made() {
            @Override
            public int read(ByteBuffer into) throws IOException {
              throw full;
            }

            @Override
            public void close() {}
          };
      MemoryWire out = new MemoryWire(100);
      Pump pump = stream(new Flow.Out(broken, form), out, Ending.FIN);
      run(pump);
      assertThat(pump.ending()).isEqualTo(Ending.STORE_FAILED);
      assertThat(pump.problem()).isSameAs(full);
      assertThat(out.outputEnded()).isFalse();
    }
  }

  /// A CR that was held back is stored when nothing follows, and its store may fail, too.
  @Test
  void theLastCr() {
    byte[] text = "a\r".getBytes(StandardCharsets.US_ASCII);
    ByteArrayOutputStream stored = new ByteArrayOutputStream();
    MemoryWire wire = new MemoryWire(1).gives(text, MemoryWire.After.FIN);
    run(stream(new Flow.In(from -> take(from, stored), Form.ASCII), wire, Ending.FIN));
    assertThat(stored.toByteArray()).isEqualTo(text);
  }

  /// Gives its content a portion at a time.
  private static final class Portions implements Source.Made {
    private final byte[] content;
    private final int portion;
    private int given;

    Portions(byte[] content, int portion) {
      this.content = content;
      this.portion = portion;
    }

    @Override
    public int read(ByteBuffer into) {
      if (given == content.length) {
        return -1;
      }
      int count = Math.min(Math.min(portion, into.remaining()), content.length - given);
      into.put(content, given, count);
      given += count;
      return count;
    }

    @Override
    public void close() {
      throw new AssertionError("the pump closes nothing");
    }
  }

  private static Pump stream(Flow flow, Wire wire, Ending inputEnd) {
    return Pump.of(flow, new Mode.Stream(), wire, inputEnd, null);
  }

  /// A source that takes long to find its bytes is asked again only in the next step, in every mode
  /// and form, whether it has given some or none.
  @ParameterizedTest
  @MethodSource("forms")
  void aSourceThatStopsEarlyEndsTheStep(Form form) throws IOException {
    for (Mode mode : List.of(new Mode.Stream(), new Mode.Block(), new Mode.Deflate(-1))) {
      int[] reads = {0};
      Source.Made slow =
          new Source.Made() {
            @Override
            public int read(ByteBuffer into) {
              reads[0]++;
              if (reads[0] > 100) {
                return -1;
              }
              if (reads[0] % 10 != 0) {
                return 0;
              }
              into.put((byte) 'x');
              return 1;
            }

            @Override
            public void close() {}
          };
      MemoryWire wire = new MemoryWire(100);
      Pump pump = Pump.of(new Flow.Out(slow, form), mode, wire, Ending.FIN, null);
      ByteBuffer scratch = ByteBuffer.allocate(Pump.SCRATCH);
      for (int i = 1; i <= 100; i++) {
        assertThat(pump.step(scratch)).as("%s, step %d", mode, i).isEqualTo(Pump.Step.AGAIN);
        assertThat(reads[0]).isEqualTo(i);
      }
      run(pump);
      assertThat(pump.ending()).isEqualTo(Ending.SENT);
      assertThat(pump.bytes()).isEqualTo(10);
      if (mode instanceof Mode.Stream) {
        assertThat(wire.taken()).asString(StandardCharsets.US_ASCII).isEqualTo("x".repeat(10));
      } else if (mode instanceof Mode.Block) {
        assertThat(wire.taken()).as("no empty blocks but the last").hasSize(10 * 4 + 3);
      }
    }
  }

  static Stream<Form> forms() {
    return Stream.of(Form.values());
  }
}
