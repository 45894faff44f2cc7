package wharf.app;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.AccessDeniedException;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.HelpCommand;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.UsageMessageSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.UnmatchedArgumentException;
import wharf.ftp.client.FtpException;
import wharf.ftp.client.Printable;

/// The `wharf` command: the verbs, and what is the same for all of them: help, version, how
/// problems are told and which exit code they give.
@Command(
    name = "wharf",
    mixinStandardHelpOptions = true,
    versionProvider = Main.Version.class,
    subcommands = {
      Serve.class,
      Echo.class,
      Ls.class,
      Get.class,
      Put.class,
      MirrorVerb.class,
      Cat.class,
      Rm.class,
      Mv.class,
      Mkdir.class,
      Stat.class,
      Hash.class,
      Du.class,
      Find.class,
      Shell.class,
      TrustVerb.class,
      BookmarkVerb.class,
      NetCat.class,
      Host.class,
      User.class,
      ConfigVerb.class,
      WhyVerb.class,
      Ctl.class,
      Bench.class,
      CompletionVerb.class,
      Man.class,
      Training.class,
      HelpCommand.class,
    },
    synopsisSubcommandLabel = "VERB",
    description = "Moves files: a file server and its client.%n",
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      " 0:done",
      " 1:failed, or some files failed",
      " 2:the command line is wrong",
      " 3:no connection, or it was lost",
      " 4:TLS or trust",
      " 5:log-in refused",
      " 6:not found",
      " 7:not permitted, or no space there",
      " 8:a local file could not be read or written",
      " 9:timed out",
      "10:what arrived is not what was sent",
      "130:interrupted",
      "143:asked to end by SIGTERM",
    },
    footer = {
      "",
      "Examples:",
      "  wharf serve ~/Public",
      "  wharf ls ftp://ftp.example.org/pub/",
      "  wharf get ftp://ftp.example.org/pub/big.iso",
      "  wharf put report.pdf ftp://alice@files.example.org/inbox/",
      "  wharf mirror site ftp://alice@files.example.org/www",
      "  wharf shell files.example.org",
      "",
      "'wharf help VERB' tells more.",
    })
public final class Main implements Runnable {
  /// What an end in order may take beyond the time that running transfers are given.
  private static final Duration SETTLING = Duration.ofSeconds(15);

  private final Surroundings around;
  private PrintStream err;

  /// How long running transfers may go on when the program is asked to end.
  private volatile Duration grace = Serving.GRACE;

  @Spec private @Nullable CommandSpec spec;

  Main(Surroundings around) {
    this.around = around;
    this.err = around.err();
  }

  /// Runs the program and ends the process with its exit code.
  public static void main(String[] args) {
    // Java takes the tickets of vsftpd under TLS 1.2 for nonsense and then resumes nothing, which
    // that server does not put up with. Read when TLS is first used, and never again.
    System.setProperty("jdk.tls.client.enableSessionTicketExtension", "false");
    Thread main = Thread.currentThread();
    Main program = new Main(Surroundings.ofProcess());
    StopSignals signals = new StopSignals(main, program::atMost, Runtime.getRuntime()::halt);
    signals.hear();
    CompletableFuture<Integer> ended = new CompletableFuture<>();
    // An end by something else than these signals: the same, by the hooks of the runtime.
    Runtime.getRuntime()
        .addShutdownHook(
            Thread.ofPlatform()
                .unstarted(
                    () -> {
                      if (!ended.isDone()) {
                        main.interrupt();
                        program.haltWith(ended);
                      }
                    }));
    int code = signals.code(program.run(args));
    ended.complete(code);
    System.exit(code);
  }

  /// How long an end in order may take.
  private Duration atMost() {
    return grace.plus(SETTLING);
  }

  private void haltWith(CompletableFuture<Integer> code) {
    try {
      Runtime.getRuntime().halt(code.get(atMost().toSeconds(), TimeUnit.SECONDS));
    } catch (InterruptedException | ExecutionException | TimeoutException _) {
      // It did not end in time: the JVM ends as it would have.
    }
  }

  /// Runs the program in given surroundings.
  ///
  /// @return its exit code
  static int run(Surroundings around, String... args) {
    return new Main(around).run(args);
  }

  private int run(String... args) {
    int code = commandLine(this).execute(args);
    around.out().flush();
    around.err().flush();
    return code;
  }

  private static CommandLine commandLine(Main main) {
    Surroundings around = main.around;
    CommandLine line = new CommandLine(main);
    // Most look for an example.
    List<String> sections = new ArrayList<>(line.getHelpSectionKeys());
    boolean _ = sections.remove(UsageMessageSpec.SECTION_KEY_FOOTER);
    sections.add(
        sections.indexOf(UsageMessageSpec.SECTION_KEY_SYNOPSIS_HEADING),
        UsageMessageSpec.SECTION_KEY_FOOTER);
    for (String what :
        List.of(
            UsageMessageSpec.SECTION_KEY_DESCRIPTION_HEADING,
            UsageMessageSpec.SECTION_KEY_DESCRIPTION)) {
      boolean _ = sections.remove(what);
      sections.add(sections.indexOf(UsageMessageSpec.SECTION_KEY_FOOTER), what);
    }
    line.setHelpSectionKeys(sections);
    line.getHelpSectionMap()
        .put(
            UsageMessageSpec.SECTION_KEY_FOOTER,
            help -> help.footer().isBlank() ? "" : help.footer().strip() + "\n\n");
    return line.setOut(new PrintWriter(around.out(), true, around.out().charset()))
        .setErr(new PrintWriter(around.err(), true, around.err().charset()))
        .setColorScheme(CommandLine.Help.defaultColorScheme(Ansi.OFF))
        .setCaseInsensitiveEnumValuesAllowed(true)
        // @NAME is a bookmark.
        .setExpandAtFiles(false)
        .setParameterExceptionHandler((e, _) -> main.misused(e))
        .setExecutionExceptionHandler((e, _, _) -> main.failed(e));
  }

