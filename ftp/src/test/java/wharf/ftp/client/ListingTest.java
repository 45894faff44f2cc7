package wharf.ftp.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import wharf.ftp.client.Entry.Details;
import wharf.ftp.client.Entry.Kind;

class ListingTest {
  private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");

  @Test
  void readsMachineListings() {
    assertThat(Listing.mlsd("Type=file;Size=3;Modify=20260102030405.123;UNIX.mode=0644;  a b"))
        .isEqualTo(
            new Entry(
                " a b",
                Kind.FILE,
                3,
                Instant.parse("2026-01-02T03:04:05.123Z"),
                new Details(0644, null, null, null, null)));
    assertThat(
            details(
                "type=OS.unix=slink:/Y;UNIX.ownername=ann;UNIX.owner=7;UNIX.gid=8;unique=a=b; x"))
        .isEqualTo(new Details(-1, "ann", "8", "/Y", "a=b"));
    assertThat(details("type=file;UNIX.mode=0999; x").mode()).isEqualTo(-1);
    assertThat(kind("type=dir; x")).isEqualTo(Kind.FOLDER);
    assertThat(kind("type=OS.unix=slink:/y; x")).isEqualTo(Kind.LINK);
    assertThat(kind("type=OS.unix=symlink; x")).isEqualTo(Kind.LINK);
    assertThat(kind("size=many;modify=yesterday; x")).isEqualTo(Kind.OTHER);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"type=cdir; .", "type=pdir; ..", "type=dir; ..", "type=file;", "", "type=file; "})
  void whatIsNoEntryIsSkipped(String line) {
    assertThat(Listing.mlsd(line)).isNull();
  }

  @ParameterizedTest
  @CsvSource({
    "'-rw-r--r--    1 ftp      ftp             3 Jan  2 03:04 a b', FILE, 3, 2026-01-02T03:04:00Z,"
        + " 'a b'",
    "'-rw-r--r-- 1 o g 3 Apr 2 03:04 x',    FILE,   3,  2025-04-02T03:04:00Z, x",
    "'-rw-r--r-- 1 o g 3 Mar 2 03:04 x',    FILE,   3,  2026-03-02T03:04:00Z, x",
    "'-rw-r--r-- 1 o g 3 Feb 29 03:04 x',   FILE,   3,  2024-02-29T03:04:00Z, x",
    "'drwxr-xr-x 2 o g 4096 Dec 31 1999  x', FOLDER, -1, 1999-12-31T00:00:00Z, ' x'",
    "'lrwxrwxrwx 1 o g 3 Jan 2 2020 x -> y', LINK,   3,  2020-01-02T00:00:00Z, x",
    "'crw-rw-rw- 1 o g 1, 3 Jan 2 2020 null', OTHER, 3,  2020-01-02T00:00:00Z, 'null'",
    "'-rw-r--r-- 1 o with spaces 3 Jan 2 2020 x', FILE, 3, 2020-01-02T00:00:00Z, x",
    "'-rw-r--r-- 3 Jan 2 2020 x',           FILE,   3,  2020-01-02T00:00:00Z, x",
    "'-rw-r--r-- 1 o g 3 2020-01-02 03:04 x', FILE, 3,  2020-01-02T03:04:00Z, x",
    "'01-02-20  03:04PM       <DIR>          a b', FOLDER, -1, 2020-01-02T15:04:00Z, 'a b'",
    "'01-02-2020  12:04AM                 12 x', FILE, 12, 2020-01-02T00:04:00Z, x",
  })
  void readsWhatPeopleRead(String line, Kind kind, long size, Instant modified, String name) {
    Entry entry = Objects.requireNonNull(Listing.list(line, NOW));
    assertThat(new Entry(entry.name(), entry.kind(), entry.size(), entry.modified()))
        .isEqualTo(new Entry(name, kind, size, modified));
  }

  @ParameterizedTest
  @CsvSource({
    "'-rw-r--r-- 1 ann staff 3 Jan 2 2020 x', 644, ann, staff,",
    "'-rwsr-Sr-T 1 ann staff 3 Jan 2 2020 x', 7744, ann, staff,",
    "'drwxrwxrwt+ 1 ann 3 Jan 2 2020 x', 1777, ann,,",
    "'lrwxrwxrwx 1 o g 3 Jan 2 2020 x -> ../y z', 777, o, g, ../y z",
    "'-rw-r--r-- 1 o with spaces 3 Jan 2 2020 x', 644,,,",
    "'-rw-r--r-- 3 Jan 2 2020 x', 644,,,",
  })
  void readsWhoseItIs(
      String line,
      String mode,
      @Nullable String owner,
      @Nullable String group,
      @Nullable String target) {
    assertThat(Objects.requireNonNull(Listing.list(line, NOW)).details())
        .isEqualTo(new Details(Integer.parseInt(mode, 8), owner, group, target, null));
  }

  private static Details details(String line) {
    return Objects.requireNonNull(Listing.mlsd(line)).details();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "total 12",
        "",
        "-",
        "-rw-r--r-- 1 o g 3 Jan 2 2020",
        "-rw-r--r-- 1 o g 3 Jan 99 2020 x",
        "-rw-r--r-- 1 o g 3 Feb 30 03:04 x",
        "99-99-99 03:04PM 3 x",
        "drwxr-xr-x 2 o g 4096 Dec 31 1999 ..",
      })
  void whatIsNotUnderstoodIsNoEntry(String line) {
    assertThat(Listing.list(line, NOW)).isNull();
  }

  @Test
  void aNameListingLosesItsFolder() {
    assertThat(name("pub/x")).isEqualTo("x");
    assertThat(Listing.name("pub/..")).isNull();
  }

  private static @Nullable Kind kind(String line) {
    Entry entry = Listing.mlsd(line);
    return entry == null ? null : entry.kind();
  }

  private static @Nullable String name(String line) {
    Entry entry = Listing.name(line);
    return entry == null ? null : entry.name();
  }
}
