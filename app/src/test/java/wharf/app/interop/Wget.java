package wharf.app.interop;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/// GNU Wget, which only fetches: it has no command that uploads, renames or deletes.
final class Wget implements RealClient {
  /// What `ls -l` writes before a name.
  private static final Pattern BEFORE_NAME =
      Pattern.compile("^[-dl]\\S{9} +\\d+ \\S+ +\\S+ +\\d+ \\S{3} [ \\d]\\d [ \\d:]{5} ");

  private static Command wget(Site site, String... words) {
    Command wget =
        Command.of(
            site,
            "wget",
            "--no-config",
            "-nv",
            "--tries=1",
            "--no-glob",
            "--ftp-user=" + Site.USER,
            "--ftp-password=" + Site.PASSWORD);
    Security security = site.security();
    if (security.isTls()) {
      wget.with("--ca-certificate=" + Certificate.only().shown());
      wget.with("--ciphers=" + security.priority());
      if (security.isImplicit()) {
        wget.with("--ftps-implicit");
      }
    }
    return (site.active() ? wget.with("--no-passive-ftp") : wget).with(words);
  }

  /// TLS it knows by the scheme; whether it begins with it is an option.
  private static String url(Site site, String path) {
    String url = site.url(path);
    return site.security().isTls() ? url.replaceFirst("^ftps?:", "ftps:") : url;
  }

  /// It keeps what has come by the time the handshake is over, or an instant later. Under TLS 1.3
  /// the ticket comes after the handshake: on a busy machine too late.
  @Override
  public Resumption resumption(Security security) {
    return security.version().equals("1.3") ? Resumption.PERHAPS : Resumption.ALWAYS;
  }

  @Override
  public Set<Operation> cannot() {
    return EnumSet.of(
        Operation.UPLOAD,
        Operation.RESUME_UPLOAD,
        Operation.MIRROR_UP,
        Operation.RENAME,
        Operation.DELETE);
  }

  @Override
  public List<String> list(Site site, String folder) throws IOException {
    String url = url(site, folder.isEmpty() ? "" : folder + "/");
    // It makes a page of a listing; what it was made from is more telling.
    wget(site, "--no-remove-listing", "-O", "/dev/null", url).run();
    return Files.readAllLines(site.scratch().resolve(".listing")).stream()
        .map(line -> BEFORE_NAME.matcher(line).replaceFirst(""))
        .toList();
  }

  @Override
  public void download(Site site, String remote, Path local) throws IOException {
    wget(site, "-O", local.toString(), url(site, remote)).run();
  }

  @Override
  public String digest(Site site, String remote) throws IOException {
    return wget(site, "-O", "-", url(site, remote)).digest();
  }

  @Override
  public void resumeDownload(Site site, String remote, Path local) throws IOException {
    wget(site, "-c", "-O", local.toString(), url(site, remote)).run();
  }

  @Override
  public void mirrorDown(Site site, String folder, Path into) throws IOException {
    wget(site, "-r", "-l", "inf", "-nH", "-P", into.toString(), url(site, folder + "/")).run();
  }

  @Override
  public void upload(Site site, Path local, String remote) {
    throw new UnsupportedOperationException();
  }

  @Override
  public Running beginUpload(Site site, String remote) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void resumeUpload(Site site, Path local, String remote) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void mirrorUp(Site site, Path folder) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void rename(Site site, String from, String to) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void delete(Site site, String remote) {
    throw new UnsupportedOperationException();
  }

  @Override
  public String toString() {
    return "wget";
  }
}
