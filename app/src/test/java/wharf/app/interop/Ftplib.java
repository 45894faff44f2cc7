package wharf.app.interop;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// Python's ftplib, through a script as people write them.
final class Ftplib implements RealClient {
  private static final String SCRIPT =
      """
      import ftplib, os, ssl, sys
      host, port, user, password, active, kind, version, trusted, what, *words = sys.argv[1:]

      # It knows no implicit FTPS; this is what people write.
      class Implicit(ftplib.FTP_TLS):
          _sock = None
          @property
          def sock(self):
              return self._sock
          @sock.setter
          def sock(self, value):
              if value is not None and not isinstance(value, ssl.SSLSocket):
                  value = self.context.wrap_socket(value, server_hostname=self.host)
              self._sock = value

      if kind == 'PLAIN':
          ftp = ftplib.FTP(timeout=300)
      else:
          context = ssl.create_default_context(cafile=trusted)
          context.minimum_version = context.maximum_version = ssl.TLSVersion['TLSv' + version]
          client = Implicit if kind == 'IMPLICIT' else ftplib.FTP_TLS
          ftp = client(context=context, timeout=300)
      ftp.connect(host, int(port))
      ftp.login(user, password)
      if kind != 'PLAIN':
          ftp.prot_p()
      ftp.set_pasv(active != 'true')
      out = sys.stdout.buffer

      def get(remote, local, mode='wb', rest=None):
          with open(local, mode) as to:
              ftp.retrbinary('RETR ' + remote, to.write, 1 << 16, rest)

      def put(local, remote):
          with open(local, 'rb') as content:
              ftp.storbinary('STOR ' + remote, content, 1 << 16)

      def resume_put(local, remote):
          ftp.voidcmd('TYPE I')
          size = ftp.size(remote)
          with open(local, 'rb') as content:
              content.seek(size)
              ftp.storbinary('STOR ' + remote, content, 1 << 16, rest=size)

      def mirror_down(remote, local):
          os.mkdir(local)
          for name, facts in list(ftp.mlsd(remote)):
              there, here = remote + '/' + name, os.path.join(local, name)
              mirror_down(there, here) if facts['type'] == 'dir' else get(there, here)

      def mirror_up(local, remote):
          ftp.mkd(remote)
          for entry in os.scandir(local):
              there = remote + '/' + entry.name
              mirror_up(entry.path, there) if entry.is_dir() else put(entry.path, there)

      match what:
          case 'list':
              ftp.cwd('/' + words[0])
              out.write(''.join(name + '\\n' for name in ftp.nlst()).encode())
          case 'get': get(*words)
          case 'cat': ftp.retrbinary('RETR ' + words[0], out.write, 1 << 18)
          case 'resume-get': get(*words, mode='ab', rest=os.path.getsize(words[1]))
          case 'mirror-down': mirror_down(*words)
          case 'put': put(*words)
          case 'put-stdin': ftp.storbinary('STOR ' + words[0], sys.stdin.buffer)
          case 'resume-put': resume_put(*words)
          case 'mirror-up': mirror_up(*words)
          case 'rename': ftp.rename(*words)
          case 'delete': ftp.delete(*words)
      out.flush()
      ftp.quit()
      """;

  private static Command python(Site site, String what, Object... words) {
    List<String> all = new ArrayList<>(List.of("python3", "-I", "-c", SCRIPT));
    all.addAll(List.of(site.address(), site.port(), Site.USER, Site.PASSWORD));
    Security security = site.security();
    all.addAll(List.of(Boolean.toString(site.active()), security.kind().name()));
    all.addAll(List.of(security.version().replace('.', '_')));
    all.addAll(List.of(security.isTls() ? Certificate.only().shown().toString() : "", what));
    for (Object word : words) {
      all.add(word.toString());
    }
    return Command.of(site, all);
  }

  /// Each of its data connections has a handshake of its own.
  @Override
  public Resumption resumption(Security security) {
    return Resumption.NEVER;
  }

  @Override
  public List<String> list(Site site, String folder) throws IOException {
    return python(site, "list", folder).run().lines().toList();
  }

  @Override
  public void download(Site site, String remote, Path local) throws IOException {
    python(site, "get", remote, local).run();
  }

  @Override
  public String digest(Site site, String remote) throws IOException {
    return python(site, "cat", remote).digest();
  }

  @Override
  public void resumeDownload(Site site, String remote, Path local) throws IOException {
    python(site, "resume-get", remote, local).run();
  }

  @Override
  public void mirrorDown(Site site, String folder, Path into) throws IOException {
    python(site, "mirror-down", folder, into.resolve(folder)).run();
  }

  @Override
  public void upload(Site site, Path local, String remote) throws IOException {
    python(site, "put", local, remote).run();
  }

  @Override
  public Running beginUpload(Site site, String remote) throws IOException {
    return python(site, "put-stdin", remote).begin();
  }

  @Override
  public void resumeUpload(Site site, Path local, String remote) throws IOException {
    python(site, "resume-put", local, remote).run();
  }

  @Override
  public void mirrorUp(Site site, Path folder) throws IOException {
    python(site, "mirror-up", folder, folder.getFileName()).run();
  }

  @Override
  public void rename(Site site, String from, String to) throws IOException {
    python(site, "rename", from, to).run();
  }

  @Override
  public void delete(Site site, String remote) throws IOException {
    python(site, "delete", remote).run();
  }

  @Override
  public String toString() {
    return "ftplib";
  }
}
