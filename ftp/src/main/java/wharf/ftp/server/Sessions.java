package wharf.ftp.server;

import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import wharf.users.Seats;

/// Who is here: for those who may ask (SITE WHO). Safe from many threads.
public final class Sessions {
  private final Set<FtpSession> present = Collections.newSetFromMap(new ConcurrentHashMap<>());

  private final Seats seats = new Seats();

  /// How many of each account there are.
  Seats seats() {
    return seats;
  }

  void came(FtpSession session) {
    present.add(session);
  }

  void went(FtpSession session) {
    present.remove(session);
  }

  /// One line for each, at most `most`.
  List<Phrase> told(int most) {
    return present.stream()
        .sorted(Comparator.comparing(FtpSession::from))
        .limit(most)
        .map(FtpSession::presence)
        .toList();
  }

  /// How many there are.
  int count() {
    return present.size();
  }
}
