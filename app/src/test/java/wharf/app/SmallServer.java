package wharf.app;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/// The least that the verbs need of a server: files in one folder, in memory. `RETR half` sends
/// half and stops there; `RETR lost` also hangs up, `RETR stall` goes on when the client has gone;
/// `DELE hangup` hangs up.
final class SmallServer implements Closeable {
  final Map<String, byte[]> files = new ConcurrentHashMap<>();
  final List<String> commands = new CopyOnWriteArrayList<>();
  private final ServerSocket listener;

  SmallServer() throws IOException {
    listener = new ServerSocket(0, 20, InetAddress.getLoopbackAddress());
    Thread _ = Thread.ofVirtual().start(this::accept);
  }

  String place() {
    return "127.0.0.1:" + listener.getLocalPort();
  }

  private void accept() {
    try {
      while (true) {
        Socket control = listener.accept();
        Thread _ = Thread.ofVirtual().start(() -> serve(control));
      }
    } catch (IOException _) {
      // The test is over.
    }
  }

  private void serve(Socket control) {
    try (control) {
      // A new one for each EPSV: what connected for a refused transfer must not serve the next.
      ServerSocket passive = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
      BufferedReader in =
          new BufferedReader(new InputStreamReader(control.getInputStream(), UTF_8));
      say(control, "220 ready");
      String line;
      String folder = "/";
      while ((line = in.readLine()) != null) {
        commands.add(line);
        int space = line.indexOf(' ');
        String argument = space < 0 ? "" : line.substring(space + 1);
        byte[] file = files.get(argument);
        switch (space < 0 ? line : line.substring(0, space)) {
          case "USER" -> say(control, "331 password");
          case "PASS" -> say(control, argument.equals("wrong") ? "530 no" : "230 in");
          case "FEAT" -> say(control, "211-f\r\n UTF8\r\n MLST type*;\r\n211 end");
          case "EPSV" -> {
            passive.close();
            passive = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
            say(control, "229 (|||" + passive.getLocalPort() + "|)");
          }
          case "SIZE" -> say(control, file == null ? "550 No such file" : "213 " + file.length);
          case "PWD" -> say(control, "257 \"" + folder + "\"");
          case "CWD" -> {
            boolean missing = argument.equals("missing") || files.containsKey(argument);
            folder = missing ? folder : argument;
            say(control, missing ? "550 No such folder" : "250 ok");
          }
          case "MLSD" -> {
            say(control, "150 coming");
            try (Socket data = passive.accept()) {
              for (var entry : files.entrySet()) {
                String facts = "type=file;size=" + entry.getValue().length + "; ";
                data.getOutputStream().write((facts + entry.getKey() + "\r\n").getBytes(UTF_8));
              }
            }
            say(control, "226 complete");
          }
          case "RETR" -> {
            if (!retrieve(control, passive, argument, file)) {
              return;
            }
          }
          case "STOR" -> {
            if (argument.equals("secret")) {
              say(control, "553 not allowed");
              continue;
            }
            say(control, "150 send");
            try (Socket data = passive.accept()) {
              files.put(argument, data.getInputStream().readAllBytes());
            }
            say(control, "226 complete");
          }
          case "DELE" -> {
            if (argument.equals("hangup")) {
              return;
            }
            say(control, files.remove(argument) == null ? "550 No such file" : "250 gone");
          }
          case "QUIT" -> {
            say(control, "221 bye");
            return;
          }
          case "TYPE", "NOOP", "OPTS" -> say(control, "200 ok");
          default -> say(control, "502 no");
        }
      }
    } catch (IOException _) {
      // The client is gone.
    }
  }

  private static boolean retrieve(
      Socket control, ServerSocket passive, String name, byte @Nullable [] file)
      throws IOException {
    if (file == null) {
      say(control, "550 No such file");
      return true;
    }
    say(control, "150 coming");
    boolean part = name.equals("half") || name.equals("lost") || name.equals("stall");
    try (Socket data = passive.accept()) {
      data.getOutputStream().write(file, 0, part ? file.length / 2 : file.length);
      if (name.equals("stall")) {
        int _ = data.getInputStream().read();
      }
    }
    if (name.equals("lost")) {
      return false;
    }
    say(control, "226 complete");
    return true;
  }

  private static void say(Socket control, String reply) throws IOException {
    control.getOutputStream().write((reply + "\r\n").getBytes(UTF_8));
  }

  @Override
  public void close() throws IOException {
    listener.close();
  }
}
