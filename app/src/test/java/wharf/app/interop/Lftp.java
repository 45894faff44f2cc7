package wharf.app.interop;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/// lftp.
final class Lftp implements RealClient {
  private static Command lftp(Site site, String commands) {
    String script =
        "set cmd:fail-exit yes; set net:max-retries 1; set xfer:clobber yes; "
            + (site.active() ? "set ftp:passive-mode no; " : "")
            + security(site)
            + "open -u %s,%s %s; ".formatted(Site.USER, Site.PASSWORD, site.url(""))
            + commands;
    return Command.of(site, "lftp", "--norc", "-c", script);
  }

  /// Unless told otherwise, it goes under TLS wherever it can; and names also an address as the
  /// server it wants, which is against the rules: Java refuses one of IPv6.
  private static String security(Site site) {
    Security security = site.security();
    return security.isTls()
        ? "set ssl:use-sni no; "
            + "set ftp:ssl-force yes; set ftp:ssl-protect-data yes; set ssl:ca-file %s; set ssl:priority %s; "
                .formatted(quoted(Certificate.only().shown()), security.priority())
        : "set ftp:ssl-allow no; ";
  }

  private static String quoted(Object path) {
    return "\"" + path.toString().replace("\\", "\\\\").replace("\"", "\\\"") + "\"";
  }

  /// So that a leading dash is no option.
  private static String remote(String path) {
    return quoted("./" + path);
  }

  @Override
  public List<String> list(Site site, String folder) throws IOException {
    return lftp(site, "cd " + remote(folder) + "; cls -1")
        .run()
        .lines()
        // It marks folders, and puts "./" before a name that its own shell would expand.
        .map(line -> line.replaceFirst("^\\./", "").replaceFirst("/$", ""))
        .toList();
  }

  @Override
  public void download(Site site, String remote, Path local) throws IOException {
    lftp(site, "get " + remote(remote) + " -o " + quoted(local)).run();
  }

  @Override
  public String digest(Site site, String remote) throws IOException {
    return lftp(site, "cat " + remote(remote)).digest();
  }

  @Override
  public void resumeDownload(Site site, String remote, Path local) throws IOException {
    lftp(site, "get -c " + remote(remote) + " -o " + quoted(local)).run();
  }

  @Override
  public void mirrorDown(Site site, String folder, Path into) throws IOException {
    lftp(site, "mirror " + remote(folder) + " " + quoted(into.resolve(folder))).run();
  }

  @Override
  public void upload(Site site, Path local, String remote) throws IOException {
    lftp(site, "put " + quoted(local) + " -o " + remote(remote)).run();
  }

  @Override
  public Running beginUpload(Site site, String remote) throws IOException {
    // Compressed, which it would do unasked, what it is fed would stay with it for long.
    String plain = "set ftp:use-mode-z no; ";
    return lftp(site, plain + "put /dev/stdin -o " + remote(remote)).begin();
  }

  @Override
  public void resumeUpload(Site site, Path local, String remote) throws IOException {
    lftp(site, "put -c " + quoted(local) + " -o " + remote(remote)).run();
  }

  @Override
  public void mirrorUp(Site site, Path folder) throws IOException {
    String name = folder.getFileName().toString();
    lftp(site, "mirror -R " + quoted(folder) + " " + remote(name)).run();
  }

  @Override
  public void rename(Site site, String from, String to) throws IOException {
    lftp(site, "mv " + remote(from) + " " + remote(to)).run();
  }

  @Override
  public void delete(Site site, String remote) throws IOException {
    lftp(site, "rm " + remote(remote)).run();
  }

  @Override
  public String toString() {
    return "lftp";
  }
}
