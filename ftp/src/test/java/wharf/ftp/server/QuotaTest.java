package wharf.ftp.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import wharf.files.Quota;

/// What does not fit: refused as early as it can be known, and nothing is left of it. A world has
/// 39 bytes in 9 files and directories.
class QuotaTest {
  @TempDir Path base;

  @TestFactory
  Stream<DynamicTest> whatIsAnnounced() {
    return Transcript.under(
        Quota.of(100, 20),
        base,
        """
        C: ALLO 101
        S: 552 There is no room for 101 bytes.
        C: ALLO 100
        S: 200 There is room for that.
        C: EPSV
        S: 229 ...
        C: STOR new
        S: 552 /new does not fit: the quota is 100 bytes.
        C: ALLO 71
        S: 200 There is room for that.
        C: STOR data.bin
        S: 150 ...
        > 0123456
        ! FIN
        S: 451 Only 7 of 71 announced bytes came; 7 bytes are kept to resume from.
        C: ALLO 70
        S: 200 ...
        C: EPSV
        S: 229 ...
        C: REST 7
        S: 350 ...
        C: STOR data.bin
        S: 150 ...
        > 789
        ! FIN
        S: 451 Only 3 of 70 announced bytes came; 10 bytes are kept to resume from.
        C: ALLO 200
        S: 552 ...
        """,
        (world, _) -> assertThat(world.published()).doesNotContainKey("new"));
  }

  @TestFactory
  Stream<DynamicTest> whatComesUnannounced() {
    return Transcript.under(
        Quota.of(49, 20),
        base,
        """
        C: EPSV
        S: 229 ...
        C: STOR new
        S: 150 ...
        > 0123456789
        ! FIN
        S: 226 ...
        C: EPSV
        S: 229 ...
        C: STOR more
        S: 150 ...
        > 0
        S: 552 /more does not fit: the quota is 49 bytes.
        C: SIZE more
        S: 550 ...
        C: EPSV
        S: 229 ...
        C: APPE new
        S: 150 ...
        > 0
        S: 552 /new does not fit: the quota is 49 bytes.
        C: EPSV
        S: 229 ...
        C: STOR new
        S: 150 ...
        > 9876543210
        ! FIN
        S: 226 ...
        C: SITE QUOTA
        S: 200-The quota of this folder:
        S:  49 of 49 bytes are in use
        S:  10 of 20 files and directories are in use
        S: 200 There is room for 0 bytes.
        C: AVBL
        S: 213 0
        """,
        (world, _) -> {
          assertThat(world.content("new")).isEqualTo("9876543210");
          assertThat(world.parts()).isZero();
        });
  }

  @TestFactory
  Stream<DynamicTest> filesAndDirectories() {
    return Transcript.under(
        Quota.of(Long.MAX_VALUE, 10),
        base,
        """
        C: MKD new
        S: 257 ...
        C: MKD more
        S: 552 /more cannot be made: the quota of 10 files and directories is used up.
        C: EPSV
        S: 229 ...
        C: STOR more
        S: 552 /more cannot be made: the quota of 10 files and directories is used up.
        C: SITE COPY data.bin more
        S: 552 ...
        C: SITE SYMLINK data.bin more
        S: 552 ...
        C: RMD new
        S: 250 ...
        C: STOR more
        S: 150 ...
        > 0
        ! FIN
        S: 226 ...
        C: SITE QUOTA
        S: 200-The quota of this folder:
        S:  10 of 10 files and directories are in use
        S: /200 There is room for [0-9]+ bytes./
        """,
        (world, _) -> assertThat(world.published()).containsKey("more"));
  }
}
