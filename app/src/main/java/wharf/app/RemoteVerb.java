package wharf.app;

import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;
import wharf.app.Places.Place;
import wharf.ftp.client.FtpException;
import wharf.ftp.client.FtpUrl;

/// A verb that looks at things on servers, or does something to them, one after the other. What
/// fails is told, and the others are done all the same.
abstract class RemoteVerb implements Callable<Integer> {
  @ParentCommand private @Nullable Main main;
  @Spec private @Nullable CommandSpec spec;
  @Mixin protected RemoteOptions remote = new RemoteOptions();
  @Mixin private JsonOptions json = new JsonOptions();

  /// Does what the verb is for.
  abstract void run(Places places, Results results) throws FtpException;

  Surroundings around() {
    return Objects.requireNonNull(main).around();
  }

  @Override
  public final Integer call() throws FtpException {
    Main program = Objects.requireNonNull(main);
    Surroundings around = around();
    String verb = Objects.requireNonNull(spec).name();
    return new Results(around.out(), json.form(), verb, program::failed)
        .of(
            results -> {
              try (Places places = new Places(remote, 1)) {
                run(places, results);
              }
            });
  }

  /// What is done at one place.
  interface Step {
    void at(Place place) throws FtpException;
  }

  /// Does it where each word leads, and at all that its patterns stand for.
  static void each(Places places, List<String> words, Results results, Step step)
      throws FtpException {
    for (String word : words) {
      FtpUrl url = places.url(word);
      List<Place> expanded;
      try {
        expanded = places.at(url).expanded();
      } catch (FtpException e) {
        results.failed(url.toString(), e);
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
}
