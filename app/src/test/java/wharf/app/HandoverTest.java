package wharf.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import wharf.users.Account;
import wharf.users.Accounts.Known;
import wharf.users.Limits;
import wharf.users.NamePattern;
import wharf.users.Network;
import wharf.users.Right;
import wharf.users.Rule;
import wharf.users.Rules;

class HandoverTest {
  private static final String HASH =
      "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc";

  @TempDir Path state;

  @Test
  void arrivesAsItWas() throws IOException {
    Rules rules =
        new Rules(
            List.of(
                Rule.everywhere(Set.of(Right.READ)),
                Rule.at("/in/*/it's a \"b\"", Set.of(Right.WRITE)),
                Rule.at("/a=b", Set.of())),
            List.of(new NamePattern("*.t mp"), new NamePattern("~?=")));
    Account full =
        new Account(
            "jürgen b",
            Path.of("/srv/a b:c"),
            rules,
            new Limits(3, 1, 2, 1L << 40, 5),
            List.of(Network.parse("2001:db8::/32"), Network.parse("192.0.2.7")));
    Handover handover =
        new Handover(
            List.of(
                new Known(Account.writer("ann"), HASH),
                new Known(Account.administrator("root"), HASH),
                new Known(full, HASH),
                new Known(new Account("nobody", Set.of()), HASH)),
            Account.reader(Account.ANONYMOUS),
            "# wharf.toml, as it was\n",
            "# and as it is\n");
    Map<String, String> environment = new HashMap<>(Map.of("PATH", "/bin"));
    try (Handover.Place place = handover.lay(state)) {
      place.tell(environment);
      assertThat(Handover.taken(environment)).isEqualTo(handover);
      assertThat(Handover.isOutdated(environment)).isFalse();
      assertThat(environment).containsEntry("PATH", "/bin");
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(place.folder())))
          .isEqualTo("rwx------");
    }
    assertThat(state).as("nothing is left").isEmptyDirectory();
  }

  @Test
  void nobodyIsNobody() throws IOException {
    Map<String, String> environment = new HashMap<>();
    Handover nobody = new Handover(List.of(), null, "", "");
    try (Handover.Place place = nobody.lay(state)) {
      place.tell(environment);
      assertThat(Handover.taken(environment)).isEqualTo(nobody);
    }
  }

  /// Who was started under one that is not the latest knows that one, and that.
  @Test
  void anotherIsLaidDown() throws IOException {
    Map<String, String> before = new HashMap<>();
    Map<String, String> after = new HashMap<>();
    Handover first = new Handover(List.of(), null, "first", "first");
    Handover second = new Handover(List.of(), null, "first", "second");
    try (Handover.Place place = first.lay(state)) {
      place.tell(before);
      place.renew(second);
      place.tell(after);
      assertThat(Handover.taken(before)).isEqualTo(first);
      assertThat(Handover.isOutdated(before)).isTrue();
      assertThat(Handover.taken(after)).isEqualTo(second);
      assertThat(Handover.isOutdated(after)).isFalse();
      place.renew(first);
      assertThat(Handover.taken(after)).isEqualTo(second);
      assertThat(Handover.isOutdated(after)).isTrue();
    }
    assertThat(state).as("nothing is left").isEmptyDirectory();
  }

  /// One that could not be written, for want of room, is not in the way of the next.
  @Test
  void whatIsLeftOfOneIsReplaced() throws IOException {
    Handover handover = new Handover(List.of(), null, "", "");
    Map<String, String> environment = new HashMap<>();
    try (Handover.Place place = handover.lay(state)) {
      Path half = Files.createDirectory(place.folder().resolve("2"));
      Path _ = Files.writeString(half.resolve("accounts"), "half of o");
      Path _ = Files.writeString(place.folder().resolve("issue.new"), "");
      place.renew(handover);
      place.tell(environment);
      assertThat(Handover.taken(environment)).isEqualTo(handover);
      Path _ = Files.createDirectory(place.folder().resolve("3"));
    }
    assertThat(state).as("nothing is left").isEmptyDirectory();
  }

  @Test
  void whoWasNotStartedAsAWorkerIsNone() {
    assertThat(Handover.isIn(Map.of("PATH", "/bin"))).isFalse();
  }
}
