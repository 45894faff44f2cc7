package wharf.app;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import wharf.ftp.client.FtpException;
import wharf.ftp.client.FtpUrl;
import wharf.ftp.client.Mirror;
import wharf.ftp.client.MirrorOptions;
import wharf.ftp.client.Sessions;
import wharf.ftp.client.Site;

/// `wharf mirror SOURCE TARGET`.
@Command(
    name = "mirror",
    mixinStandardHelpOptions = true,
    description = {
      "Makes one folder like another: TARGET gets what is in SOURCE.",
      "One of them is here, the other on a server. Files that differ in size or time are moved;"
          + " what TARGET has besides stays, unless --delete is given.%n",
    },
    footer = {
      "",
      "Examples:",
      "  wharf mirror ftp://ftp.example.org/pub/dist dist",
      "  wharf mirror -n --delete site ftp://alice@files.example.org/www",
      "  wharf mirror --exclude '*.tmp' --exclude cache/ site ftp://alice@files.example.org/www",
    })
final class MirrorVerb implements Callable<Integer> {
  @ParentCommand private @Nullable Main main;
  @Mixin private RemoteOptions remote = new RemoteOptions();
  @Mixin private MovingOptions how = new MovingOptions();

  @Option(
      names = "--delete",
      description =
          "At the end, delete in TARGET what SOURCE does not have; nothing if SOURCE could not be"
              + " seen whole, or is empty.")
  private boolean delete;

  @Parameters(index = "0", paramLabel = "SOURCE", description = "A folder, or a URL of one.")
  private String source = "";

  @Parameters(index = "1", paramLabel = "TARGET", description = "A URL of a folder, or a folder.")
  private String target = "";

  @Override
  public Integer call() throws FtpException {
    Main program = Objects.requireNonNull(main);
    Surroundings around = program.around();
    boolean down = Get.isUrl(source);
    if (down == Get.isUrl(target)) {
      throw remote.usage(
          down
              ? "one of the folders is here: only one URL is given"
              : "one of the folders is on a server: ftp://HOST/FOLDER");
    }
    FtpUrl url = remote.url(down ? source : target);
    Path here = around.folder().resolve(down ? target : source);
    if (!down && !Files.isDirectory(here)) {
      throw new FtpException.LocalDisk("there is no folder " + source, null);
    }
    MirrorOptions options = how.tree(delete);
    String there = url.path().replaceFirst("(?<=.)/+$", "");
    Report report =
        new Report(program, "mirror", how, remote.quiet(), remote.verbose(), url.withPath(""));
    Site site = remote.site(url);
    int code =
        report.of(
            () -> {
              try (Sessions sessions = Sessions.with(site, how.jobs(), how.retries(), report)) {
                report.add(
                    down
                        ? Mirror.download(sessions, there, here, options, report)
                        : Mirror.upload(sessions, here, there, options, report));
              }
            });
    if (report.mayGoOn()) {
      remote.tellToGoOn("");
    }
    return code;
  }
}
