package wharf.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import wharf.users.Account;
import wharf.users.Accounts.Known;

class HandoverTest {
  private static final String HASH = "$argon2id$v=19$m=19456,t=2,p=1$c2FsdA$aGFzaA";

  private static Handover sent(Handover handover, Map<String, String> environment)
      throws IOException {
    handover.into(environment);
    return Handover.from(environment);
  }

  @Test
  void arrivesAsItWas() throws IOException {
    Handover handover =
        new Handover(
            List.of(
                new Known(Account.writer("ann"), HASH),
                new Known(Account.reader("a: b=c %41 \n jürgen"), HASH),
                new Known(new Account("nobody", Set.of()), HASH)),
            true);
    Map<String, String> environment = new HashMap<>(Map.of("PATH", "/bin"));
    assertThat(sent(handover, environment)).isEqualTo(handover);
    assertThat(environment).containsEntry("PATH", "/bin");
    assertThat(environment.values())
        .as("no locale can spoil it")
        .allMatch(value -> value.chars().allMatch(c -> c >= ' ' && c < 127));
  }

  @Test
  void holdsNothingOfAnotherServer() throws IOException {
    Map<String, String> environment = new HashMap<>();
    new Handover(List.of(new Known(Account.writer("ann"), HASH)), true).into(environment);
    Handover nobody = new Handover(List.of(), false);
    assertThat(sent(nobody, environment)).isEqualTo(nobody);
  }

  @Test
  void whoWasNotStartedAsAWorkerIsNone() {
    assertThatThrownBy(() -> Handover.from(Map.of("PATH", "/bin")))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("wharf serve --model processes");
  }
}
