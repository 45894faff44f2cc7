package wharf.app;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import wharf.files.Durability;
import wharf.ftp.server.FtpService;
import wharf.server.Processes;
import wharf.server.TlsSettings;
import wharf.users.Bans;
import wharf.users.Network;

/// A key of `wharf.toml`. [#ALL] is the one table: the file is read by it, `wharf config` tells of
/// it, docs/operating.md is made of it.
///
/// What has an option of `wharf serve` is set there. Of what has none, [Config#get] tells the
/// value, to whoever makes the record that it goes into.
///
/// @param path its tables and its name, with dots
/// @param usual its value where the file says none; null if it has none
/// @param otherwise what holds where there is no value, in words
/// @param option the option of `wharf serve` that says the same, and wins; `DIR` for its parameter;
///   null for none
/// @param entry what it is called among the values of that option, if it has several with names
record Key<T>(
    String path,
    Kind<T> kind,
    @Nullable T usual,
    String otherwise,
    @Nullable String option,
    @Nullable String entry,
    String help) {

  static final Key<Integer> BANS_FAILURES =
      value(
          "bans.failures",
          Kind.number(1, 1000),
          Bans.Policy.USUAL.failures(),
          "So many failed log-ins from an address shut it out for a while.");

  static final Key<Integer> BANS_WITHIN =
      seconds("bans.within", Bans.Policy.USUAL.within(), "In so many seconds.");

  static final Key<Integer> BANS_FIRST =
      seconds(
          "bans.first",
          Bans.Policy.USUAL.first(),
          "For so many seconds the first time; each time after for twice as long.");

  static final Key<Integer> BANS_LONGEST =
      seconds("bans.longest", Bans.Policy.USUAL.longest(), "But never for longer than this.");

  static final Key<Integer> BANS_FORGIVEN =
      seconds(
          "bans.forgiven",
          Bans.Policy.USUAL.forgiven(),
          "So many seconds without another one make the next half as long.");

  static final Key<Integer> LIMITS_LOGIN =
      seconds(
          "limits.login",
          FtpService.Patience.USUAL.login(),
          "Close a session in which nobody has logged in after so many seconds; sshd has 120,"
              + " too.");

  static final Key<Integer> LIMITS_STALL =
      seconds(
          "limits.stall",
          FtpService.Patience.USUAL.stall(),
          "Give up a transfer in which nothing has moved for so many seconds.");

  static final Key<Integer> LIMITS_TRANSFER =
      new Key<>(
          "limits.transfer",
          Kind.number(1, Integer.MAX_VALUE),
          null,
          "any",
          null,
          null,
          "Give up a transfer that lasts longer than so many seconds; of an upload the part that"
              + " came is kept, to be continued.");

  static final Key<List<Network>> BANS_NEVER =
      value(
          "bans.never",
          Kind.list(Kind.text("network", Network::parse)),
          Bans.Policy.USUAL.never(),
          "Networks that are never shut out.");

  /// Every one, in the order of the documents. A new one is a row here; one without an option is a
  /// constant, too, for [Config#get]. ConfigTest then asks for an example.
  static final List<Key<?>> ALL =
      List.of(
          option("folder", Kind.FILE, null, "DIR has to be said", "DIR", "The folder to serve."),
          option(
              "accounts-file",
              Kind.FILE,
              null,
              "none",
              "--accounts",
              "Accounts that 'wharf user' keeps, besides those of [accounts]."),
          option(
              "listen.bind",
              Kind.list(Kind.TEXT),
              List.of(),
              "",
              "--bind",
              "Listen at these addresses only; none: at every one of this machine."),
          option(
              "listen.port",
              Kind.number(0, 65_535),
              2121,
              "",
              "--port",
              "Listen at this port; 0 picks a free one."),
          option(
              "listen.passive-ports",
              Kind.PORTS,
              null,
              "any",
              "--passive-ports",
              "Data connections come to these ports only."),
          option(
              "listen.masquerade",
              Kind.list(Kind.TEXT),
              List.of(),
              "",
              "--masquerade",
              "PASV names this address, or, as \"10.0.0.0/8=10.1.2.3\", to those of a network that:"
                  + " that of the router or of the container's host."),
          option(
              "tls.mode",
              Kind.oneOf(TlsOptions.Mode.class),
              null,
              "allow, where there can be TLS",
              "--tls",
              "Whether clients go under TLS: off (there is none), allow (those that ask),"
                  + " require."),
          option(
              "tls.port",
              Kind.number(0, 65_535),
              null,
              "none",
              "--ftps-port",
              "Listen at this port, too, for clients that begin with TLS; usually 990."),
          option(
              "tls.cert",
              Kind.list(Kind.FILE),
              List.of(),
              "",
              "--cert",
              "Certificates that clients are shown, as PEM; none: a self-signed one is made, and"
                  + " kept."),
          option(
              "tls.key",
              Kind.list(Kind.FILE),
              List.of(),
              "",
              "--key",
              "Their private keys, in the same order, as PEM (PKCS#8)."),
          option(
              "tls.data",
              Kind.oneOf(TlsSettings.Binding.class),
              null,
              "auto",
              "--tls-data",
              "Whether data connections have to go on with the TLS session of their control"
                  + " connection: auto is for those of clients that can."),
          option(
              "tls.client-certs",
              Kind.oneOf(TlsOptions.Shown.class),
              null,
              "off",
              "--client-certs",
              "Whether clients show a certificate; the account of its common name needs no"
                  + " password."),
          option(
              "tls.client-ca",
              Kind.FILE,
              null,
              "none",
              "--client-ca",
              "Who has to have vouched for them, as PEM."),
          option(
              "limits.idle",
              Kind.number(1, Integer.MAX_VALUE),
              300,
              "",
              "--idle",
              "Close a session after so many seconds without a command. No transfer is broken"
                  + " off."),
          LIMITS_LOGIN,
          LIMITS_STALL,
          LIMITS_TRANSFER,
          option(
              "limits.grace",
              Kind.number(0, 86_400),
              10,
              "",
              "--grace",
              "When the server is stopped, let running transfers go on for so many seconds."),
          option(
              "limits.sessions",
              Kind.number(1, Integer.MAX_VALUE),
              10_000,
              "",
              "--sessions",
              "Sessions at once; of each worker process, where there are any. 10,000 take about 100"
                  + " MB."),
          option(
              "limits.sessions-per-address",
              Kind.number(1, Integer.MAX_VALUE),
              200,
              "",
              "--sessions-per-address",
              "The same from one address: 200 are a class room behind one router."),
          option(
              "limits.rate-up",
              Kind.SIZE,
              null,
              "any",
              "--rate-up",
              "Bytes a second that each account may upload, and each address of people without"
                  + " one."),
          option(
              "limits.rate-down", Kind.SIZE, null, "any", "--rate-down", "The same of downloads."),
          option(
              "limits.address-rate-up",
              Kind.SIZE,
              null,
              "any",
              "--address-rate-up",
              "Bytes a second that all sessions from one address together may upload."),
          option(
              "limits.address-rate-down",
              Kind.SIZE,
              null,
              "any",
              "--address-rate-down",
              "The same of downloads."),
          option(
              "limits.quota",
              Kind.SIZE,
              null,
              "any",
              "--quota",
              "The bytes that the folder may hold."),
          option(
              "limits.quota-files",
              Kind.count(),
              null,
              "any",
              "--quota-files",
              "The files and directories that it may hold."),
          option(
              "networks.allow",
              Kind.list(Kind.TEXT),
              List.of(),
              "",
              "--allow",
              "Serve clients of these networks only; none: everybody."),
          option(
              "networks.deny",
              Kind.list(Kind.TEXT),
              List.of(),
              "",
              "--deny",
              "Serve nobody of these; of the networks that an address is in the smallest decides."),
          option(
              "networks.proxy-protocol",
              Kind.list(Kind.TEXT),
              List.of(),
              "",
              "--proxy-protocol",
              "Clients come through balancers of these, which say where from: docs/balancer.md."),
          BANS_FAILURES,
          BANS_WITHIN,
          BANS_FIRST,
          BANS_LONGEST,
          BANS_FORGIVEN,
          BANS_NEVER,
          option(
              "transfers.sync",
              Kind.oneOf(Durability.class),
              Durability.ALWAYS,
              "",
              "--sync",
              "Whether an upload is on the disk before it is said to be stored."),
          option(
              "transfers.compress",
              Kind.FLAG,
              false,
              "",
              "--compress",
              "Tell clients that transfers may be compressed (MODE Z)."),
          option(
              "model.name",
              Kind.word(new ModelOptions.Names()),
              NamedModel.DEFAULT,
              "",
              "--model",
              "How the server shares itself among clients: docs/models.md."),
          option(
              "model.loops",
              Kind.number(1, 1024),
              null,
              "one per processor",
              "--loops",
              "Event loops, of the models that have them."),
          option(
              "model.select-limit",
              Kind.number(64, Integer.MAX_VALUE),
              null,
              "1024",
              "--select-limit",
              "Of the model select: serve descriptors below this number."),
          option(
              "model.workers",
              Kind.number(1, Processes.MOST_ALIVE),
              null,
              "one per processor",
              "--workers",
              "Of the model processes: worker processes for each address."),
          option(
              "model.each",
              Kind.word(new NamedModel.Names()),
              null,
              NamedModel.DEFAULT,
              "--each",
              "Of the model processes: the model of each worker."),
          option(
              "model.connections-per-worker",
              Kind.number(0, Integer.MAX_VALUE),
              null,
              "0",
              "--connections-per-worker",
              "Of the model processes: replace a worker after so many clients; 0 is never."),
          socket(
              "backlog",
              Kind.number(1, 999_999_999),
              1024,
              "Clients that may wait to be accepted."),
          socket("reuse-port", Kind.FLAG, false, "Other processes may listen at the same port."),
          socket("keep-alive", Kind.FLAG, true, "Find out peers that have vanished."),
          socket("no-delay", Kind.FLAG, true, "Send short replies at once."),
          socket("receive-buffer", Kind.SIZE, "0", "A fixed size; 0: as the system likes."),
          socket("send-buffer", Kind.SIZE, "0", "A fixed size; 0: as the system likes."),
          option(
              "control.socket",
              Kind.FILE,
              null,
              "one among the files of the user that runs it",
              "--control",
              "Listen for 'wharf ctl' at this Unix-domain socket: docs/control.md."),
          option(
              "metrics.listen",
              Kind.TEXT,
              null,
              "none",
              "--metrics",
              "Tell Prometheus what happens, as \"9100\" to this machine alone, or as"
                  + " \"192.0.2.1:9100\": docs/metrics.md."),
          option("log.quiet", Kind.FLAG, false, "", "--quiet", "Do not log what clients do."),
          option(
              "log.json",
              Kind.FILE,
              null,
              "none",
              "--log-json",
              "Add a line of JSON to this file for all that happens: docs/logs.md."),
          option(
              "log.xferlog",
              Kind.FILE,
              null,
              "none",
              "--xferlog",
              "Add a line to this file for each file that was transferred, as xferlog(5) has it."));

  /// Those that a running server takes anew (SIGHUP), with the accounts; others take a restart.
  static final Set<String> LIVE =
      Set.of(
          "accounts-file",
          "listen.masquerade",
          "limits.idle",
          "limits.login",
          "limits.stall",
          "limits.transfer",
          "limits.rate-up",
          "limits.rate-down",
          "limits.address-rate-up",
          "limits.address-rate-down",
          "transfers.compress");

  private static Key<Integer> seconds(String path, Duration usual, String help) {
    return value(path, Kind.number(1, Integer.MAX_VALUE), (int) usual.toSeconds(), help);
  }

  /// A key without an option.
  static <T> Key<T> value(String path, Kind<T> kind, T usual, String help) {
    return new Key<>(path, kind, usual, "", null, null, help);
  }

  /// A key with an option of `wharf serve`, whose field takes a `T`.
  static <T> Key<T> option(
      String path, Kind<T> kind, @Nullable T usual, String otherwise, String option, String help) {
    return new Key<>(path, kind, usual, otherwise, option, null, help);
  }

  private static <T> Key<T> socket(String name, Kind<T> kind, T usual, String help) {
    return new Key<>("sockets." + name, kind, usual, "", "--socket", name, help);
  }

  /// What holds where nothing is said, for people.
  String usually() {
    return usual == null ? otherwise : kind.text().apply(usual);
  }

  /// The keys and tables that may be meant by a path that is none of them: those spelled alike,
  /// else those whose last name is spelled alike, as of one that stands in the wrong table.
  static String hint(String unknown) {
    List<String> paths = new ArrayList<>(ALL.stream().map(Key::path).toList());
    paths.add(Config.ACCOUNTS);
    paths.addAll(tables());
    return Nearest.to(unknown, paths)
        .or(
            () ->
                Nearest.to(last(unknown), paths.stream().map(Key::last).toList())
                    .flatMap(
                        name -> paths.stream().filter(it -> last(it).equals(name)).findFirst()))
        .map(near -> "did you mean " + near + "?")
        .orElse("docs/operating.md has them all, and so has 'wharf config show'");
  }

  /// The tables that keys stand in.
  static List<String> tables() {
    return ALL.stream()
        .map(Key::path)
        .filter(path -> path.contains("."))
        .map(path -> path.substring(0, path.lastIndexOf('.')))
        .distinct()
        .toList();
  }

  private static String last(String path) {
    return path.substring(path.lastIndexOf('.') + 1);
  }
}
