package wharf.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.Stream;
import java.util.zip.Deflater;
import java.util.zip.InflaterInputStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import wharf.protocol.Effect.Transfer.Flow;
import wharf.protocol.Effect.Transfer.Form;
import wharf.protocol.Effect.Transfer.Mode;
import wharf.protocol.Ending;
import wharf.protocol.Event;
import wharf.protocol.Source;

/// MODE B and MODE Z through the pump, cut everywhere, and what is neither.
class CodecsTest {
  private static final Mode BLOCK = new Mode.Block();
  private static final Mode DEFLATE = new Mode.Deflate(-1);

  @TempDir Path directory;

  private final ByteBuffer scratch = ByteBuffer.allocateDirect(Pump.SCRATCH);
  private final ByteArrayOutputStream stored = new ByteArrayOutputStream();

  /// Each mode and form, how much a wire moves at once, whether it would block every other time,
  /// and sizes around the blocks' own.
  static Stream<Arguments> everyWay() {
    return Stream.of(BLOCK, DEFLATE, new Mode.Deflate(0), new Mode.Deflate(9))
        .flatMap(
            mode ->
                Stream.of(Form.values())
                    .flatMap(
                        form ->
                            Stream.of(1, 2, 3, 1000, 1 << 20)
                                .flatMap(
                                    atOnce ->
                                        sizes(atOnce)
                                            .map(
                                                size ->
                                                    Arguments.of(
                                                        mode,
                                                        form,
                                                        atOnce,
                                                        size % 2 == 0,
                                                        size)))));
  }

  private static Stream<Integer> sizes(int atOnce) {
    return atOnce < 10
        ? Stream.of(0, 1, 2, 5, 1000)
        : Stream.of(0, 1, 32_767, 65_534, 65_535, 65_536, 131_070, 200_000, Pump.BURST + 7);
  }

  /// Text with line ends of every kind in every place, and, in the second half, bytes that nobody
  /// can compress.
  private static byte[] content(int size) {
    Random random = new Random(size);
    byte[] bytes = new byte[size];
    random.nextBytes(bytes);
    for (int i = 0; i < size / 2; i++) {
      bytes[i] = (byte) "abc\r\n\n".charAt(random.nextInt(6));
    }
    return bytes;
  }

  private static byte[] inForm(byte[] content, Form form) {
    return form == Form.IMAGE ? content : AsciiTest.encoded(content);
  }

  private static MemoryWire wire(int atOnce, boolean stutters) {
    MemoryWire wire = new MemoryWire(atOnce);
    return stutters ? wire.stutters() : wire;
  }

  private Source.OfFile file(byte[] content, long from) throws IOException {
    Path path = Files.write(directory.resolve("file"), content);
    return new Source.OfFile(FileChannel.open(path, StandardOpenOption.READ), from, content.length);
  }

  private void run(Pump pump) {
    Pump.Step step;
    long steps = 0;
    do {
      step = stepOnce(pump);
      assertThat(++steps).as("it goes on for ever").isLessThan(10_000_000);
    } while (step != Pump.Step.DONE);
    pump.end();
  }

  /// A step, after which the scratch buffer is somebody else's.
  private Pump.Step stepOnce(Pump pump) {
    long before = pump.bytes();
    Pump.Step step = pump.step(scratch);
    assertThat(pump.bytes() - before).as("a burst").isLessThanOrEqualTo(Pump.BURST + Pump.SCRATCH);
    scratch.clear();
    for (int i = 0; i < Pump.SCRATCH; i += 257) {
      scratch.put(i, (byte) '#');
    }
    return step;
  }

  private Flow.In in(Form form) {
    return new Flow.In(
        from -> {
          byte[] bytes = new byte[from.remaining()];
          from.get(bytes);
          stored.writeBytes(bytes);
        },
        form);
  }

  private Pump upload(Mode mode, byte[] bytes, MemoryWire.After then) {
    return upload(mode, new MemoryWire(1 << 20).gives(bytes, then), null);
  }

  private Pump upload(Mode mode, MemoryWire wire, @Nullable ByteBuffer unread) {
    return Pump.of(in(Form.IMAGE), mode, wire, Ending.FIN, unread);
  }

  private static byte[] deflated(byte[] content) {
    return deflated(content, new Deflater());
  }

  private static byte[] deflated(byte[] content, Deflater deflater) {
    deflater.setInput(content);
    deflater.finish();
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    byte[] some = new byte[1 << 16];
    while (!deflater.finished()) {
      all.write(some, 0, deflater.deflate(some));
    }
    deflater.end();
    return all.toByteArray();
  }

