package wharf.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import wharf.ftp.client.FtpException;

class ExitCodeTest {
  /// Scripts rely on these: none may change.
  @Test
  void eachMeaningHasItsCode() {
    Map<FtpException, Integer> codes = new LinkedHashMap<>();
    codes.put(new FtpException.Refused("", 451), 1);
    codes.put(new FtpException.Protocol(""), 1);
    codes.put(new FtpException.Incomplete("", null), 1);
    codes.put(new FtpException.Unreachable("", null), 3);
    codes.put(new FtpException.Full(""), 3);
    codes.put(new FtpException.ConnectionLost("", null), 3);
    codes.put(new FtpException.Untrusted("", null), 4);
    codes.put(new FtpException.LoginRefused(""), 5);
    codes.put(new FtpException.NotFound(""), 6);
    codes.put(new FtpException.NotPermitted(""), 7);
    codes.put(new FtpException.NoSpace(""), 7);
    codes.put(new FtpException.LocalDisk("", null), 8);
    codes.put(new FtpException.TimedOut("", null), 9);
    codes.put(new FtpException.Mismatch(""), 10);
    codes.put(new FtpException.Cancelled(), 130);
    assertThat(codes.keySet())
        .extracting(Object::getClass)
        .containsExactlyInAnyOrder(FtpException.class.getPermittedSubclasses());
    codes.forEach((problem, code) -> assertThat(ExitCode.of(problem).number()).isEqualTo(code));
    assertThat(ExitCode.OK.number()).isZero();
    assertThat(ExitCode.USAGE.number()).isEqualTo(2);
    assertThat(ExitCode.TRUST.number()).isEqualTo(4);
  }
}
