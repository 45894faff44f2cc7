package wharf.ftp.server;

import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// Who is here: for those who may ask (SITE WHO). Safe from many threads.
public final class Sessions {
  private final Set<FtpSession> present = Collections.newSetFromMap(new ConcurrentHashMap<>());

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