  /// What the program was told.
  List<String> words() {
    return Objects.requireNonNull(spec).commandLine().getParseResult().originalArgs();
  }

  /// The verb that `wharf serve ...` would run, not run.
  ///
  /// @param words the first is `serve`
  static Serve serve(Surroundings around, List<String> words) {
    CommandLine line = commandLine(new Main(around));
    return (Serve)
        line.parseArgs(words.toArray(String[]::new)).subcommand().commandSpec().userObject();
  }

  @Override
  public void run() {
    if (spec != null) {
      spec.commandLine().usage(around.out(), Ansi.OFF);
    }
  }

  Surroundings around() {
    return around;
  }

  /// Lets running transfers go on for so long when the program is asked to end.
  void mayTake(Duration time) {
    grace = time;
  }

  /// Where notes and the log go: standard error, until [#hush].
  PrintStream err() {
    return err;
  }

  /// Says no more on standard error: it leads to a client, who is to hear the protocol only.
  void hush() {
    err = new PrintStream(OutputStream.nullOutputStream(), false, UTF_8);
  }

  /// A line on standard error.
  void note(String text) {
    err.println("wharf: " + text);
  }

  /// Tells what went wrong.
  ///
  /// @return the exit code for it
  int failed(Exception problem) {
    if (problem instanceof ParameterException misuse) {
      return misused(misuse);
    }
    around.out().flush();
    if (problem instanceof FtpException known) {
      note(String.valueOf(known.getMessage()));
      return ExitCode.of(known).number();
    }
    told(problem).forEach(line -> note(Printable.of(line)));
    ExitCode code =
        switch (problem) {
          case Failure known -> known.code();
          case Config.Wrong _, AccountFile.Malformed _ -> ExitCode.USAGE;
          case ClosedByInterruptException _, InterruptedException _ -> ExitCode.INTERRUPTED;
          default -> localProblem(problem) != null ? ExitCode.LOCAL_DISK : ExitCode.FAILED;
        };
    return code.number();
  }

  /// What went wrong, in lines for people.
  static List<String> told(Exception problem) {
    return switch (problem) {
      case Config.Wrong wrong -> wrong.lines();
      case Failure _, AccountFile.Malformed _, ParameterException _ ->
          List.of(String.valueOf(problem.getMessage()));
      case ClosedByInterruptException _, InterruptedException _ -> List.of("interrupted");
      default -> {
        String local = localProblem(problem);
        yield List.of(
            local != null ? local : "this is a fault in wharf, please report it: " + problem);
      }
    };
  }

  /// What a problem with a file of this machine, or one that was foreseen, means.
  static String reason(Exception problem) {
    String local = localProblem(problem);
    return local != null ? local : String.valueOf(problem.getMessage());
  }

  /// What a problem with a file of this machine means, or null when it is none.
  private static @Nullable String localProblem(Exception problem) {
    return switch (problem) {
      case InvalidPathException e ->
          "%s is no file name here (in this locale): %s".formatted(e.getInput(), e.getReason());
      case NoSuchFileException e -> "there is no file " + e.getFile();
      case AccessDeniedException e -> "the file " + e.getFile() + " may not be used by you";
      case IOException e -> e.getMessage();
      default -> null;
    };
  }

  private int misused(ParameterException problem) {
    boolean noVerb =
        problem instanceof UnmatchedArgumentException unmatched
            && !unmatched.isUnknownOption()
            && problem.getCommandLine().getParent() == null;
    note(
        Printable.of(
            noVerb
                ? "there is no verb \"%s\""
                    .formatted(((UnmatchedArgumentException) problem).getUnmatched().getFirst())
                : String.valueOf(problem.getMessage())));
    CommandSpec verb = problem.getCommandLine().getCommandSpec();
    Optional<String> meant =
        problem instanceof UnmatchedArgumentException unmatched
            ? Nearest.to(unmatched.getUnmatched().getFirst(), known(verb))
            : Optional.empty();
    String manual = verb.parent() == null ? "wharf --help" : "wharf help " + verb.name();
    note(meant.map(word -> "did you mean " + word + "?").orElse("see " + manual));
    return ExitCode.USAGE.number();
  }

  private static Set<String> known(CommandSpec verb) {
    Set<String> words = new HashSet<>(verb.subcommands().keySet());
    words.addAll(verb.optionsMap().keySet());
    return words;
  }

  /// Says the version that the jar was built as.
  static final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
      return new String[] {"wharf " + number(), "Java " + Runtime.version()};
    }

    static String number() {
      String version = Main.class.getPackage().getImplementationVersion();
      return version == null ? "(not built as a jar)" : version;
    }
  }
}
