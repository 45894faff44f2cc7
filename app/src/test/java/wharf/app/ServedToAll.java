package wharf.app;

import java.io.Closeable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import org.jspecify.annotations.Nullable;
import wharf.files.Tree;
import wharf.ftp.server.FtpService;
import wharf.net.TlsIdentity;
import wharf.server.Endpoint;
import wharf.server.Server;
import wharf.server.ServerModel;
import wharf.server.TlsSettings;
import wharf.users.Account;
import wharf.users.Accounts;

/// A folder in which everybody may write, served in this process by a server that a test has at
/// hand; [Served] is what `wharf serve` makes of one.
record ServedToAll(Path root, Tree tree, Server server) implements Closeable {
  /// Serves the folder `root` in `folder`.
  ///
  /// @param identity for clients that ask for TLS; null for no TLS
  static ServedToAll in(Path folder, @Nullable TlsIdentity identity) throws IOException {
    Path root = Files.createDirectories(folder.resolve("root"));
    Tree tree = Tree.open(root, InstantSource.system());
    Accounts accounts =
        new Accounts(List.of(), Account.writer(Account.ANONYMOUS), new PasswordForms());
    FtpService.Tls tls = identity == null ? FtpService.Tls.OFF : FtpService.Tls.ALLOWED;
    InetSocketAddress here = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    Server.Options options =
        Server.Options.at(List.of(new Endpoint.Tcp(here, false)))
            .with(ServerModel.named("virtual").orElseThrow());
    return new ServedToAll(
        root,
        tree,
        Server.start(
            new FtpService(tree, accounts, Instant::now, FtpService.Patience.USUAL, tls),
            identity == null
                ? options
                : options.with(TlsSettings.of(() -> identity.serverContext(List.of())))));
  }

  int port() {
    return server.addresses().getFirst().getPort();
  }

  @Override
  public void close() throws IOException {
    server.close();
    tree.close();
  }
}
