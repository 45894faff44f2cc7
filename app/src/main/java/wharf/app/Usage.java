package wharf.app;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Option;
import wharf.ftp.client.Entry;
import wharf.ftp.client.Found;
import wharf.ftp.client.FtpException;
import wharf.ftp.client.Printable;
import wharf.ftp.client.RemotePath;
import wharf.ftp.client.RemoteWalk;
import wharf.ftp.client.Sessions;
import wharf.ftp.client.Visitor;

/// How much is in folders; by `wharf du` and in the shell.
final class Usage {
  @Option(
      names = {"-s", "--summarize"},
      description = "Only the sum of each that is named.")
  private boolean summarize;

  @Option(
      names = {"-d", "--max-depth"},
      paramLabel = "N",
      description = "Print only folders so deep below it; all are counted.")
  private int depth = Integer.MAX_VALUE;

  @Option(
      names = {"-h", "--human"},
      description = "Sizes as 1.2 MiB.")
  private boolean human;

  /// What is in a folder, and below it.
  private static final class Sum {
    private long bytes;
    private long files;

    private void add(long moreBytes, long moreFiles) {
      bytes += moreBytes;
      files += moreFiles;
    }
  }

  /// Adds up a folder, or one file. What cannot be looked into is told, and not counted.
  void tell(Sessions sessions, String path, Results results) throws FtpException {
    // A folder comes after the one that it is in; the first is the one that was named.
    Map<String, Sum> sums = new LinkedHashMap<>();
    Sum top = new Sum();
    sums.put("", top);
    Entry there = sessions.run(client -> client.stat(path));
    if (there.kind() == Entry.Kind.FOLDER) {
      new RemoteWalk(sessions).through(path, adding(sums, path, results));
    } else {
      top.add(Math.max(0, there.size()), 1);
    }
    List<String> folders = new ArrayList<>(sums.keySet());
    for (String folder : folders.reversed()) {
      Sum sum = sums.getOrDefault(folder, top);
      if (sum != top) {
        sums.getOrDefault(parent(folder), top).add(sum.bytes, sum.files);
      }
      if (sum == top || (!summarize && depth(folder) <= depth)) {
        print(folder.isEmpty() ? path : RemotePath.in(path, folder), sum, results);
      }
    }
  }

  private static Visitor<String> adding(Map<String, Sum> sums, String path, Results results) {
    return new Visitor<>() {
      @Override
      public boolean found(Found<String> found) {
        if (found.entry().kind() == Entry.Kind.FOLDER) {
          sums.put(found.relative(), new Sum());
        } else {
          Sum in = sums.computeIfAbsent(parent(found.relative()), _ -> new Sum());
          in.add(Math.max(0, found.entry().size()), 1);
        }
        return true;
      }

      @Override
      public void failed(String relative, FtpException problem) throws FtpException {
        results.failed(RemotePath.in(path, relative), problem);
      }
    };
  }

  private void print(String path, Sum sum, Results results) {
    results.add(
        () ->
            "%s\t%s"
                .formatted(
                    human ? Amount.bytes(sum.bytes) : Long.toString(sum.bytes),
                    path.isEmpty() ? "." : Printable.of(path)),
        () -> new Json.Fields().add("path", path).add("bytes", sum.bytes).add("files", sum.files));
  }

  private static String parent(String relative) {
    return relative.substring(0, Math.max(0, relative.lastIndexOf('/')));
  }

  private static int depth(String relative) {
    return 1 + (int) relative.chars().filter(c -> c == '/').count();
  }
}
