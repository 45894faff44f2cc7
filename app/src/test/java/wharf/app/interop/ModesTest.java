package wharf.app.interop;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import wharf.server.ServerModel;

/// MODE Z with lftp; and MODE B, which no client of today has, with Python's ftplib and blocks
/// taken apart by its struct.
@Tag("interop")
final class ModesTest {
  private static final List<Integer> SIZES = List.of(0, 1, 65_535, 65_536, 3_000_000);

  /// Sends and gets files over one data connection; says what came as a download, in hexadecimal
  /// SHA-256, one line each.
  private static final String IN_BLOCKS =
      """
      import ftplib, hashlib, struct, sys
      host, port, user, password, *files = sys.argv[1:]
      ftp = ftplib.FTP(timeout=300)
      ftp.connect(host, int(port))
      ftp.login(user, password)
      ftp.voidcmd('TYPE I')
      ftp.voidcmd('MODE B')
      data = None

      def begin(command):
          global data, data_in
          if data is None:
              data = ftp.transfercmd(command)
              data_in = data.makefile('rb')
          else:
              reply = ftp.sendcmd(command)
              assert reply.startswith('125'), reply

      def exactly(count):
          got = data_in.read(count)
          assert len(got) == count, 'the connection ended'
          return got

      def put(local, remote):
          begin('STOR ' + remote)
          with open(local, 'rb') as content:
              while True:
                  block = content.read(50000)
                  data.sendall(struct.pack('>BH', 0, len(block)) + block)
                  if not block:
                      break
          data.sendall(struct.pack('>BH', 64, 0))
          reply = ftp.voidresp()
          assert reply.startswith('226'), reply

      def get(remote):
          begin('RETR ' + remote)
          digest = hashlib.sha256()
          descriptor = 0
          while not descriptor & 64:
              descriptor, count = struct.unpack('>BH', exactly(3))
              block = exactly(count)
              if not descriptor & 16:
                  digest.update(block)
          reply = ftp.voidresp()
          assert reply.startswith('226'), reply
          return digest.hexdigest()

      for index, file in enumerate(files):
          put(file, 'copy%d' % index)
      for index, _ in enumerate(files):
          print(get('copy%d' % index))
      put(files[0], 'last')
      ftp.quit()
      assert data_in.read() == b'', 'more than was asked for'
      """;

  @TempDir(factory = UnderTarget.class)
  Path folder;

  static List<ServerModel> every() {
    return ServerModel.all();
  }

  private static Command lftp(Site site, String commands) {
    String script =
        "set cmd:fail-exit yes; set net:max-retries 1; set xfer:clobber yes; "
            + "set ftp:use-mode-z yes; "
            + "open -u %s,%s ftp://%s:%s; "
                .formatted(Site.USER, Site.PASSWORD, site.host(), site.port())
            + commands;
    return Command.of(site, "lftp", "--norc", "-c", script);
  }

  @ParameterizedTest
  @MethodSource("every")
  void lftpCompresses(ServerModel model) throws IOException {
    try (Harbour harbour = Harbour.compressing(folder, model)) {
      Site site = harbour.site();
      for (int size : SIZES) {
        Path file = Content.random(harbour.outside.resolve("f" + size), size, size);
        Path back = harbour.outside.resolve("g" + size);
        lftp(site, "put %s -o f%s; get f%s -o %s".formatted(file, size, size, back)).run();
        assertThat(Content.sha256(harbour.root.resolve("f" + size)))
            .as("%d bytes up", size)
            .isEqualTo(Content.sha256(file));
        assertThat(Content.sha256(back)).as("and down").isEqualTo(Content.sha256(file));
      }
      Path text = harbour.outside.resolve("text");
      Files.writeString(text, "All work and no play makes Jack a dull boy.\n".repeat(100_000));
      Path part =
          Files.writeString(
              harbour.outside.resolve("part"), Files.readString(text).substring(0, 1_234_567));
      String answers =
          lftp(
                  site,
                  "debug 9 -o /dev/stdout; put %s -o text; get -c text -o %s; cls -1"
                      .formatted(text, part))
              .run();
      assertThat(answers).contains("MODE Z", " on the wire, in ", "REST 1234567");
      assertThat(answers.lines()).contains("f3000000", "text");
      assertThat(Content.sha256(harbour.root.resolve("text"))).isEqualTo(Content.sha256(text));
      assertThat(Content.sha256(part)).as("resumed").isEqualTo(Content.sha256(text));
    }
  }

  @ParameterizedTest
  @MethodSource("every")
  void pythonSendsAndGetsFilesOverOneConnection(ServerModel model) throws IOException {
    try (Harbour harbour = Harbour.open(folder, model)) {
      Site site = harbour.site();
      List<String> words = new ArrayList<>(List.of("python3", "-I", "-c", IN_BLOCKS));
      words.addAll(List.of(site.address(), site.port(), Site.USER, Site.PASSWORD));
      List<String> hashes = new ArrayList<>();
      for (int size : SIZES) {
        Path file = Content.random(harbour.outside.resolve("f" + size), size, size);
        words.add(file.toString());
        hashes.add(Content.sha256(file));
      }
      String got = Command.of(site, words).run();
      assertThat(got.lines()).containsExactlyElementsOf(hashes);
      for (int i = 0; i < hashes.size(); i++) {
        assertThat(Content.sha256(harbour.root.resolve("copy" + i))).isEqualTo(hashes.get(i));
      }
    }
  }
}