  private static byte[] unwrapped(Mode mode, byte[] bytes) throws IOException {
    ByteArrayInputStream from = new ByteArrayInputStream(bytes);
    byte[] content =
        mode instanceof Mode.Block
            ? Blocks.read(from).bytes()
            : new InflaterInputStream(from).readAllBytes();
    assertThat(from.available()).as("behind the end").isZero();
    return content;
  }

  @ParameterizedTest
  @MethodSource("everyWay")
  void out(Mode mode, Form form, int atOnce, boolean stutters, int size) throws IOException {
    byte[] content = content(size);
    for (int from : new int[] {0, size / 2, size}) {
      byte[] part = Arrays.copyOfRange(content, from, size);
      try (Source.OfFile file = file(content, from)) {
        for (Source source : new Source[] {file, new Made(part)}) {
          MemoryWire wire = wire(atOnce, stutters);
          Pump pump = Pump.of(new Flow.Out(source, form), mode, wire, Ending.FIN, null);
          run(pump);
          assertThat(pump.ending()).isEqualTo(Ending.SENT);
          assertThat(unwrapped(mode, wire.taken())).isEqualTo(inForm(part, form));
          assertThat(pump.bytes()).isEqualTo(inForm(part, form).length);
          assertThat(pump.onWire()).isEqualTo(wire.taken().length);
          assertThat(wire.outputEnded())
              .as("whether it is for this transfer only")
              .isEqualTo(!(mode instanceof Mode.Block));
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("everyWay")
  void in(Mode mode, Form form, int atOnce, boolean stutters, int size) throws IOException {
    byte[] content = content(size);
    for (int block : new int[] {1, 1000, 65_535}) {
      byte[] bytes =
          switch (mode) {
            case Mode.Deflate(int level) -> deflated(content, new Deflater(level));
            default -> Blocks.of(content, block);
          };
      stored.reset();
      MemoryWire wire = wire(atOnce, stutters).gives(bytes, MemoryWire.After.FIN);
      Pump pump = Pump.of(in(form), mode, wire, Ending.FIN, null);
      run(pump);
      assertThat(pump.ending()).isEqualTo(Ending.BLOCK_EOF);
      assertThat(stored.toByteArray())
          .isEqualTo(form == Form.IMAGE ? content : AsciiTest.decoded(content));
      assertThat(pump.bytes()).isEqualTo(size);
      assertThat(pump.onWire()).isEqualTo(bytes.length);
      assertThat(pump.problem()).isNull();
    }
  }

  /// What is cut off anywhere is never taken for whole, and what came before is stored.
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void cutOffAnywhere(boolean reset) {
    byte[] content = content(3000);
    MemoryWire.After then = reset ? MemoryWire.After.RESET : MemoryWire.After.FIN;
    for (Mode mode : new Mode[] {BLOCK, DEFLATE}) {
      byte[] whole = mode instanceof Mode.Block ? Blocks.of(content, 700) : deflated(content);
      for (int at = 0; at < whole.length; at++) {
        stored.reset();
        Pump pump = upload(mode, Arrays.copyOf(whole, at), then);
        run(pump);
        assertThat(pump.ending())
            .as("%s cut off at %d of %d", mode, at, whole.length)
            .isEqualTo(reset ? Ending.RESET : Ending.CUT_OFF);
        assertThat(stored.toByteArray()).isEqualTo(Arrays.copyOf(content, stored.size()));
      }
    }
  }

  /// A client may go as it likes when all has been said.
  @Test
  void afterTheEndOfTheStreamAnyEndWillDo() {
    for (MemoryWire.After then :
        new MemoryWire.After[] {MemoryWire.After.FIN, MemoryWire.After.RESET}) {
      Pump pump = upload(DEFLATE, deflated(content(1000)), then);
      run(pump);
      assertThat(pump.ending()).isEqualTo(Ending.BLOCK_EOF);
    }
    Pump waiting = upload(DEFLATE, deflated(content(1000)), MemoryWire.After.SILENCE);
    assertThat(stepOnce(waiting)).as("there may be more").isEqualTo(Pump.Step.READ);
    waiting.end();
  }

  /// What cannot be compressed does not grow, and what follows it still is.
  @Test
  void noiseAndThenZeros() throws IOException {
    byte[] content = new byte[40 << 20];
    byte[] noise = new byte[10 << 20];
    new Random(1950).nextBytes(noise);
    System.arraycopy(noise, 0, content, 0, noise.length);
    for (int level : new int[] {-1, 0, 1, 9}) {
      MemoryWire wire = new MemoryWire(1 << 20);
      try (Source.OfFile source = file(content, 0)) {
        Flow.Out out = new Flow.Out(source, Form.IMAGE);
        Pump pump = Pump.of(out, new Mode.Deflate(level), wire, Ending.FIN, null);
        run(pump);
        assertThat(unwrapped(DEFLATE, wire.taken())).isEqualTo(content);
        int most = level == 0 ? content.length + (1 << 16) : noise.length + (9 << 20);
        assertThat(pump.onWire()).isBetween((long) noise.length, (long) most);
      }
    }
  }

  /// Files follow on each other, wherever the network cuts them.
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 7, 1000, 1 << 20})
  void severalFilesOneAfterTheOther(int atOnce) throws IOException {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    int[] sizes = {5, 0, 1000, 70_000, 1, 0, 0, 300_000, 3};
    for (int size : sizes) {
      all.writeBytes(Blocks.of(content(size), 40_000));
    }
    MemoryWire wire = new MemoryWire(atOnce).gives(all.toByteArray(), MemoryWire.After.SILENCE);
    ByteBuffer unread = null;
    for (int size : sizes) {
      stored.reset();
      Pump pump = upload(BLOCK, wire, unread);
      run(pump);
      assertThat(pump.ending()).isEqualTo(Ending.BLOCK_EOF);
      assertThat(stored.toByteArray()).isEqualTo(content(size));
      assertThat(pump.onWire()).isEqualTo(Blocks.of(content(size), 40_000).length);
      unread = pump.unread();
    }
    assertThat(unread).isNull();
  }

  @Test
  void markersOnTheWayOut() throws IOException {
    int every = Sender.MARK_EVERY;
    for (int size : new int[] {every, every + 2 * 65_535, 2 * (every + 65_535) + 1}) {
      byte[] content = new byte[size];
      new Random(size).nextBytes(content);
      try (Source.OfFile file = file(content, 0)) {
        MemoryWire wire = new MemoryWire(1 << 20);
        run(Pump.of(new Flow.Out(file, Form.IMAGE), BLOCK, wire, Ending.FIN, null));
        Blocks.Received received = Blocks.read(new ByteArrayInputStream(wire.taken()));
        assertThat(received.bytes()).isEqualTo(content);
        assertThat(received.markers()).hasSize(size / (every + 1));
        for (String marker : received.markers()) {
          String[] words = marker.split("@", -1);
          assertThat(words[0]).as("a position of the file").isEqualTo(words[1]);
        }
      }
    }
  }

  /// A marker ends a step: what it says is about what is stored by then.
  @Test
  void markersOnTheWayIn() {
    byte[] bytes =
        new Blocks()
            .block(16, "start")
            .block(0, "0123456")
            .block(16, "7!~")
            .block(0, "")
            .block(16, "again")
            .block(64, "789")
            .bytes();
    for (int atOnce : new int[] {1, 2, 3, 1000}) {
      stored.reset();
      MemoryWire wire = new MemoryWire(atOnce).gives(bytes, MemoryWire.After.SILENCE);
      Pump pump = upload(BLOCK, wire, null);
      StringBuilder told = new StringBuilder();
      Pump.Step step;
      do {
        step = stepOnce(pump);
        Event.Marked marked = pump.takeMarked();
        if (marked != null) {
          assertThat(step).isEqualTo(Pump.Step.AGAIN);
          assertThat(marked.stored()).isEqualTo(stored.size());
          told.append(marked.marker()).append('@').append(marked.stored()).append(' ');
        }
      } while (step != Pump.Step.DONE);
      assertThat(told).hasToString("start@0 7!~@7 again@7 ");
      assertThat(stored).hasToString("0123456789");
    }
  }

  private void refused(Mode mode, byte[] bytes, String why) {
    for (int atOnce : new int[] {1, 3, 1 << 20}) {
      Pump pump = upload(mode, new MemoryWire(atOnce).gives(bytes, MemoryWire.After.SILENCE), null);
      run(pump);
      assertThat(pump.ending()).isEqualTo(Ending.MALFORMED);
      assertThat(pump.problem()).hasMessageContaining(why);
    }
  }

  private void refused(int descriptor, String content, String why) {
    refused(BLOCK, new Blocks().block(0, "fine").block(descriptor, content).bytes(), why);
  }

  @Test
  void suspectData() {
    refused(32, "abc", "suspect");
    refused(32 | 64, "abc", "suspect");
    refused(32 | 128, "abc", "suspect");
  }

  @Test
  void records() {
    refused(128, "abc", "ends a record");
    refused(128 | 64, "abc", "ends a record");
  }

  @Test
  void unknownDescriptors() {
    for (int descriptor : new int[] {1, 2, 4, 8, 65, 16 | 64}) {
      refused(descriptor, "abc", "a descriptor of " + descriptor);
    }
  }

  @Test
  void markersThatCannotBeAnswered() {
    refused(16, "", "1 to 64 characters, not 0");
    refused(16, "x".repeat(65), "1 to 64 characters, not 65");
    for (String text : new String[] {"a b", "a\r\n226 Forged", "\u001b[2J", "\u00e9", "\u007f"}) {
      refused(16, text, "printable ASCII");
    }
  }

  @Test
  void noZlibStream() {
    refused(DEFLATE, "no zlib stream at all".getBytes(StandardCharsets.US_ASCII), "no zlib stream");
    refused(DEFLATE, new byte[100], "no zlib stream");
  }

  @Test
  void aStreamWithAWrongChecksum() {
    byte[] bytes = deflated(content(10_000));
    bytes[bytes.length - 1] ^= 1;
    refused(DEFLATE, bytes, "no zlib stream");
  }

  @Test
  void aPresetDictionary() {
    Deflater deflater = new Deflater();
    deflater.setDictionary("a secret of two".getBytes(StandardCharsets.US_ASCII));
    refused(DEFLATE, deflated(content(100), deflater), "dictionary");
  }

  @Test
  void whatFollowsTheStream() {
    byte[] stream = deflated(content(100));
    byte[] twice = Arrays.copyOf(stream, 2 * stream.length);
    System.arraycopy(stream, 0, twice, stream.length, stream.length);
    refused(DEFLATE, twice, "something follows");
    refused(DEFLATE, Arrays.copyOf(stream, stream.length + 1), "something follows");
  }

  /// Random bytes end somehow, and never in a fault or as a whole file.
  @Test
  void noise() {
    Random random = new Random(959);
    for (int i = 0; i < 5_000; i++) {
      byte[] bytes = new byte[random.nextInt(1, 200)];
      random.nextBytes(bytes);
      if (i % 2 == 0) {
        // So that zlib takes it for a stream at first.
        bytes[0] = 0x78;
        bytes[Math.min(1, bytes.length - 1)] = (byte) 0x9c;
      }
      Pump pump = upload(DEFLATE, bytes, MemoryWire.After.FIN);
      run(pump);
      assertThat(pump.ending()).isIn(Ending.MALFORMED, Ending.CUT_OFF);
      Pump blocks = upload(BLOCK, bytes, MemoryWire.After.FIN);
      while (stepOnce(blocks) != Pump.Step.DONE) {}
      assertThat(blocks.ending()).isIn(Ending.MALFORMED, Ending.CUT_OFF, Ending.BLOCK_EOF);
    }
  }

  /// A thousand bytes for one: burst by burst, and of nothing more than a portion at once.
  @Test
  void aBomb() {
    long size = 300L << 20;
    byte[] bomb = deflated(new byte[(int) size]);
    assertThat(bomb.length).isLessThan(400_000);
    long[] taken = {0};
    Flow.In sink =
        new Flow.In(
            from -> {
              assertThat(from.remaining()).isLessThanOrEqualTo(Pump.SCRATCH);
              taken[0] += from.remaining();
              from.position(from.limit());
            },
            Form.IMAGE);
    MemoryWire wire = new MemoryWire(1 << 20).gives(bomb, MemoryWire.After.FIN);
    Pump pump = Pump.of(sink, DEFLATE, wire, Ending.FIN, null);
    int steps = 0;
    while (stepOnce(pump) != Pump.Step.DONE) {
      steps++;
    }
    pump.end();
    assertThat(steps)
        .as("turns of others")
        .isGreaterThanOrEqualTo((int) (size / (Pump.BURST + Pump.SCRATCH)));
    assertThat(taken[0]).isEqualTo(size);
    assertThat(pump.onWire()).isEqualTo(bomb.length);
  }

  /// Blocks of nothing move nothing on, but they end a burst as others do.
  @Test
  void emptyBlocks() {
    Blocks empty = new Blocks();
    for (int i = 0; i < Pump.BURST; i++) {
      empty.block(0, "");
    }
    Pump pump = upload(BLOCK, empty.block(64, "").bytes(), MemoryWire.After.SILENCE);
    assertThat(stepOnce(pump)).isEqualTo(Pump.Step.AGAIN);
    run(pump);
    assertThat(pump.ending()).isEqualTo(Ending.BLOCK_EOF);
    assertThat(pump.bytes()).isZero();
  }

  /// Gives its content, and then its end apart.
  private static final class Made implements Source.Made {
    private final ByteBuffer content;

    Made(byte[] content) {
      this.content = ByteBuffer.wrap(content);
    }

    @Override
    public int read(ByteBuffer into) {
      int count = Math.min(into.remaining(), content.remaining());
      into.put(content.slice(content.position(), count));
      content.position(content.position() + count);
      return count == 0 ? -1 : count;
    }

    @Override
    public void close() {}
  }
}
