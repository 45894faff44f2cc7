package wharf.app;

import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.ParentCommand;
import wharf.app.Places.Place;
import wharf.ftp.client.FtpException;

/// A verb that looks at things on servers, or does something to them, one after the other. What
/// fails is told, and the others are done all the same.
abstract class RemoteVerb implements Callable<Integer> {
  @ParentCommand private @Nullable Main main;
  @Mixin protected RemoteOptions remote = new RemoteOptions();
  @Mixin protected JsonOptions json = new JsonOptions();

  /// What is done at one place.
  interface Step {
    void at(Place place) throws FtpException;
  }

  Main program() {
    return Objects.requireNonNull(main);
  }

  Surroundings around() {
    return program().around();
  }

  /// @param schema as `wharf/ls/1`
  Results results(String schema) {
    return new Results(around().out(), json.form(), schema, program()::failed);
  }

  /// Does it where each word leads, and at all that its patterns stand for.
  void each(Places places, List<String> words, Results results, Step step) throws FtpException {
    for (String word : words) {
      List<Place> expanded;
      try {
        expanded = places.at(word).expanded();
      } catch (FtpException e) {
        results.failed(word, e);
        continue;
      }
      for (Place place : expanded) {
        try {
          step.at(place);
        } catch (FtpException e) {
          results.failed(place.path(), e);
        }
      }
    }
  }

  /// The exit code, when all that was printed has left.
  int ended(Results results) throws FtpException {
    if (around().out().checkError()) {
      throw new FtpException.LocalDisk("cannot write to standard output", null);
    }
    return results.code();
  }
}
