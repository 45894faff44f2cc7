package wharf.app.interop;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.apache.ftpserver.DataConnectionConfigurationFactory;
import org.apache.ftpserver.FtpServer;
import org.apache.ftpserver.FtpServerFactory;
import org.apache.ftpserver.ftplet.FtpException;
import org.apache.ftpserver.listener.Listener;
import org.apache.ftpserver.listener.ListenerFactory;
import org.apache.ftpserver.ssl.SslConfigurationFactory;
import org.apache.ftpserver.usermanager.ClearTextPasswordEncryptor;
import org.apache.ftpserver.usermanager.PropertiesUserManagerFactory;
import org.apache.ftpserver.usermanager.impl.BaseUser;
import org.apache.ftpserver.usermanager.impl.WritePermission;

/// Apache FtpServer in this process.
final class Apache {
  private Apache() {}

  static RealServer.Running start(Path served, Security security) throws IOException {
    ListenerFactory listeners = new ListenerFactory();
    listeners.setServerAddress("127.0.0.1");
    listeners.setPort(0);
    if (security.isTls()) {
      SslConfigurationFactory ssl = new SslConfigurationFactory();
      ssl.setKeystoreFile(Certificate.only().store().toFile());
      ssl.setKeystoreType("PKCS12");
      ssl.setKeystorePassword(Certificate.PASSWORD);
      ssl.setSslProtocol(new String[] {"TLSv" + security.version()});
      listeners.setSslConfiguration(ssl.createSslConfiguration());
      listeners.setImplicitSsl(security.isImplicit());
      DataConnectionConfigurationFactory data = new DataConnectionConfigurationFactory();
      data.setSslConfiguration(ssl.createSslConfiguration());
      listeners.setDataConnectionConfiguration(data.createDataConnectionConfiguration());
    }
    PropertiesUserManagerFactory users = new PropertiesUserManagerFactory();
    users.setPasswordEncryptor(new ClearTextPasswordEncryptor());
    FtpServerFactory factory = new FtpServerFactory();
    factory.setUserManager(users.createUserManager());
    BaseUser user = new BaseUser();
    user.setName(Site.USER);
    user.setPassword(Site.PASSWORD);
    user.setHomeDirectory(served.toString());
    user.setAuthorities(List.of(new WritePermission()));
    Listener listener = listeners.createListener();
    factory.addListener("default", listener);
    try {
      factory.getUserManager().save(user);
      FtpServer server = factory.createServer();
      server.start();
      return new RealServer.Running(listener.getPort(), server::stop);
    } catch (FtpException e) {
      throw new IOException(e);
    }
  }
}
