package wharf.ftp.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ListenerTest {
  private final List<String> heard = new CopyOnWriteArrayList<>();

  private final class Heard implements Listener {
    @Override
    public void sent(String line) {
      heard.add("> " + line);
    }

    @Override
    public void received(Reply reply) {
      heard.add("< " + reply.code());
    }
  }

  @Test
  void hearsTheDialogueAndNoPassword() throws IOException {
    try (FaultyServer server = new FaultyServer()) {
      Site site = Site.at("127.0.0.1").port(server.port()).over(Tls.off());
      Login ann = new Login("ann", "sesame");
      FtpClient.connect(site.as(ann).heardBy(Heard::new)).close();
    }
    assertThat(heard)
        .startsWith("< 220", "> USER ann", "< 331", "> PASS ****", "< 230")
        .endsWith("> QUIT", "< 221");
    assertThat(heard.toString()).doesNotContain("sesame");
  }
}
