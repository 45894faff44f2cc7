package wharf.app.interop;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;

/// A file-transfer client that people have, told what to do in one set of words.
///
/// Remote names are those of the served root, folders first, parted by slashes. A client that fails
/// throws; what it left behind is for the test to judge.
interface RealClient {
  /// What a client may be asked to do.
  enum Operation {
    LIST,
    DOWNLOAD,
    RESUME_DOWNLOAD,
    MIRROR_DOWN,
    UPLOAD,
    RESUME_UPLOAD,
    MIRROR_UP,
    RENAME,
    DELETE,
    /// Over IPv6.
    IPV6
  }

  /// Every one of them.
  static List<RealClient> all() {
    return List.of(
        new Curl(),
        new Wget(),
        new Lftp(),
        new Ncftp(),
        new Tnftp(),
        new Ftplib(),
        new CommonsNet());
  }

  /// What it does over several sessions at once, and waits for all of them: a server that serves
  /// one after the other cannot be asked for it.
  default Set<Operation> overSeveralConnections() {
    return Set.of();
  }

  /// What it has no command for; its class says why.
  default Set<Operation> cannot() {
    return Set.of();
  }

  /// Whether it knows TLS; where not, its class says so.
  default boolean speaksTls() {
    return true;
  }

  /// Whether data connections go on with the TLS session of their control connection.
  enum Resumption {
    ALWAYS,
    PERHAPS,
    NEVER
  }

  /// Whether its own do; where not, its class says why.
  default Resumption resumption(Security security) {
    return Resumption.ALWAYS;
  }

  /// Whether it can be connected to for data under TLS; where not, its class says so.
  default boolean hearsTls() {
    return true;
  }

  /// Whether its own language can say `name` in a command for `operation`.
  default boolean canSay(Operation operation, String name) {
    return true;
  }

  /// The names in `folder`, which is empty for the root.
  List<String> list(Site site, String folder) throws IOException;

  void download(Site site, String remote, Path local) throws IOException;

  /// Downloads into a pipe.
  ///
  /// @return the SHA-256 of what comes out of it
  String digest(Site site, String remote) throws IOException;

  /// Fetches what `local` lacks of `remote`.
  void resumeDownload(Site site, String remote, Path local) throws IOException;

  /// Copies the remote `folder`, which holds folders of files, to `into/folder`.
  void mirrorDown(Site site, String folder, Path into) throws IOException;

  void upload(Site site, Path local, String remote) throws IOException;

  /// Begins to upload what is written to [Running#feed], until that is closed.
  Running beginUpload(Site site, String remote) throws IOException;

  /// Sends what `remote` lacks of `local`.
  void resumeUpload(Site site, Path local, String remote) throws IOException;

  /// Copies the local `folder`, which holds folders of files, under its name into the root.
  void mirrorUp(Site site, Path folder) throws IOException;

  void rename(Site site, String from, String to) throws IOException;

  void delete(Site site, String remote) throws IOException;
}
