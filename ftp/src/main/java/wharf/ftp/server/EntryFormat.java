package wharf.ftp.server;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Set;
import java.util.function.Function;
import wharf.files.FileFacts;
import wharf.ftp.FtpTime;
import wharf.users.Right;

/// How a listing shows an entry, as one line without its end.
@FunctionalInterface
interface EntryFormat {
  String line(String name, FileFacts facts);

  /// NLST: the name as a client can say it again, so with the directory it asked for in front.
  static EntryFormat names(String prefix) {
    return (name, _) -> prefix + name;
  }

  /// LIST: as `ls -l` writes it, which is what clients without MLSD read. Times are UTC; RFC 959
  /// names no zone.
  static EntryFormat people(Instant now) {
    DateTimeFormatter recent = DateTimeFormatter.ofPattern("MMM dd HH:mm", Locale.ROOT);
    DateTimeFormatter old = DateTimeFormatter.ofPattern("MMM dd  yyyy", Locale.ROOT);
    // As ls does: half a year back, and not from the future but for a clock that is a little ahead.
    Instant oldest = now.minus(Duration.ofDays(182));
    Instant newest = now.plus(Duration.ofDays(1));
    return (name, facts) -> {
      Instant modified = facts.modified();
      boolean isRecent = modified.isAfter(oldest) && modified.isBefore(newest);
      StringBuilder line = new StringBuilder(64 + name.length());
      line.append(facts.directory() ? 'd' : '-');
      for (int bit = 0400; bit > 0; bit >>= 1) {
        line.append(
            (facts.mode() & bit) == 0 ? '-' : "xwr".charAt(Integer.numberOfTrailingZeros(bit) % 3));
      }
      line.append("   1 ftp      ftp      ");
      String size = Long.toString(facts.size());
      line.repeat(' ', Math.max(0, 12 - size.length())).append(size).append(' ');
      line.append((isRecent ? recent : old).format(modified.atOffset(ZoneOffset.UTC)));
      return line.append(' ').append(name).toString();
    };
  }

  /// MLSD and MLST: facts for programs (RFC 3659 section 7).
  ///
  /// @param rights what the client may do with the entry of that name
  static EntryFormat facts(Set<Fact> chosen, Function<String, Set<Right>> rights) {
    return (name, facts) -> {
      Set<Right> given = rights.apply(name);
      StringBuilder line = new StringBuilder(96 + name.length());
      for (Fact fact : Fact.values()) {
        if (chosen.contains(fact)) {
          fact.append(line, facts, given);
        }
      }
      return line.append(' ').append(name).toString();
    };
  }

  /// The facts that can be had, in the order they are written.
  enum Fact {
    TYPE("type") {
      @Override
      void append(StringBuilder line, FileFacts facts, Set<Right> rights) {
        line.append("type=").append(facts.directory() ? "dir;" : "file;");
      }
    },
    SIZE("size") {
      @Override
      void append(StringBuilder line, FileFacts facts, Set<Right> rights) {
        if (!facts.directory()) {
          line.append("size=").append(facts.size()).append(';');
        }
      }
    },
    MODIFY("modify") {
      @Override
      void append(StringBuilder line, FileFacts facts, Set<Right> rights) {
        line.append("modify=").append(FtpTime.format(facts.modified())).append(';');
      }
    },
    PERM("perm") {
      @Override
      void append(StringBuilder line, FileFacts facts, Set<Right> rights) {
        line.append("perm=");
        for (Permission permission : Permission.values()) {
          if (permission.ofDirectory == facts.directory()
              && rights.containsAll(permission.rights)) {
            line.append(permission.letter);
          }
        }
        line.append(';');
      }
    },
    UNIQUE("unique") {
      @Override
      void append(StringBuilder line, FileFacts facts, Set<Right> rights) {
        if (facts.key() != null) {
          line.append("unique=").append(facts.key()).append(';');
        }
      }
    },
    MODE("UNIX.mode") {
      @Override
      void append(StringBuilder line, FileFacts facts, Set<Right> rights) {
        line.append("UNIX.mode=0").append(Integer.toOctalString(facts.mode())).append(';');
      }
    };

    private final String said;

    Fact(String said) {
      this.said = said;
    }

    /// Its name in FEAT and OPTS.
    String said() {
      return said;
    }

    abstract void append(StringBuilder line, FileFacts facts, Set<Right> rights);
  }

  /// The letters of the perm fact (RFC 3659 section 7.5.5), and the rights each stands for.
  enum Permission {
    FILE_APPEND('a', false, Right.APPEND),
    FILE_DELETE('d', false, Right.DELETE),
    FILE_RENAME('f', false, Right.RENAME),
    FILE_RETRIEVE('r', false, Right.READ),
    FILE_STORE('w', false, Right.WRITE, Right.DELETE),
    DIRECTORY_CREATE('c', true, Right.WRITE),
    DIRECTORY_DELETE('d', true, Right.DELETE),
    DIRECTORY_ENTER('e', true),
    DIRECTORY_RENAME('f', true, Right.RENAME),
    DIRECTORY_LIST('l', true, Right.LIST),
    DIRECTORY_MAKE('m', true, Right.MAKE_FOLDER),
    DIRECTORY_PURGE('p', true, Right.DELETE);

    private final char letter;
    private final boolean ofDirectory;

    // Of Set.of, which nobody can change; its type does not say so.
    @SuppressWarnings("ImmutableEnumChecker")
    private final Set<Right> rights;

    Permission(char letter, boolean ofDirectory, Right... rights) {
      this.letter = letter;
      this.ofDirectory = ofDirectory;
      this.rights = Set.of(rights);
    }
  }
}
