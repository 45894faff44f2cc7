package wharf.ftp.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicContainer.dynamicContainer;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/// Every verb of the table, once as it is meant and once as it is not. A verb without both does not
/// compile.
class VerbTest {
  @TempDir Path base;

  /// Begun logged in as `jo`, with TYPE I.
  ///
  /// @param good ends with a reply to the verb that says yes
  /// @param bad ends with one that says no
  private record Example(String good, String bad) {}

  @TestFactory
  Stream<DynamicNode> everyVerb() {
    return Arrays.stream(Verb.values())
        .map(
            verb -> {
              Example example = example(verb);
              assertThat(example.good() + " ").contains("C: " + verb);
              assertThat(example.bad() + " ").contains("C: " + verb);
              return dynamicContainer(
                  verb.name(),
                  Stream.of(
                      dynamicContainer(
                          "good",
                          Transcript.tests(
                              base.resolve(verb + "-good"),
                              example.good(),
                              (_, driver) ->
                                  assertThat(driver.order().codes().getLast())
                                      .isBetween(200, 399))),
                      dynamicContainer(
                          "bad",
                          Transcript.tests(
                              base.resolve(verb + "-bad"),
                              example.bad(),
                              (_, driver) ->
                                  assertThat(driver.order().codes().getLast())
                                      .isBetween(400, 599)))));
            });
  }

  /// HELP names every verb, and tells of each, also before login and under its other name.
  @Test
  void helpForEach() throws Exception {
    try (World world = new World(base)) {
      VirtualDriver driver = new VirtualDriver(world.service.open(), 7);
      driver.send("HELP");
      String all = String.join(" ", driver.replies().lines()) + " ";
      for (Verb verb : Verb.values()) {
        assertThat(all).contains(" " + (verb.ofSite() ? "SITE" : verb) + " ");
        driver.replies().lines().clear();
        driver.send("HELP " + verb);
        verb.alias().ifPresent(alias -> driver.send("HELP " + alias.toLowerCase(Locale.ROOT)));
        assertThat(driver.replies().lines())
            .hasSize(verb.alias().isPresent() ? 2 : 1)
            .containsOnly("214 %s: %s (%s)".formatted(verb.syntax(), verb.help(), verb.source()));
      }
      driver.assertSettled();
    }
  }

