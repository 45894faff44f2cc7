package wharf.app;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import wharf.users.Account;
import wharf.users.Accounts.Known;
import wharf.users.Right;

/// Who may log in, handed by a server to its worker processes: all of them are to know the same,
/// also those that start when the file of accounts has changed or the password was forgotten.
///
/// It goes by the environment of the worker, one variable for each account. That, unlike a command
/// line, only the same user and the administrator can read; it ends with the process, unlike a
/// file; and it holds hashes, no password. The system sets the limit: some ten thousand accounts.
///
/// @param known those with an account
/// @param anonymous whether those without may log in
record Handover(List<Known> known, boolean anonymous) {
  private static final String ANONYMOUS = "WHARF_WORKER_ANONYMOUS";
  private static final String ACCOUNT = "WHARF_WORKER_ACCOUNT_";

  Handover {
    known = List.copyOf(known);
  }

  /// Adds it to the environment of a process to be started.
  void into(Map<String, String> environment) {
    environment.keySet().removeIf(name -> name.startsWith(ACCOUNT));
    environment.put(ANONYMOUS, Boolean.toString(anonymous));
    for (int i = 0; i < known.size(); i++) {
      environment.put(ACCOUNT + i, text(known.get(i)));
    }
  }

  /// Takes it from the environment of this process.
  ///
  /// @throws IOException when there is none
  static Handover from(Map<String, String> environment) throws IOException {
    String anonymous = environment.get(ANONYMOUS);
    if (anonymous == null) {
      throw new IOException("--worker is for 'wharf serve --model processes' to say, not for you");
    }
    List<Known> known = new ArrayList<>();
    String text;
    while ((text = environment.get(ACCOUNT + known.size())) != null) {
      known.add(known(text));
    }
    return new Handover(known, Boolean.parseBoolean(anonymous));
  }

  /// A name may hold anything, an environment not in every locale.
  private static String text(Known one) {
    String rights =
        one.account().rules().somewhere().stream()
            .map(Right::name)
            .sorted()
            .collect(Collectors.joining(","));
    String name = URLEncoder.encode(one.account().name(), UTF_8);
    return rights + ":" + name + ":" + one.passwordHash();
  }

  private static Known known(String text) {
    String[] parts = text.split(":", 3);
    var rights =
        List.of(parts[0].split(",", -1)).stream()
            .filter(right -> !right.isEmpty())
            .map(Right::valueOf)
            .collect(Collectors.toSet());
    return new Known(new Account(URLDecoder.decode(parts[1], UTF_8), rights), parts[2]);
  }
}
