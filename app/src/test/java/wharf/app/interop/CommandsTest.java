package wharf.app.interop;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import wharf.ftp.server.FtpService.Tls;
import wharf.server.ServerModel;
import wharf.server.TlsSettings.Binding;

/// Every command of docs/conformance.md, said by Python's ftplib to a server over a network; and
/// what lftp makes of those of SITE.
@Tag("interop")
final class CommandsTest {
  private static final Path DOCUMENT = Path.of("..", "docs", "conformance.md");
  private static final Pattern ROW = Pattern.compile("\\| (`[^|]+`) \\|.*");
  private static final Pattern NAME = Pattern.compile("`([A-Z0-9 ]+)`");

  /// Says each line, moves data where it is about that, and tells the replies.
  private static final String SAY =
      """
      import ftplib, sys
      host, port, trusted, *lines = sys.argv[1:]
      import ssl
      ftp = ftplib.FTP_TLS(context=ssl.create_default_context(cafile=trusted), timeout=300)
      ftp.connect(host, int(port))
      up = ('STOR', 'STOU', 'APPE')
      down = ('RETR', 'LIST', 'NLST', 'MLSD')
      for line in lines:
          verb = line.split(' ')[0]
          try:
              if line == 'AUTH TLS':
                  reply = ftp.auth()
              elif line.startswith('PROT P'):
                  reply = ftp.prot_p()
              elif verb in up + down:
                  data = ftp.transfercmd(line)
                  if verb in up:
                      data.sendall(b'content')
                      if isinstance(data, ssl.SSLSocket):
                          data.unwrap()
                  else:
                      while data.recv(65536):
                          pass
                  data.close()
                  reply = ftp.voidresp()
              else:
                  reply = ftp.sendcmd(line)
          except ftplib.Error as refused:
              reply = str(refused)
          print(reply.splitlines()[0][:3], line)
      """;

  /// What is said, with the code of the reply; in the order in which it makes sense.
  private static final List<String> DIALOGUE =
      List.of(
          "220 HOST localhost",
          "211 FEAT",
          "214 HELP",
          "214 SITE HELP",
          "200 CLNT ftplib",
          "200 CSID Name=ftplib; Version=1;",
          "502 ADAT x",
          "234 AUTH TLS",
          "200 PBSZ 0",
          "331 USER alice",
          "230 PASS s3cret",
          "202 ACCT x",
          "200 PROT P",
          "200 OPTS UTF8 ON",
          "200 LANG zh",
          "200 LANG",
          "200 NOOP",
          "215 SYST",
          "200 TYPE I",
          "200 STRU F",
          "200 MODE S",
          "257 PWD",
          "257 XPWD",
          "257 MKD a",
          "257 XMKD b",
          "250 CWD a",
          "250 CDUP",
          "250 XCWD a",
          "250 XCUP",
          "250 RMD b",
          "257 MKD b",
          "250 XRMD b",
          "200 ALLO 7",
          "226 STOR file",
          "226 APPE file",
          "226 STOU",
          "226 RETR file",
          "226 LIST",
          "226 NLST",
          "226 MLSD",
          "250 MLST file",
          "213 SIZE file",
          "213 MDTM file",
          "213 MFMT 20200101000000 file",
          "504 MFCT 20200101000000 file",
          "213 MFF modify=20200102000000;UNIX.mode=0640; file",
          "213 AVBL",
          "350 REST 3",
          "350 RANG 0 3",
          "213 HASH file",
          "250 XCRC file",
          "250 XMD5 file",
          "250 XSHA1 file",
          "250 XSHA file",
          "250 XSHA256 file",
          "250 XSHA512 file",
          "200 SITE CHMOD 600 file",
          "200 SITE UTIME 20200103000000 file",
          "250 SITE SYMLINK file link",
          "250 SITE COPY file part1",
          "350 SITE CPFR file",
          "250 SITE CPTO part2",
          "250 COMB whole part1 part2",
          "250 SITE RMDIR a",
          "200 SITE QUOTA",
          "550 SITE WHO",
          "350 RNFR file",
          "250 RNTO other",
          "250 DELE other",
          "211 STAT",
          "226 ABOR",
          "200 PRET RETR whole",
          "227 PASV",
          "229 EPSV",
          "200 PORT 127,0,0,1,200,0",
          "200 EPRT |1|127.0.0.1|51200|",
          "502 SMNT /",
          "502 MIC x",
          "502 CONF x",
          "502 ENC x",
          "534 CCC",
          "502 LPRT x",
          "502 LPSV",
          "502 SPSV",
          "502 XRSQ",
          "502 XRCP x",
          "502 XSEN x",
          "502 XSEM x",
          "502 XMAS x",
          "502 MAIL x",
          "502 MLFL x",
          "220 REIN",
          "221 QUIT");

  @TempDir(factory = UnderTarget.class)
  Path folder;

  private static ServerModel usual() {
    return ServerModel.all().getFirst();
  }

  @Test
  void ftplibSaysEach() throws IOException {
    Set<String> said = new TreeSet<>();
    List<String> lines = new ArrayList<>();
    for (String step : DIALOGUE) {
      String line = step.substring(4);
      lines.add(line);
      String[] words = line.split(" ", -1);
      said.add(words[0].equals("SITE") ? "SITE " + words[1] : words[0]);
    }
    assertThat(said).containsAll(documented());
    try (Harbour harbour = Harbour.open(folder, usual(), Tls.ALLOWED, Binding.AUTO)) {
      Site site = harbour.site();
      List<String> words = new ArrayList<>(List.of("python3", "-I", "-c", SAY));
      words.addAll(List.of(site.address(), site.port(), Certificate.only().shown().toString()));
      words.addAll(lines);
      assertThat(Command.of(site, words).run().lines()).containsExactlyElementsOf(DIALOGUE);
      assertThat(harbour.root.resolve("whole")).hasContent("contentcontent".repeat(2));
    }
  }

  /// The names in the first column of the tables.
  private static Set<String> documented() throws IOException {
    Set<String> names = new TreeSet<>();
    for (String line : Files.readAllLines(DOCUMENT)) {
      Matcher row = ROW.matcher(line);
      if (row.matches()) {
        NAME.matcher(row.group(1)).results().forEach(name -> names.add(name.group(1)));
      }
    }
    assertThat(names).contains("RETR", "SITE COPY", "SMNT").hasSizeGreaterThan(80);
    return names;
  }

  @Test
  void lftpChangesModesAndLinks() throws IOException {
    try (Harbour harbour = Harbour.open(folder, usual())) {
      Site site = harbour.site();
      Files.writeString(harbour.root.resolve("file"), "content");
      Files.createDirectories(harbour.root.resolve("d/e"));
      Files.writeString(harbour.root.resolve("d/e/f"), "content");
      String script =
          "set cmd:fail-exit yes; set net:max-retries 1; open -u %s,%s ftp://%s:%s; "
                  .formatted(Site.USER, Site.PASSWORD, site.host(), site.port())
              + "chmod 600 file; ln -s file link; cat link; mv file moved; rm -r d; mkdir -p x/y";
      Command.of(site, "lftp", "--norc", "-c", script).run();
      assertThat(Files.getPosixFilePermissions(harbour.root.resolve("moved"))).hasSize(2);
      assertThat(Files.readSymbolicLink(harbour.root.resolve("link"))).hasToString("file");
      assertThat(harbour.root.resolve("d")).doesNotExist();
      assertThat(harbour.root.resolve("x/y")).isDirectory();
    }
  }
}
