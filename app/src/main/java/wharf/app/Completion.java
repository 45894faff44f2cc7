package wharf.app;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.function.Supplier;
import org.jline.reader.Candidate;
import org.jline.reader.Completer;
import org.jline.reader.LineReader;
import org.jline.reader.ParsedLine;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
import wharf.app.ShellLine.Kind;
import wharf.app.ShellLine.Part;
import wharf.ftp.client.Entry;
import wharf.ftp.client.FtpException;
import wharf.ftp.client.Printable;

/// What Tab offers: commands, their options, and names there and here, by the model of
/// [ShellCommands].
final class Completion implements Completer {
  private final Supplier<ShellSession> session;

  Completion(Supplier<ShellSession> session) {
    this.session = session;
  }

  @Override
  public void complete(LineReader reader, ParsedLine line, List<Candidate> candidates) {
    if (line instanceof TypedLine typed && typed.current().kind() == Kind.WORD) {
      try {
        complete(typed, candidates);
      } catch (IOException | RuntimeException _) {
        // Nothing to offer, then.
      }
    }
  }

  private void complete(TypedLine line, List<Candidate> into) throws IOException {
    ShellSession shell = session.get();
    CommandLine commands = shell.commands();
    List<Part> before = line.before();
    if (before.isEmpty()) {
      commands.getSubcommands().keySet().forEach(name -> into.add(new Candidate(name)));
      return;
    }
    Kind last = before.getLast().kind();
    if (last == Kind.OVER || last == Kind.ONTO) {
      here(shell, line.word(), into);
      return;
    }
    CommandLine command = commands.getSubcommands().get(Wildcards.plain(before.getFirst().text()));
    if (command == null) {
      return;
    }
    CommandSpec spec = command.getCommandSpec();
    if (spec.name().equals("help")) {
      commands.getSubcommands().keySet().forEach(name -> into.add(new Candidate(name)));
      return;
    }
    List<String> words = new ArrayList<>();
    for (Part part : before.subList(1, before.size())) {
      words.add(Wildcards.plain(part.text()));
    }
    Place place = place(spec, words);
    String word = line.word();
    if (word.startsWith("-")
        && place.optionsAllowed()
        && !(place.argument() instanceof OptionSpec)) {
      for (OptionSpec option : spec.options()) {
        if (!option.hidden()) {
          into.add(new Candidate(option.longestName()));
        }
      }
      return;
    }
    if (place.argument() != null) {
      argument(shell, place, word, into);
    }
  }

  /// What the next word is.
  ///
  /// @param argument null when there is to be none
  /// @param optionsAllowed not after `--`
  /// @param reversed whether what is called there is here, and the other way round
  private record Place(@Nullable ArgSpec argument, boolean optionsAllowed, boolean reversed) {}

  private static Place place(CommandSpec spec, List<String> words) {
    int positionals = 0;
    boolean options = true;
    boolean reversed = false;
    Iterator<String> all = words.iterator();
    while (all.hasNext()) {
      String word = all.next();
      if (!options || !word.startsWith("-") || word.equals("-")) {
        positionals++;
      } else if (word.equals("--")) {
        options = false;
      } else {
        OptionSpec option = spec.findOption(word);
        reversed |= option != null && option.longestName().equals("--reverse");
        if (option != null && option.arity().max() > 0 && !word.contains("=")) {
          if (!all.hasNext()) {
            return new Place(option, true, false);
          }
          String _ = all.next();
        }
      }
    }
    for (PositionalParamSpec parameter : spec.positionalParameters()) {
      if (parameter.index().contains(positionals)) {
        return new Place(parameter, options, reversed);
      }
    }
    return new Place(null, options, false);
  }

  private static void argument(ShellSession shell, Place place, String word, List<Candidate> into)
      throws IOException {
    ArgSpec argument = Objects.requireNonNull(place.argument());
    if (argument.completionCandidates() != null) {
      argument.completionCandidates().forEach(value -> into.add(new Candidate(value)));
      return;
    }
    Class<?> type = argument.type();
    if (java.util.Collection.class.isAssignableFrom(type) || type.isArray()) {
      type = argument.auxiliaryTypes()[0];
    }
    if (type == (place.reversed() ? Here.class : There.class)) {
      there(shell, word, into);
    } else if (type == Here.class || type == There.class || type == Path.class) {
      here(shell, word, into);
    } else if (argument.paramLabel().equals("URL")) {
      for (String bookmark : shell.bookmarks()) {
        into.add(new Candidate("@" + bookmark));
      }
    }
  }

  private static void there(ShellSession shell, String word, List<Candidate> into)
      throws FtpException {
    String folder = word.substring(0, word.lastIndexOf('/') + 1);
    for (Entry entry : shell.entries(folder)) {
      add(into, folder, entry.name(), entry.kind() == Entry.Kind.FOLDER);
    }
  }

  private static void here(ShellSession shell, String word, List<Candidate> into)
      throws IOException {
    String folder = word.substring(0, word.lastIndexOf('/') + 1);
    try (DirectoryStream<Path> files = Files.newDirectoryStream(shell.local(folder))) {
      for (Path file : files) {
        add(into, folder, String.valueOf(file.getFileName()), Files.isDirectory(file));
      }
    }
  }

  private static void add(List<Candidate> into, String folder, String name, boolean isFolder) {
    if (name.codePoints().anyMatch(Printable::acts)) {
      // It could not be typed, and would act on the terminal.
      return;
    }
    String shown = isFolder ? name + "/" : name;
    into.add(new Candidate(folder + shown, shown, null, null, null, null, !isFolder));
  }
}
