package wharf.app.interop;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.time.Duration;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.apache.commons.net.ftp.FTP;
import org.apache.commons.net.ftp.FTPClient;
import org.apache.commons.net.ftp.FTPFile;
import org.apache.commons.net.ftp.FTPSClient;

/// Apache Commons Net, in this JVM.
final class CommonsNet implements RealClient {
  private interface Work<T> {
    T with(FTPClient client) throws IOException;
  }

  private static FTPClient login(Site site) throws IOException {
    FTPClient client = site.security().isTls() ? secure(site.security()) : new FTPClient();
    client.setControlEncoding("UTF-8");
    client.setDefaultTimeout(300_000);
    client.setDataTimeout(Duration.ofMinutes(5));
    client.connect(site.at().getAddress(), site.at().getPort());
    require(client.login(Site.USER, Site.PASSWORD), client);
    if (client instanceof FTPSClient secure) {
      secure.execPBSZ(0);
      secure.execPROT("P");
    }
    require(client.setFileType(FTP.BINARY_FILE_TYPE), client);
    if (site.active()) {
      client.enterLocalActiveMode();
    } else {
      client.enterLocalPassiveMode();
    }
    return client;
  }

  private static FTPSClient secure(Security security) throws IOException {
    try {
      KeyStore trusted = KeyStore.getInstance("PKCS12");
      trusted.load(null, null);
      trusted.setCertificateEntry("harbour", Certificate.only().identity().certificate());
      TrustManagerFactory managers = TrustManagerFactory.getInstance("PKIX");
      managers.init(trusted);
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(null, managers.getTrustManagers(), null);
      FTPSClient client = new FTPSClient(security.isImplicit(), context);
      client.setEnabledProtocols(new String[] {"TLSv" + security.version()});
      return client;
    } catch (GeneralSecurityException e) {
      throw new AssertionError("every JDK has TLS", e);
    }
  }

  private static <T> T session(Site site, Work<T> work) throws IOException {
    FTPClient client = login(site);
    try {
      T result = work.with(client);
      require(client.logout(), client);
      return result;
    } finally {
      client.disconnect();
    }
  }

  private static boolean require(boolean done, FTPClient client) throws IOException {
    if (!done) {
      throw new IOException(client.getReplyString());
    }
    return true;
  }

  /// Java's socket takes each data connection for one to another server, for the port is another.
  @Override
  public Resumption resumption(Security security) {
    return Resumption.NEVER;
  }

  @Override
  public List<String> list(Site site, String folder) throws IOException {
    return session(
        site,
        client -> {
          require(client.changeWorkingDirectory("/" + folder), client);
          String[] names = client.listNames();
          require(names != null, client);
          return List.of(names);
        });
  }

  @Override
  public void download(Site site, String remote, Path local) throws IOException {
    try (OutputStream to = Files.newOutputStream(local)) {
      boolean _ = session(site, client -> require(client.retrieveFile(remote, to), client));
    }
  }

  @Override
  public String digest(Site site, String remote) throws IOException {
    return session(
        site,
        client -> {
          client.setBufferSize(1 << 18);
          String sha256;
          try (InputStream content = client.retrieveFileStream(remote)) {
            require(content != null, client);
            sha256 = Content.sha256(content);
          }
          require(client.completePendingCommand(), client);
          return sha256;
        });
  }

  @Override
  public void resumeDownload(Site site, String remote, Path local) throws IOException {
    try (OutputStream to = Files.newOutputStream(local, StandardOpenOption.APPEND)) {
      boolean _ =
          session(
              site,
              client -> {
                client.setRestartOffset(Files.size(local));
                return require(client.retrieveFile(remote, to), client);
              });
    }
  }

  @Override
  public void mirrorDown(Site site, String folder, Path into) throws IOException {
    boolean _ =
        session(
            site,
            client -> {
              mirrorDown(client, folder, into.resolve(folder));
              return true;
            });
  }

  private static void mirrorDown(FTPClient client, String remote, Path local) throws IOException {
    Files.createDirectory(local);
    for (FTPFile entry : client.listFiles(remote)) {
      String there = remote + "/" + entry.getName();
      Path here = local.resolve(entry.getName());
      if (entry.isDirectory()) {
        mirrorDown(client, there, here);
      } else {
        try (OutputStream to = Files.newOutputStream(here)) {
          require(client.retrieveFile(there, to), client);
        }
      }
    }
  }

  @Override
  public void upload(Site site, Path local, String remote) throws IOException {
    try (InputStream content = Files.newInputStream(local)) {
      boolean _ =
          session(
              site,
              client -> {
                client.setBufferSize(1 << 18);
                return require(client.storeFile(remote, content), client);
              });
    }
  }

  @Override
  public Running beginUpload(Site site, String remote) throws IOException {
    FTPClient client = login(site);
    OutputStream feed = client.storeFileStream(remote);
    require(feed != null, client);
    return new Running() {
      @Override
      public OutputStream feed() {
        return feed;
      }

      @Override
      public void kill() {
        try {
          // In the order in which the system closes what a dead process had open: the youngest
          // first.
          feed.close();
          client.disconnect();
        } catch (IOException e) {
          throw new UncheckedIOException(e);
        }
      }
    };
  }

  @Override
  public void resumeUpload(Site site, Path local, String remote) throws IOException {
    boolean _ =
        session(
            site,
            client -> {
              long size = Long.parseLong(client.getSize(remote));
              client.setRestartOffset(size);
              try (InputStream content = Files.newInputStream(local)) {
                content.skipNBytes(size);
                return require(client.storeFile(remote, content), client);
              }
            });
  }

  @Override
  public void mirrorUp(Site site, Path folder) throws IOException {
    boolean _ =
        session(
            site,
            client -> {
              String name = folder.getFileName().toString();
              require(client.makeDirectory(name), client);
              for (Path inner : Content.foldersIn(folder)) {
                require(client.makeDirectory(name + "/" + inner.getFileName()), client);
              }
              for (Path file : Content.filesIn(folder)) {
                try (InputStream content = Files.newInputStream(file)) {
                  String remote = name + "/" + folder.relativize(file);
                  require(client.storeFile(remote, content), client);
                }
              }
              return true;
            });
  }

  @Override
  public void rename(Site site, String from, String to) throws IOException {
    boolean _ = session(site, client -> require(client.rename(from, to), client));
  }

  @Override
  public void delete(Site site, String remote) throws IOException {
    boolean _ = session(site, client -> require(client.deleteFile(remote), client));
  }

  @Override
  public String toString() {
    return "Commons Net";
  }
}
