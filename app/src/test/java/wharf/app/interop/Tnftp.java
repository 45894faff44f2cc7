package wharf.app.interop;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/// tnftp, the client of the BSDs: told by its commands, as people type them.
///
/// It ends with 0 whatever happened, so what counts is what it left behind.
final class Tnftp implements RealClient {
  private static String type(Site site, Stream<String> commands) throws IOException {
    List<String> all = new ArrayList<>();
    all.add("open " + site.address() + " " + site.port());
    all.add("user " + Site.USER + " " + Site.PASSWORD);
    all.add("binary");
    commands.forEach(all::add);
    all.add("quit");
    return tnftp(site, "-n", "-i").typing(all).run();
  }

  private static Command tnftp(Site site, String... words) {
    Command tnftp = Command.of(site, "tnftp", "-V");
    return (site.active() ? tnftp.with("-A") : tnftp).with(words);
  }

  private static String quoted(Object path) {
    return "\"" + path + "\"";
  }

  /// What it has of TLS is for HTTPS.
  @Override
  public boolean speaksTls() {
    return false;
  }

  /// Its commands know no way to write a quotation mark inside quotation marks.
  @Override
  public boolean canSay(Operation operation, String name) {
    return !name.contains("\"");
  }

  @Override
  public List<String> list(Site site, String folder) throws IOException {
    return type(site, Stream.of("cd " + quoted("/" + folder), "nlist")).lines().toList();
  }

  @Override
  public void download(Site site, String remote, Path local) throws IOException {
    String _ = type(site, Stream.of("get " + quoted("/" + remote) + " " + quoted(local)));
  }

  @Override
  public String digest(Site site, String remote) throws IOException {
    return tnftp(site, "-o", "-", site.urlWithPassword(remote)).digest();
  }

  @Override
  public void resumeDownload(Site site, String remote, Path local) throws IOException {
    String _ = type(site, Stream.of("reget " + quoted("/" + remote) + " " + quoted(local)));
  }

  @Override
  public void mirrorDown(Site site, String folder, Path into) throws IOException {
    List<String> commands = new ArrayList<>();
    for (String inner : list(site, folder)) {
      Path local = Files.createDirectories(into.resolve(folder, inner));
      commands.add("lcd " + quoted(local));
      commands.add("cd " + quoted("/" + folder + "/" + inner));
      commands.add("mget *");
    }
    String _ = type(site, commands.stream());
  }

  @Override
  public void upload(Site site, Path local, String remote) throws IOException {
    String _ = type(site, Stream.of("put " + quoted(local) + " " + quoted("/" + remote)));
  }

  @Override
  public Running beginUpload(Site site, String remote) throws IOException {
    return tnftp(site, "-u", site.urlWithPassword(remote), "-").begin();
  }

  @Override
  public void resumeUpload(Site site, Path local, String remote) throws IOException {
    // It has no "reput": people ask for the size and say "restart".
    String told = type(site, Stream.of("size " + quoted("/" + remote))).strip();
    String length = told.substring(told.lastIndexOf('\t') + 1);
    String put = "put " + quoted(local) + " " + quoted("/" + remote);
    String _ = type(site, Stream.of("restart " + length, put));
  }

  @Override
  public void mirrorUp(Site site, Path folder) throws IOException {
    String name = folder.getFileName().toString();
    List<String> commands = new ArrayList<>(List.of("mkdir " + quoted("/" + name)));
    for (Path inner : Content.foldersIn(folder)) {
      String remote = quoted("/" + name + "/" + inner.getFileName());
      commands.addAll(List.of("mkdir " + remote, "cd " + remote, "lcd " + quoted(inner), "mput *"));
    }
    String _ = type(site, commands.stream());
  }

  @Override
  public void rename(Site site, String from, String to) throws IOException {
    String _ = type(site, Stream.of("rename " + quoted(from) + " " + quoted(to)));
  }

  @Override
  public void delete(Site site, String remote) throws IOException {
    String _ = type(site, Stream.of("delete " + quoted(remote)));
  }

  @Override
  public String toString() {
    return "tnftp";
  }
}
