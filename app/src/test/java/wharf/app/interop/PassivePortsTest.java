package wharf.app.interop;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// curl and lftp, several of them at once, with a single port for all their data connections; and
/// what they are told of where it is.
@Tag("interop")
@Timeout(180)
final class PassivePortsTest {
  private static final int FILES = 8;

  @TempDir(factory = UnderTarget.class)
  Path folder;

  private Path root;

  @BeforeEach
  void files() throws IOException {
    root = Files.createDirectories(folder.resolve("root"));
    for (int i = 0; i < FILES; i++) {
      Files.writeString(root.resolve("file" + i), ("file " + i + "\n").repeat(20_000 + i));
    }
  }

  /// One that is hardly anybody's.
  private static String onePort() {
    int port = ThreadLocalRandom.current().nextInt(20_000, 30_000);
    return "--passive-ports=" + port + "-" + port;
  }

  private interface Client {
    /// Gets all files to `into`.
    void get(Site site, Path into) throws IOException;
  }

  private static Client curl(String from, String... security) {
    return (site, into) -> {
      Command curl = Command.of(site, "curl", "-q", "-sS", "--interface", from).with(security);
      curl.with("--output-dir", into.toString());
      for (int i = 0; i < FILES; i++) {
        curl.with("-O", site.url("file" + i));
      }
      curl.run();
    };
  }

  private static Client lftp(String from, String security) {
    return (site, into) ->
        Command.of(
                site,
                "lftp",
                "--norc",
                "-c",
                "set cmd:fail-exit yes; set net:max-retries 1; set net:socket-bind-ipv4 "
                    + from
                    + "; "
                    + security
                    + "open "
                    + site.url("")
                    + "; mirror --parallel=3 . "
                    + into)
            .run();
  }

  private void allGetAll(Program server, List<Client> clients) throws Exception {
    Site site = server.site(Files.createDirectories(folder.resolve("outside")));
    try (ExecutorService atOnce = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<?>> running = new ArrayList<>();
      for (Client client : clients) {
        Path into = Files.createDirectory(folder.resolve("got" + running.size()));
        Callable<Void> task =
            () -> {
              client.get(site, into);
              for (int i = 0; i < FILES; i++) {
                assertThat(into.resolve("file" + i))
                    .hasSameBinaryContentAs(root.resolve("file" + i));
              }
              return null;
            };
        running.add(atOnce.submit(task));
      }
      for (Future<?> one : running) {
        one.get();
      }
    }
    assertThat(server.log()).noneMatch(line -> line.contains(" problem: "));
  }

  /// Those of an address in the clear take turns; addresses do not wait for each other.
  @ParameterizedTest
  @ValueSource(strings = {"virtual", "threads", "nio", "epoll-et", "nonblocking"})
  void onePortInTheClear(String model) throws Exception {
    try (Program server =
        Program.serve(root, Program.NATIVE, "--model=" + model, "--tls=off", onePort())) {
      allGetAll(
          server,
          List.of(
              curl("127.0.0.2"),
              curl("127.0.0.2"),
              curl("127.0.0.3", "--disable-epsv"),
              lftp("127.0.0.3", "set ftp:ssl-allow no; ")));
    }
  }

  /// Clients behind one address are told apart by the session that their data connections resume.
  @ParameterizedTest
  @ValueSource(strings = {"virtual", "nio", "epoll"})
  void onePortUnderTls(String model) throws Exception {
    try (Program server =
        Program.serve(
            root,
            Program.NATIVE,
            "--model=" + model,
            "--tls=require",
            "--tls-data=require",
            onePort())) {
      String lftpOverTls =
          "set ftp:ssl-force yes; set ftp:ssl-allow-anonymous yes; set ftp:ssl-protect-data yes;"
              + " set ssl:verify-certificate no; ";
      allGetAll(
          server,
          List.of(
              curl("127.0.0.2", "--ssl-reqd", "--insecure"),
              curl("127.0.0.2", "--ssl-reqd", "--insecure", "--tls-max", "1.2"),
              curl("127.0.0.2", "--ssl-reqd", "--insecure"),
              lftp("127.0.0.2", lftpOverTls)));
    }
  }

  @Test
  void eachNetworkIsToldItsOwn() throws Exception {
    try (Program server =
        Program.serve(
            root,
            Program.NATIVE,
            "--tls=off",
            onePort(),
            "--masquerade=198.51.100.7",
            "--masquerade=127.0.0.2/32=198.51.100.8",
            "--masquerade=127.0.0.4/30=127.0.0.1")) {
      assertThat(server.told("PASV names 198.51.100.7")).startsWith("to clients elsewhere; ports ");
      Site site = server.site(Files.createDirectories(folder.resolve("outside")));
      // Where what PASV names is reached, clients that believe it come there.
      for (String from : List.of("127.0.0.4", "127.0.0.9")) {
        Command.of(site, "curl", "-q", "-sS", "--interface", from, "--disable-epsv")
            .with("--no-ftp-skip-pasv-ip", "-o", "/dev/null", site.url("file1"))
            .run();
      }
      assertThat(toldBy(site, "127.0.0.2")).contains("(198,51,100,8,");
      assertThat(toldBy(site, "127.0.0.9")).contains("(127,0,0,1,");
      // lftp prefers the server's own address to one that cannot be meant.
      String said =
          Command.of(
                  site,
                  "sh",
                  "-c",
                  "lftp --norc -c 'debug 9; set ftp:ssl-allow no; set ftp:prefer-epsv no;"
                      + " set net:socket-bind-ipv4 127.0.0.2; open "
                      + site.url("")
                      + "; set ftp:fix-pasv-address yes; set net:timeout 3; set net:max-retries 1;"
                      + " cat file1 >/dev/null' 2>&1; true")
              .run();
      assertThat(said).contains("227 Entering Passive Mode (198,51,100,8,");
    }
  }

  private static String toldBy(Site site, String from) throws IOException {
    return Command.of(
            site,
            "curl",
            "-q",
            "-sS",
            "-v",
            "--stderr",
            "-",
            "--interface",
            from,
            "--disable-epsv",
            "--ftp-skip-pasv-ip",
            "-o",
            "/dev/null",
            site.url("file1"))
        .run();
  }
}
