package wharf.app.interop;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.AnnotationBasedArgumentsProvider;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.ArgumentsSource;
import org.junit.jupiter.params.support.ParameterDeclarations;
import wharf.server.Iterative;
import wharf.server.Processes;
import wharf.server.ServerModel;

/// A test of every client that can do `value`, under each of `models`: its parameters are a
/// [RealClient] and a [ServerModel].
///
/// `-Dwharf.models=select,poll` runs those models only.
///
/// Where a client cannot, there is no test, and not one that is skipped: a skip says that something
/// is missing on this machine.
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
@ParameterizedTest(name = "{0}, {1}")
@ArgumentsSource(ForClients.Pairs.class)
@interface ForClients {
  RealClient.Operation[] value();

  /// By name; every model if none is given.
  String[] models() default {};

  /// Not under these, by name.
  String[] butModels() default {};

  /// By name; every client if none is given.
  String[] clients() default {};

  /// What a client does over several connections at once: not under `iterative`, which serves the
  /// second when the first has gone, and the client waits for both.
  boolean severalConnections() default false;

  /// Every client with every model.
  final class Pairs extends AnnotationBasedArgumentsProvider<ForClients> {
    @Override
    protected Stream<? extends Arguments> provideArguments(
        ParameterDeclarations parameters, ExtensionContext context, ForClients wanted) {
      String[] asked =
          System.getProperty("wharf.models", "")
              .transform(it -> it.isEmpty() ? new String[0] : it.split(",", -1));
      return everyModel()
          .filter(model -> isOrNone(wanted.models(), model.name()))
          .filter(model -> !List.of(wanted.butModels()).contains(model.name()))
          .filter(model -> isOrNone(asked, model.name()))
          .filter(model -> !(model instanceof Iterative && wanted.severalConnections()))
          .flatMap(
              model ->
                  RealClient.all().stream()
                      .filter(c -> isOrNone(wanted.clients(), c.toString()))
                      .filter(c -> !(model instanceof Iterative && opensSeveral(c, wanted)))
                      .filter(c -> List.of(wanted.value()).stream().noneMatch(c.cannot()::contains))
                      .map(client -> Arguments.of(client, model)));
    }

    /// Those of one process, and processes: [Harbour] knows how to start those.
    static Stream<ServerModel> everyModel() {
      return Stream.concat(
          ServerModel.all().stream(),
          Stream.of(
              Processes.of(
                  _ -> {
                    throw new AssertionError("a name only");
                  },
                  2)));
    }

    private static boolean opensSeveral(RealClient client, ForClients wanted) {
      return List.of(wanted.value()).stream().anyMatch(client.overSeveralConnections()::contains);
    }

    private static boolean isOrNone(String[] names, String name) {
      return names.length == 0 || List.of(names).contains(name);
    }
  }
}
