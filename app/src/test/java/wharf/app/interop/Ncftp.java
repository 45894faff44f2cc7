package wharf.app.interop;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/// NcFTP: ncftpls, ncftpget and ncftpput; renaming and deleting only its shell, ncftp, can.
final class Ncftp implements RealClient {
  private static Command ncftp(Site site, String program, String... words) {
    List<String> all = new ArrayList<>(List.of(program));
    all.addAll(List.of("-u", Site.USER, "-p", Site.PASSWORD, "-P", site.port()));
    if (!program.equals("ncftp") && site.active()) {
      all.add("-E");
    }
    return Command.of(site, all).with(words);
  }

  private static void type(Site site, String line) throws IOException {
    ncftp(site, "ncftp", site.address()).typing(List.of(line, "quit")).run();
  }

  /// It resolves a host to IPv4 only: "::1: unknown host".
  @Override
  public Set<Operation> cannot() {
    return Set.of(Operation.IPV6);
  }

  /// NcFTP knows none.
  @Override
  public boolean speaksTls() {
    return false;
  }

  /// Its shell knows no way to write a quotation mark inside quotation marks: "Unbalanced quotes".
  @Override
  public boolean canSay(Operation operation, String name) {
    boolean byShell = operation == Operation.RENAME || operation == Operation.DELETE;
    return !byShell || !name.contains("\"");
  }

  @Override
  public List<String> list(Site site, String folder) throws IOException {
    String url = site.url(folder.isEmpty() ? "" : folder + "/");
    return ncftp(site, "ncftpls", "-1", url).run().lines().toList();
  }

  @Override
  public void download(Site site, String remote, Path local) throws IOException {
    ncftp(site, "ncftpget", "-V", "-C", site.address(), "/" + remote, local.toString()).run();
  }

  @Override
  public String digest(Site site, String remote) throws IOException {
    return ncftp(site, "ncftpget", "-V", "-c", site.address(), "/" + remote).digest();
  }

  @Override
  public void resumeDownload(Site site, String remote, Path local) throws IOException {
    ncftp(site, "ncftpget", "-V", "-z", "-C", site.address(), "/" + remote, local.toString()).run();
  }

  @Override
  public void mirrorDown(Site site, String folder, Path into) throws IOException {
    ncftp(site, "ncftpget", "-V", "-R", site.address(), into.toString(), "/" + folder).run();
  }

  @Override
  public void upload(Site site, Path local, String remote) throws IOException {
    ncftp(site, "ncftpput", "-V", "-C", site.address(), local.toString(), "/" + remote).run();
  }

  @Override
  public Running beginUpload(Site site, String remote) throws IOException {
    return ncftp(site, "ncftpput", "-V", "-c", site.address(), "/" + remote).begin();
  }

  /// Without -s, ncftpput 3.2.6 says REST 1000000 and sends the file from its first byte all the
  /// same ("Using sendfile for 3000000 bytes."): to any server.
  @Override
  public void resumeUpload(Site site, Path local, String remote) throws IOException {
    ncftp(site, "ncftpput", "-s", "-V", "-z", "-C")
        .with(site.address(), local.toString(), "/" + remote)
        .run();
  }

  @Override
  public void mirrorUp(Site site, Path folder) throws IOException {
    ncftp(site, "ncftpput", "-V", "-R", site.address(), "/", folder.toString()).run();
  }

  @Override
  public void rename(Site site, String from, String to) throws IOException {
    type(site, "rename \"" + from + "\" \"" + to + "\"");
  }

  @Override
  public void delete(Site site, String remote) throws IOException {
    type(site, "rm \"./" + remote + "\"");
  }

  @Override
  public String toString() {
    return "ncftp";
  }
}
