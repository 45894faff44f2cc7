package wharf.app;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import wharf.ftp.client.Entry;
import wharf.ftp.client.Found;
import wharf.ftp.client.FtpException;
import wharf.ftp.client.FtpUrl;
import wharf.ftp.client.Glob;
import wharf.ftp.client.Sessions;

/// Where the words of a command line lead, with the sessions to go there: those that lead to one
/// account on one server share theirs. Closing ends all of them.
final class Places implements AutoCloseable {
  private final RemoteOptions remote;
  private final int most;
  private final Map<FtpUrl, Sessions> open = new LinkedHashMap<>();

  /// @param most sessions with each server
  Places(RemoteOptions remote, int most) {
    this.remote = remote;
    this.most = most;
  }

  /// Something on a server.
  ///
  /// @param url without a pattern's meaning
  record Place(FtpUrl url, Sessions sessions) {
    String path() {
      return url.path();
    }

    /// What the path's patterns stand for; itself when it has none, or they stand for nothing: then
    /// it may be a name like any other, as in a shell.
    ///
    /// @throws FtpException.NotFound when it has patterns and neither is there
    List<Place> expanded() throws FtpException {
      if (!Glob.isPattern(path())) {
        return List.of(this);
      }
      List<Place> places = new ArrayList<>();
      for (Found<String> found : Glob.of(path()).expand(sessions)) {
        places.add(new Place(url.withPath(found.path()), sessions));
      }
      if (places.isEmpty()) {
        Entry _ = sessions.run(client -> client.stat(path()));
        places.add(this);
      }
      return places;
    }
  }

  /// Where a word leads, which says no password.
  FtpUrl url(String word) throws FtpException {
    return remote.url(word);
  }

  /// Where a URL leads. Asks for a password when nothing else has led there.
  Place at(FtpUrl url) throws FtpException {
    Sessions sessions = open.get(url.withPath(""));
    if (sessions == null) {
      sessions = remote.sessions(url, most);
      open.put(url.withPath(""), sessions);
    }
    return new Place(url, sessions);
  }

  @Override
  public void close() {
    open.values().forEach(Sessions::close);
  }
}
