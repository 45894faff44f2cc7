package wharf.app.interop;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/// curl. It has no mirror of its own: what a script does is walk the listings and give it all files
/// at once, in its language for configurations. In parallel, for otherwise curl 7.88 sleeps a
/// second whenever the reply to EPSV is there before it begins to wait for it.
final class Curl implements RealClient {
  private static Command curl(Site site, String... words) {
    Command curl =
        // -q: no ~/.curlrc; -g: no patterns of its own in URLs.
        Command.of(site, "curl", "-q", "-sS", "-g", "-u", Site.USER + ":" + Site.PASSWORD);
    Security security = site.security();
    if (security.isTls()) {
      curl.with("--cacert", Certificate.only().shown().toString());
      curl.with("--tlsv" + security.version(), "--tls-max", security.version());
      if (!security.isImplicit()) {
        curl.with("--ssl-reqd");
      }
    }
    return (site.active() ? curl.with("--ftp-port", "-") : curl).with(words);
  }

  @Override
  public List<String> list(Site site, String folder) throws IOException {
    String url = site.url(folder.isEmpty() ? "" : folder + "/");
    return curl(site, "-l", url).run().lines().toList();
  }

  @Override
  public void download(Site site, String remote, Path local) throws IOException {
    curl(site, "-o", local.toString(), site.url(remote)).run();
  }

  @Override
  public String digest(Site site, String remote) throws IOException {
    return curl(site, site.url(remote)).digest();
  }

  @Override
  public void resumeDownload(Site site, String remote, Path local) throws IOException {
    curl(site, "-C", "-", "-o", local.toString(), site.url(remote)).run();
  }

  /// Its -Z keeps up to eight sessions, and each open until all have ended.
  @Override
  public Set<Operation> overSeveralConnections() {
    return EnumSet.of(Operation.MIRROR_DOWN, Operation.MIRROR_UP);
  }

  /// From 7.87 to 7.88 it forgets TLS on data connections in active mode (curl/curl#10666).
  @Override
  public boolean hearsTls() {
    return false;
  }

  @Override
  public void mirrorDown(Site site, String folder, Path into) throws IOException {
    List<String> transfers = new ArrayList<>();
    for (String inner : list(site, folder)) {
      String path = folder + "/" + inner;
      for (String name : list(site, path)) {
        transfers.add("url = \"" + site.url(path + "/" + name) + "\"");
        transfers.add("output = \"" + into.resolve(path, name) + "\"");
      }
    }
    curl(site, "-Z", "--parallel-max", "8", "--create-dirs", "-K", "-").typing(transfers).run();
  }

  @Override
  public void upload(Site site, Path local, String remote) throws IOException {
    curl(site, "-T", local.toString(), site.url(remote)).run();
  }

  @Override
  public Running beginUpload(Site site, String remote) throws IOException {
    return curl(site, "-T", "-", site.url(remote)).begin();
  }

  @Override
  public void resumeUpload(Site site, Path local, String remote) throws IOException {
    curl(site, "-C", "-", "-T", local.toString(), site.url(remote)).run();
  }

  @Override
  public void mirrorUp(Site site, Path folder) throws IOException {
    List<String> transfers = new ArrayList<>();
    for (Path file : Content.filesIn(folder)) {
      String remote = folder.getFileName() + "/" + folder.relativize(file);
      transfers.add("upload-file = \"" + file + "\"");
      transfers.add("url = \"" + site.url(remote) + "\"");
    }
    curl(site, "-Z", "--parallel-max", "8", "--ftp-create-dirs", "-K", "-").typing(transfers).run();
  }

  @Override
  public void rename(Site site, String from, String to) throws IOException {
    curl(site, "-Q", "RNFR " + from, "-Q", "RNTO " + to, "-l", site.url("")).run();
  }

  @Override
  public void delete(Site site, String remote) throws IOException {
    curl(site, "-Q", "DELE " + remote, "-l", site.url("")).run();
  }

  @Override
  public String toString() {
    return "curl";
  }
}
