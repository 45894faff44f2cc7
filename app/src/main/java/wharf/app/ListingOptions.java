package wharf.app;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import wharf.ftp.client.Entry;
import wharf.ftp.client.Found;
import wharf.ftp.client.FtpClient;
import wharf.ftp.client.FtpException;
import wharf.ftp.client.RemotePath;
import wharf.ftp.client.RemoteWalk;
import wharf.ftp.client.Sessions;
import wharf.ftp.client.Visitor;

/// How a folder is listed; by the verb and in the shell.
final class ListingOptions {
  @Option(names = "-l", description = "Also permissions, owner, group, and where links lead.")
  private boolean detailed;

  @Option(
      names = "--plain",
      description =
          "Columns that never change, with a tab between each two: type, size, time, mode, owner,"
              + " group, name.")
  private boolean plain;

  @Option(
      names = {"-R", "--recursive"},
      description = "Also what is in its folders, in the order of names.")
  private boolean recursive;

  /// Lists a folder, or one file.
  ///
  /// @param named whether each is called by its path on the server, not by its name; for one list
  ///   of several places
  void list(Sessions sessions, String path, boolean named, Results results) throws FtpException {
    EntryPrinter printer =
        plain ? EntryPrinter.PLAIN : detailed ? EntryPrinter.LONG : EntryPrinter.USUAL;
    if (recursive) {
      new RemoteWalk(sessions).through(path, walk(path, named, printer, results));
      return;
    }
    Lines lines = new Lines(path, named, printer, results);
    sessions.run(
        client -> {
          lines.begin();
          if (detailed || plain || results.forPrograms()) {
            client.wantDetails();
          }
          client.list(path, lines::add);
          lines.end(client);
          return true;
        });
  }

  private static Visitor<String> walk(
      String path, boolean named, EntryPrinter printer, Results results) {
    return new Visitor<>() {
      @Override
      public boolean found(Found<String> found) {
        results.add(
            () -> printer.text(found.entry(), named ? found.path() : found.relative()),
            () -> EntryPrinter.json(found.entry(), found.path()));
        return true;
      }

      @Override
      public void failed(String relative, FtpException problem) throws FtpException {
        results.failed(RemotePath.in(path, relative), problem);
      }
    };
  }

  /// A listing of any length, printed as it comes. One that broke off is asked for again, and goes
  /// on where it was.
  private static final class Lines {
    private final String path;
    private final boolean named;
    private final EntryPrinter printer;
    private final Results results;
    private long printed;
    private long come;

    /// The first entry, until it is known whether it is all there is.
    private @Nullable Entry first;

    Lines(String path, boolean named, EntryPrinter printer, Results results) {
      this.path = path;
      this.named = named;
      this.printer = printer;
      this.results = results;
    }

    void begin() {
      come = 0;
      first = null;
    }

    void add(Entry entry) {
      if (come++ == 0) {
        first = entry;
        return;
      }
      passFirst(RemotePath.in(path, first == null ? "" : first.name()));
      print(entry, RemotePath.in(path, entry.name()), come);
    }

    void end(FtpClient client) throws FtpException {
      if (first == null || printed > 0) {
        return;
      }
      // One file in a list of one may be what was named, not something in it.
      boolean itself =
          first.kind() != Entry.Kind.FOLDER
              && first.name().equals(RemotePath.last(path))
              && !client.isFolder(path);
      passFirst(itself ? path : RemotePath.in(path, first.name()));
    }

    private void passFirst(String at) {
      if (first != null) {
        print(first, at, 1);
        first = null;
      }
    }

    private void print(Entry entry, String at, long number) {
      if (number > printed) {
        printed = number;
        results.add(
            () -> printer.text(entry, named ? at : entry.name()),
            () -> EntryPrinter.json(entry, at));
      }
    }
  }
}