  private static Example example(Verb verb) {
    return switch (verb) {
      case USER ->
          new Example(
              """
              C: USER al
              S: 331 And the password?
              """,
              """
              C: USER
              S: 501 Say it as: USER <name>
              """);
      case PASS ->
          new Example(
              """
              C: USER al
              S: 331 ...
              C: PASS secret
              S: 230 Welcome, al.
              """,
              """
              C: PASS secret
              S: 503 Say who you are with USER first.
              """);
      case REIN ->
          new Example(
              """
              C: REIN
              S: 220 Ready for another user.
              """,
              """
              C: REIN now
              S: 501 REIN takes no argument.
              """);
      case QUIT ->
          new Example(
              """
              C: QUIT
              S: 221 Goodbye.
              ! closed
              """,
              """
              C: QUIT now
              S: 501 QUIT takes no argument.
              """);
      case AUTH ->
          new Example(
              """
              C: AUTH tls
              S: 234 Begin the handshake.
              """,
              """
              C: AUTH GSSAPI
              S: 504 Only AUTH TLS is known.
              C: AUTH TLS
              S: 234 ...
              C: AUTH TLS
              S: 503 The connection is under TLS already.
              """);
      case PBSZ ->
          new Example(
              """
              C: AUTH TLS
              S: 234 ...
              C: PBSZ 0
              S: 200 PBSZ=0
              C: PBSZ 16384
              S: 200 PBSZ=0
              """,
              """
              C: PBSZ 0
              S: 503 Say AUTH TLS first.
              C: AUTH TLS
              S: 234 ...
              C: PBSZ much
              S: 501 Say it as: PBSZ <0>
              """);
      case PROT ->
          new Example(
              """
              C: AUTH TLS
              S: 234 ...
              C: PBSZ 0
              S: 200 ...
              C: PROT P
              S: 200 Data goes under TLS.
              C: PROT c
              S: 200 Data goes in the clear.
              """,
              """
              C: PROT P
              S: 503 Say AUTH TLS first.
              C: AUTH TLS
              S: 234 ...
              C: PROT S
              S: 536 TLS has no such level; say PROT P.
              C: PROT X
              S: 504 Only PROT P and PROT C are known.
              """);
      case ACCT ->
          new Example(
              """
              C: ACCT sales
              S: 202 Nobody is charged here, so no account is needed.
              """,
              """
              C: ACCT
              S: 501 Say it as: ACCT <account>
              """);
      case HOST ->
          new Example(
              """
              C: REIN
              S: 220 ...
              C: HOST ftp.example.org
              S: 220 Wharf is ready.
              C: HOST [2001:db8::1]
              S: 220 ...
              """,
              """
              C: HOST ftp.example.org
              S: 503 Say HOST before USER.
              C: REIN
              S: 220 ...
              C: HOST a b
              S: 501 Say it as: HOST <name>
              """);
      case PWD ->
          new Example(
              """
              C: PWD
              S: 257 "/" is the working directory.
              C: XPWD
              S: 257 "/" is the working directory.
              """,
              """
              C: PWD here
              S: 501 PWD takes no argument.
              """);
      case CWD ->
          new Example(
              """
              C: CWD docs
              S: 250 "/docs" is the working directory.
              C: XCWD ../empty/.
              S: 250 "/empty" is the working directory.
              """,
              """
              C: CWD data.bin
              S: 550 /data.bin is not a directory.
              C: CWD nowhere
              S: 550 /nowhere does not exist.
              C: PWD
              S: 257 "/" is ...
              C: CWD out
              S: 550 ...
              """);
      case CDUP ->
          new Example(
              """
              C: CWD docs
              S: 250 ...
              C: CDUP
              S: 250 "/" is the working directory.
              C: XCUP
              S: 250 "/" is the working directory.
              """,
              """
              C: CDUP 1
              S: 501 CDUP takes no argument.
              """);
      case MKD ->
          new Example(
              """
              C: MKD new
              S: 257 "/new" was made.
              C: XMKD new/a"b c
              S: 257 "/new/a""b c" was made.
              C: CWD new/a"b c
              S: 250 "/new/a""b c" is the working directory.
              """,
              """
              C: MKD docs
              S: 550 /docs exists already.
              """);
      case RMD ->
          new Example(
              """
              C: RMD empty
              S: 250 /empty was removed.
              C: MKD empty
              S: 257 ...
              C: XRMD /empty/
              S: 250 /empty was removed.
              """,
              """
              C: RMD data.bin
              S: 550 /data.bin is not a directory.
              C: RMD docs
              S: 550 /docs is not empty.
              """);
      case DELE ->
          new Example(
              """
              C: DELE data.bin
              S: 250 /data.bin was removed.
              """,
              """
              C: DELE docs
              S: 550 /docs is a directory.
              C: DELE nothing
              S: 550 /nothing does not exist.
              """);
      case RNFR ->
          new Example(
              """
              C: RNFR data.bin
              S: 350 To what name? Say it with RNTO.
              """,
              """
              C: RNFR nothing
              S: 550 /nothing does not exist.
              C: RNTO else
              S: 503 Say what to rename with RNFR just before.
              """);
      case RNTO ->
          new Example(
              """
              C: RNFR data.bin
              S: 350 ...
              C: RNTO docs/data
              S: 250 /data.bin is now /docs/data.
              """,
              """
              C: RNFR data.bin
              S: 350 ...
              C: PWD
              S: 257 ...
              C: RNTO other
              S: 503 ...
              C: RNFR data.bin
              S: 350 ...
              C: RNTO docs
              S: 550 /docs exists already.
              """);
      case TYPE ->
          new Example(
              """
              C: TYPE A
              S: 200 ...
              C: TYPE a n
              S: 200 ...
              C: TYPE L 8
              S: 200 ...
              C: type i
              S: 200 ...
              """,
              """
              C: TYPE E
              S: 504 Only TYPE A, TYPE I and TYPE L 8 are known.
              C: TYPE
              S: 501 ...
              C: TYPE L 7
              S: 504 ...
              """);
      case STRU ->
          new Example(
              """
              C: STRU F
              S: 200 Files without records.
              """,
              """
              C: STRU R
              S: 504 Files have no records or pages here; say STRU F.
              C: STRU X
              S: 501 Say it as: STRU <F>
              """);
      case MODE ->
          new Example(
              """
              C: MODE s
              S: 200 As a stream, whose end is that of the connection.
              C: MODE B
              S: 200 In blocks; the data connection stays open.
              C: MODE z
              S: 200 Compressed.
              """,
              """
              C: MODE C
              S: 504 Only MODE S, MODE B and MODE Z are known.
              """);
      case PASV ->
          new Example(
              """
              C: PASV
              S: 227 Entering Passive Mode (192,0,2,1,195,80)
              """,
              """
              ! no port
              C: PASV
              S: 425 The server cannot listen for a data connection: no free port.
              """);
      case EPSV ->
          new Example(
              """
              C: EPSV
              S: 229 Entering Extended Passive Mode (|||50000|)
              C: EPSV 1
              S: 229 Entering Extended Passive Mode (|||50000|)
              C: EPSV ALL
              S: 200 From now on, only EPSV.
              """,
              """
              C: EPSV 2
              S: 522 Your control connection has another protocol; use (1).
              """);
      case PORT ->
          new Example(
              """
              C: PORT 192,0,2,7,4,0
              S: 200 The server will connect there.
              """,
              """
              C: PORT 192,0,2,7,4
              S: 501 Say it as: PORT <h1,h2,h3,h4,p1,p2>
              C: PORT 192,0,2,8,4,0
              S: 504 Data connections go only to your own address, 192.0.2.7.
              """);
      case EPRT ->
          new Example(
              """
              C: EPRT |1|192.0.2.7|1024|
              S: 200 The server will connect there.
              """,
              """
              C: EPRT |3|192.0.2.7|1024|
              S: 522 Only IPv4 and IPv6 are known; use (1,2).
              C: EPRT |1|192.0.2.7|1023|
              S: 504 Data connections go only to ports of 1024 and above.
              """);
      case RETR ->
          new Example(
              """
              C: EPSV
              S: 229 ...
              C: RETR data.bin
              S: 150 Opening BINARY mode data connection for /data.bin (10 bytes).
              < 0123456789
              S: 226 Complete: 10 bytes in 1.500 s.
              """,
              """
              C: RETR data.bin
              S: 425 Say first how to connect: EPSV, PASV, EPRT or PORT.
              C: EPSV
              S: 229 ...
              C: RETR docs
              S: 550 /docs is a directory.
              C: RETR out
              S: 550 ...
              """);
      case STOR ->
          new Example(
              """
              C: EPSV
              S: 229 ...
              C: STOR new
              S: 150 Ready for /new.
              > some
              ! FIN
              S: 226 Complete: 4 bytes in 1.500 s.
              """,
              """
              C: STOR new
              S: 425 Say first how to connect: EPSV, PASV, EPRT or PORT.
              C: EPSV
              S: 229 ...
              C: STOR docs
              S: 550 /docs is a directory.
              C: STOR .wharf-x
              S: 553 names that begin with .wharf- are reserved.
              """);
      case STOU ->
          new Example(
              """
              C: EPSV
              S: 229 ...
              C: STOU
              S: /150 FILE: upload\\.[0-9a-f]{16}/
              > some
              ! FIN
              S: /226 upload\\.[0-9a-f]{16} is complete: 4 bytes in 1\\.500 s\\./
              """,
              """
              C: EPSV
              S: 229 ...
              C: STOU nowhere/x
              S: /550 /nowhere.* does not exist\\./
              """);
      case APPE ->
          new Example(
              """
              C: EPSV
              S: 229 ...
              C: APPE data.bin
              S: 150 Ready for /data.bin.
              > ab
              ! FIN
              S: 226 Complete: 2 bytes in 1.500 s.
              C: SIZE data.bin
              S: 213 12
              """,
              """
              C: EPSV
              S: 229 ...
              C: APPE docs
              S: 550 /docs is a directory.
              """);
      case REST ->
          new Example(
              """
              C: REST 3
              S: 350 The next transfer begins at byte 3.
              """,
              """
              C: REST minus
              S: 501 Say it as: REST <offset>
              C: REST -1
              S: 501 ...
              C: REST 9223372036854775808
              S: 501 ...
              C: REST 9223372036854775807
              S: 350 ...
              C: TYPE A
              S: 200 ...
              C: REST 1
              S: 504 An offset has no meaning in text; say TYPE I first.
              """);
      case RANG ->
          new Example(
              """
              C: EPSV
              S: 229 ...
              C: RANG 2 5
              S: 350 The next is of bytes 2 to 5.
              C: RETR data.bin
              S: 150 Opening BINARY mode data connection for /data.bin (4 bytes).
              < 2345
              S: 226 ...
              C: RANG 1 0
              S: 350 All bytes again.
              """,
              """
              C: RANG 5
              S: 501 Say it as: RANG <first> <last>
              C: RANG 5 4
              S: 501 ...
              C: TYPE A
              S: 200 ...
              C: RANG 0 1
              S: 504 ...
              """);
      case PRET ->
          new Example(
              """
              C: PRET RETR data.bin
              S: 200 That will be next, then.
              C: PASV
              S: 227 ...
              C: RETR data.bin
              S: 150 ...
              < 0123456789
              S: 226 ...
              C: PRET LIST
              S: 200 ...
              """,
              """
              C: PRET
              S: 501 Say it as: PRET <command> [<path>]
              """);
      case MFCT ->
          // There is no good one; that it is answered is all.
          new Example(
              """
              C: MFCT 20200101000000 data.bin
              S: 504 No store here lets the time be set when a file was made.
              C: NOOP
              S: 200 ...
              """,
              """
              C: MFCT 20200101000000
              S: 501 Say it as: MFCT <YYYYMMDDHHMMSS> <path>
              """);
      case MFF ->
          new Example(
              """
              C: MFF Modify=20011224183000;unix.MODE=0640; with space
              S: 213 Modify=20011224183000;UNIX.mode=0640; /with space
              C: MLST with space
              S: 250-Facts follow.
              S:  type=file;size=1;modify=20011224183000;perm=adfrw;unique=...
              S: 250 End.
              C: MFF UNIX.mode=600 data.bin
              S: 213 UNIX.mode=0600; /data.bin
              """,
              """
              C: MFF Modify=20011224183000;UNIX.group=root; data.bin
              S: 504 Only modify and UNIX.mode can be set.
              C: MDTM data.bin
              S: 213 20260102030405
              C: MFF Modify=now; data.bin
              S: 501 Say it as: MFF <fact>=<value>;... <path>
              C: MFF Modify=20011224183000;modify=20011224183000; data.bin
              S: 501 ...
              C: MFF data.bin
              S: 501 ...
              C: MFF modify=20011224183000; nothing
              S: 550 /nothing does not exist.
              """);
      case AVBL ->
          new Example(
              """
              C: AVBL
              S: /213 [0-9]+/
              C: AVBL docs
              S: /213 [0-9]+/
              """,
              """
              C: AVBL nowhere
              S: 550 /nowhere does not exist.
              """);
      case COMB ->
          new Example(
              """
              C: COMB whole docs/a.txt docs/b.txt "with space"
              S: 250 10 bytes of 3 parts are in /whole now.
              C: SIZE whole
              S: 213 10
              C: SIZE docs/a.txt
              S: 550 ...
              C: COMB whole data.bin
              S: 250 10 bytes of 1 parts are in /whole now.
              """,
              """
              C: COMB data.bin data.bin
              S: 553 /data.bin cannot be a part of itself.
              C: COMB data.bin docs/a.txt docs/a.txt
              S: 553 A part was named twice.
              C: COMB data.bin
              S: 501 Say it as: COMB <path> <part> ...
              C: SITE SYMLINK data.bin link
              S: 250 ...
              C: COMB link data.bin
              S: 553 /link cannot be a part of itself.
              C: COMB data.bin link
              S: 553 /data.bin cannot be a part of itself.
              C: COMB whole data.bin link
              S: 553 A part was named twice.
              C: COMB data.bin docs/a.txt nothing
              S: 550 /nothing does not exist.
              C: SIZE docs/a.txt
              S: 213 5
              C: SIZE data.bin
              S: 213 10
              C: COMB data.bin "docs
              S: 501 ...
              """);
      case SITE_CHMOD ->
          new Example(
              """
              C: SITE CHMOD 600 with space
              S: 200 /with space has the permissions 0600.
              C: site chmod 0755 data.bin
              S: 200 /data.bin has the permissions 0755.
              C: LIST data.bin
              S: 425 ...
              C: MLST data.bin
              S: 250-...
              S: /.*UNIX.mode=0755; .data.bin/
              S: 250 End.
              C: SITE CHMOD 644 data.bin
              S: 200 ...
              """,
              """
              C: SITE CHMOD rwx data.bin
              S: 501 Say it as: SITE CHMOD <mode> <path>
              C: SITE CHMOD 644
              S: 501 ...
              C: SITE CHMOD 644 out
              S: 550 /out is a link that leads out of the served folder.
              C: SITE CHMOD 644 nothing
              S: 550 /nothing does not exist.
              """);
      case SITE_UTIME ->
          new Example(
              """
              C: SITE UTIME 20011224183001 data.bin
              S: 200 /data.bin was changed at 20011224183001.
              C: MDTM data.bin
              S: 213 20011224183001
              C: SITE UTIME 200112241830 with space
              S: 200 ...
              C: SITE UTIME with space 20010101000000 20020202000000 20030303000000 UTC
              S: 200 /with space was changed at 20020202000000.
              """,
              """
              C: SITE UTIME yesterday data.bin
              S: 501 Say it as: SITE UTIME <YYYYMMDDHHMM[SS]> <path>
              C: SITE UTIME 20011324183000 data.bin
              S: 501 ...
              C: SITE UTIME data.bin
              S: 501 ...
              C: SITE UTIME 20011224183000 nothing
              S: 550 /nothing does not exist.
              """);
      case SITE_SYMLINK ->
          new Example(
              """
              C: SITE SYMLINK data.bin docs/link
              S: 250 /docs/link leads to /data.bin now.
              C: SIZE docs/link
              S: 213 10
              """,
              """
              C: SITE SYMLINK data.bin
              S: 501 Say it as: SITE SYMLINK <path> <new path>
              C: SITE SYMLINK /../../etc/passwd docs/link
              S: 550 ...
              C: SITE SYMLINK nothing docs/link
              S: 550 ...
              C: SITE SYMLINK out link
              S: 550 ...
              C: SITE SYMLINK data.bin readme.txt
              S: 550 /readme.txt exists already.
              """);
      case SITE_COPY ->
          new Example(
              """
              C: SITE COPY data.bin docs/copy
              S: 250 /docs/copy is a copy of /data.bin: 10 bytes.
              C: SIZE docs/copy
              S: 213 10
              C: SITE COPY "with space" "a ""quoted"" name"
              S: 250 /a "quoted" name is a copy of /with space: 1 bytes.
              C: SITE COPY docs docs2
              S: 250 ...
              C: SIZE docs2/a.txt
              S: 213 5
              """,
              """
              C: SITE COPY data.bin
              S: 501 Say it as: SITE COPY <path> <new path>
              C: SITE COPY nothing new
              S: 550 /nothing does not exist.
              C: SITE COPY docs docs/in
              S: 550 ...
              C: SITE COPY out new
              S: 550 /out is a link that leads out of the served folder.
              C: SITE COPY data.bin docs
              S: 550 ...
              """);
      case SITE_CPFR ->
          new Example(
              """
              C: SITE CPFR data.bin
              S: 350 To what name? Say it with SITE CPTO.
              """,
              """
              C: SITE CPFR nothing
              S: 550 /nothing does not exist.
              """);
      case SITE_CPTO ->
          new Example(
              """
              C: SITE CPFR with space
              S: 350 ...
              C: SITE CPTO with more space
              S: 250 /with more space is a copy of /with space: 1 bytes.
              """,
              """
              C: SITE CPTO new
              S: 503 Say what to copy with SITE CPFR just before.
              C: SITE CPFR data.bin
              S: 350 ...
              C: RNTO new
              S: 503 ...
              C: SITE CPTO new
              S: 503 ...
              """);
      case SITE_RMDIR ->
          new Example(
              """
              C: SITE RMDIR docs
              S: 250 /docs was removed with all that was in it: 4 in all.
              C: CWD docs
              S: 550 ...
              C: MKD docs
              S: 257 ...
              """,
              """
              C: SITE RMDIR data.bin
              S: 550 /data.bin is not a directory.
              C: SITE RMDIR /
              S: 550 ...
              C: SITE RMDIR out
              S: 550 ...
              """);
      case SITE_QUOTA ->
          new Example(
              """
              C: SITE QUOTA
              S: /200 You have no quota; there is room for [0-9]+ bytes./
              """,
              """
              C: SITE QUOTA jo
              S: 501 SITE QUOTA takes no argument.
              """);
      case SITE_WHO ->
          new Example(
              """
              C: REIN
              S: 220 ...
              C: USER root
              S: 331 ...
              C: PASS secret
              S: 230 ...
              C: SITE WHO
              S: 211-Here are 1:
              S:  root from 192.0.2.7: nothing
              S: 211 End.
              """,
              """
              C: SITE WHO
              S: 550 jo may not do that here (SITE WHO).
              """);
      case SITE_HELP ->
          new Example(
              """
              C: SITE HELP
              S: 214-These commands are known:
              S:  SITE CHMOD <mode> <path>
              S: [...]
              S:  SITE HELP [<command>]
              S: 214 SITE HELP <command> tells more.
              C: SITE HELP chmod
              S: 214 SITE CHMOD <mode> <path>: set the permissions of a file, in octal (no RFC, as other servers have it)
              """,
              """
              C: SITE HELP FORMAT
              S: 502 That command is not known here.
              """);
      case LANG ->
          new Example(
              """
              C: LANG zh-CN
              S: 200 答复用中文。
              C: CWD nowhere
              S: 550 /nowhere 不存在。
              C: FEAT
              S: [...]
              S:  LANG EN;ZH*
              S: [...]
              S: 211 ...
              C: LANG
              S: 200 Replies are in English.
              C: CWD nowhere
              S: 550 /nowhere does not exist.
              C: LANG EN-gb
              S: 200 ...
              """,
              """
              C: LANG tlh
              S: 504 That language is not spoken here; FEAT tells which are.
              C: LANG zh-Hant
              S: 504 ...
              """);
      case CLNT ->
          new Example(
              """
              C: CLNT lftp 4.9
              S: 200 Welcome, whatever you are.
              """,
              """
              C: CLNT
              S: 501 Say it as: CLNT <name>
              """);
      case CSID ->
          new Example(
              """
              C: CSID Name=Some Client; Version=1.0;
              S: 200 Name=Wharf;
              """,
              """
              C: CSID
              S: 501 Say it as: CSID <name>=<value>;...
              """);
      case HASH ->
          new Example(
              """
              C: HASH data.bin
              S: 213 SHA-256 0-10 84d89877f0d4041efb6bf91a16f0248f2fd573e6af05c19f96bedb9f882f7882 /data.bin
              C: RANG 2 5
              S: 350 ...
              C: HASH data.bin
              S: 213 SHA-256 2-5 38083c7ee9121e17401883566a148aa5c2e2d55dc53bc4a94a026517dbff3c6b /data.bin
              C: OPTS HASH crc32
              S: 200 CRC32
              C: HASH data.bin
              S: 213 CRC32 0-10 a684c7c6 /data.bin
              """,
              """
              C: HASH docs
              S: 550 /docs is a directory.
              C: RANG 11 12
              S: 350 ...
              C: HASH data.bin
              S: 554 /data.bin has only 10 bytes.
              C: HASH nothing
              S: 550 /nothing does not exist.
              """);
      case XCRC ->
          new Example(
              """
              C: XCRC data.bin
              S: 250 A684C7C6
              C: XCRC "data.bin" 2 6
              S: 250 B0D2832B
              C: XCRC data.bin 2
              S: 250 71952670
              """,
              """
              C: XCRC data.bin 3 2
              S: 501 ...
              C: XCRC "data.bin
              S: 501 ...
              C: XCRC data.bin 11
              S: 554 ...
              C: XCRC out
              S: 550 ...
              """);
      case XMD5 ->
          new Example(
              """
              C: XMD5 data.bin
              S: 250 781E5E245D69B566979B86E28D23F2C7
              C: XMD5 "data.bin" 2 6
              S: 250 81B073DE9370EA873F548E31B8ADC081
              C: XMD5 data.bin 2
              S: 250 4428C6C474502E61151877825BB41961
              """,
              """
              C: XMD5 data.bin 3 2
              S: 501 ...
              C: XMD5 "data.bin
              S: 501 ...
              C: XMD5 data.bin 11
              S: 554 ...
              C: XMD5 out
              S: 550 ...
              """);
      case XSHA1 ->
          new Example(
              """
              C: XSHA1 data.bin
              S: 250 87ACEC17CD9DCD20A716CC2CF67417B71C8A7016
              C: XSHA1 "data.bin" 2 6
              S: 250 D2F75E8204FEDF2EACD261E2461B2964E3BFD5BE
              C: XSHA1 data.bin 2
              S: 250 68F6C1D28EF34F255AA5C5D3158657F074F68175
              C: XSHA data.bin
              S: 250 87ACEC17CD9DCD20A716CC2CF67417B71C8A7016
              """,
              """
              C: XSHA1 data.bin 3 2
              S: 501 ...
              C: XSHA1 "data.bin
              S: 501 ...
              C: XSHA1 data.bin 11
              S: 554 ...
              C: XSHA1 out
              S: 550 ...
              """);
      case XSHA256 ->
          new Example(
              """
              C: XSHA256 data.bin
              S: 250 84D89877F0D4041EFB6BF91A16F0248F2FD573E6AF05C19F96BEDB9F882F7882
              C: XSHA256 "data.bin" 2 6
              S: 250 38083C7EE9121E17401883566A148AA5C2E2D55DC53BC4A94A026517DBFF3C6B
              C: XSHA256 data.bin 2
              S: 250 F14F286CA435D1FA3B9D8041E8F06AA0AF7AB28EA8EDCD7E11FD485A100B632B
              """,
              """
              C: XSHA256 data.bin 3 2
              S: 501 ...
              C: XSHA256 "data.bin
              S: 501 ...
              C: XSHA256 data.bin 11
              S: 554 ...
              C: XSHA256 out
              S: 550 ...
              """);
      case XSHA512 ->
          new Example(
              """
              C: XSHA512 data.bin
              S: 250 BB96C2FC40D2D54617D6F276FEBE571F623A8DADF0B734855299B0E107FDA32CF6B69F2DA32B36445D73690B93CBD0F7BFC20E0F7F28553D2A4428F23B716E90
              C: XSHA512 "data.bin" 2 6
              S: 250 9A938F51C7298D328A2801B01B21ED9E9840A0A1C43DA289504CB23BEEEDF65A31A255653B8FC44E20EACEFCB316E13FB4B5A2EF55CE312F629FD07C373C79F3
              C: XSHA512 data.bin 2
              S: 250 62FDEDC52CBD4E7FE96212B6C87610B70BC3E9C3106F3E559EDB1D455D6B1505D40DD5EF9ECFC1ECB06F62EE73B5C9FF34D8D6A0F3D388BC3BC01D9480DBE9CC
              """,
              """
              C: XSHA512 data.bin 3 2
              S: 501 ...
              C: XSHA512 "data.bin
              S: 501 ...
              C: XSHA512 data.bin 11
              S: 554 ...
              C: XSHA512 out
              S: 550 ...
              """);
      case ALLO ->
          new Example(
              """
              C: ALLO 10
              S: 200 There is room for that.
              C: ALLO 10 R 10
              S: 200 There is room for that.
              """,
              """
              C: ALLO some
              S: 501 Say it as: ALLO <bytes> [R <bytes>]
              C: ALLO 9223372036854775807
              S: 552 There is no room for 9223372036854775807 bytes.
              """);
      case ABOR ->
          new Example(
              """
              C: ABOR
              S: 226 Nothing is being transferred any more.
              """,
              """
              C: ABOR it
              S: 501 ABOR takes no argument.
              """);
      case LIST ->
          new Example(
              """
              C: EPSV
              S: 229 ...
              C: LIST docs
              S: 150 Here comes the listing.
              < -rw-r--r--   1 ftp      ftp                 5 Jan 02 03:04 a.txt
              < -rw-r--r--   1 ftp      ftp                 4 Jan 02 03:04 b.txt
              < -rw-r--r--   1 ftp      ftp                 6 Jan 02 03:04 ü.txt
              S: /226 Complete: \\d+ bytes in 1\\.500 s\\./
              """,
              """
              C: EPSV
              S: 229 ...
              C: LIST nowhere
              S: 550 /nowhere does not exist.
              """);
      case NLST ->
          new Example(
              """
              C: EPSV
              S: 229 ...
              C: NLST docs
              S: 150 ...
              < docs/a.txt
              < docs/b.txt
              < docs/ü.txt
              S: 226 ...
              """,
              """
              C: NLST docs
              S: 425 ...
              """);
      case MLSD ->
          new Example(
              """
              C: OPTS MLST type;size;modify;perm;UNIX.mode;
              S: 200 MLST OPTS type;size;modify;perm;UNIX.mode;
              C: EPSV
              S: 229 ...
              C: MLSD docs
              S: 150 ...
              < type=file;size=5;modify=20260102030405;perm=adfrw;UNIX.mode=0644; a.txt
              < type=file;size=4;modify=20260102030405;perm=adfrw;UNIX.mode=0644; b.txt
              < type=file;size=6;modify=20260102030405;perm=adfrw;UNIX.mode=0644; ü.txt
              S: 226 ...
              """,
              """
              C: EPSV
              S: 229 ...
              C: MLSD nowhere
              S: 550 /nowhere does not exist.
              C: MLSD data.bin
              S: 501 ...
              """);
      case MLST ->
          new Example(
              """
              C: OPTS MLST type;size;modify;
              S: 200 MLST OPTS type;size;modify;
              C: MLST data.bin
              S: 250-Facts follow.
              S:  type=file;size=10;modify=20260102030405; /data.bin
              S: 250 End.
              C: MLST
              S: 250-Facts follow.
              S: / type=dir;modify=\\d{14}; //
              S: 250 End.
              """,
              """
              C: MLST nothing
              S: 550 /nothing does not exist.
              """);
      case SIZE ->
          new Example(
              """
              C: SIZE data.bin
              S: 213 10
              """,
              """
              C: SIZE docs
              S: 550 /docs is a directory.
              C: TYPE A
              S: 200 ...
              C: SIZE data.bin
              S: 550 ...
              """);
      case MDTM ->
          new Example(
              """
              C: MDTM docs/a.txt
              S: 213 20260102030405
              """,
              """
              C: MDTM nothing
              S: 550 /nothing does not exist.
              """);
      case MFMT ->
          new Example(
              """
              C: MFMT 20011224183000 with space
              S: 213 Modify=20011224183000; /with space
              C: MDTM with space
              S: 213 20011224183000
              """,
              """
              C: MFMT 20011324183000 data.bin
              S: 501 ...
              C: MFMT 20011224183000
              S: 501 ...
              C: MFMT 20011224183000 nothing
              S: 550 /nothing does not exist.
              C: MDTM data.bin
              S: 213 20260102030405
              C: MFMT now data.bin
              S: 501 Say it as: MFMT <YYYYMMDDHHMMSS> <path>
              """);
      case STAT ->
          new Example(
              """
              C: STAT
              S: 211-Wharf
              S:  connected from 192.0.2.7
              S:  logged in as jo
              S:  in the clear
              S:  TYPE I, STRU F, MODE S
              S:  nothing is being transferred
              S: 211 End.
              C: STAT docs/a.txt
              S: 213-Here comes the listing.
              S: -rw-r--r--   1 ftp      ftp                 5 Jan 02 03:04 a.txt
              S: 213 End.
              """,
              """
              C: STAT nowhere
              S: 550 /nowhere does not exist.
              """);
      case HELP ->
          new Example(
              """
              C: HELP
              S: 214-These commands are known:
              S: [...]
              S: 214 HELP <command> tells more.
              C: HELP retr
              S: 214 RETR <path>: download a file (RFC 959)
              C: HELP XPWD
              S: 214 PWD: tell the working directory (RFC 959)
              """,
              """
              C: HELP SITE
              S: 214-These commands are known:
              S: [...]
              S: 214 SITE HELP <command> tells more.
              C: HELP ADAT
              S: 502 AUTH TLS needs no security data.
              C: HELP FORMAT
              S: 502 That command is not known here.
              """);
      case NOOP ->
          new Example(
              """
              C: NOOP
              S: 200 Still here.
              """,
              """
              C: NOOP x
              S: 501 NOOP takes no argument.
              """);
      case SYST ->
          new Example(
              """
              C: SYST
              S: 215 UNIX Type: L8
              """,
              """
              C: SYST x
              S: 501 SYST takes no argument.
              """);
      case FEAT ->
          new Example(
              """
              C: FEAT
              S: 211-Beyond RFC 959 there is:
              S:  AUTH TLS
              S:  AVBL
              S:  CLNT
              S:  COMB target;source_list
              S:  CSID Name;
              S:  EPRT
              S:  EPSV
              S:  HASH SHA-256*;SHA-512;SHA-1;MD5;CRC32
              S:  HOST
              S:  LANG EN*;ZH
              S:  MDTM
              S:  MFF modify;UNIX.mode;
              S:  MFMT
              S:  MLST type*;size*;modify*;perm*;unique*;UNIX.mode*;
              S:  PBSZ
              S:  PROT
              S:  RANG STREAM
              S:  REST STREAM
              S:  SITE CHMOD
              S:  SITE COPY
              S:  SITE RMDIR
              S:  SITE SYMLINK
              S:  SITE UTIME
              S:  SIZE
              S:  TVFS
              S:  UTF8
              S:  XCRC
              S:  XMD5
              S:  XSHA1
              S:  XSHA256
              S:  XSHA512
              S: 211 End.
              """,
              """
              C: FEAT x
              S: 501 FEAT takes no argument.
              """);
      case OPTS ->
          new Example(
              """
              C: OPTS UTF8 ON
              S: 200 Names are UTF-8.
              C: OPTS mode z level 9
              S: 200 MODE Z LEVEL set to 9.
              C: OPTS MODE Z
              S: 200 MODE Z LEVEL set to 1.
              C: OPTS mlst Size;nonsense;TYPE;
              S: 200 MLST OPTS type;size;
              C: FEAT
              S: [...]
              S:  MLST type*;size*;modify;perm;unique;UNIX.mode;
              S: [...]
              S: 211 End.
              C: OPTS MLST
              S: 200 MLST OPTS
              """,
              """
              C: OPTS UTF8 OFF
              S: 504 Names are always UTF-8 here.
              C: OPTS MODE Z LEVEL 10
              S: 501 Say it as: OPTS MODE Z LEVEL <0 to 9>
              C: OPTS RETR fast
              S: 501 There is nothing to choose for that.
              """);
    };
  }
}
