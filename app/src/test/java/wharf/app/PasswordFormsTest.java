package wharf.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import wharf.users.Secret;

class PasswordFormsTest {
  private final PasswordForms forms = new PasswordForms();

  @Test
  void whatIsMadeIsArgon2id() {
    String made = forms.of(new Secret("sesame"));
    assertThat(made).startsWith("$argon2id$v=19$m=19456,t=2,p=1$");
    assertThatCode(() -> PasswordForms.check(made)).doesNotThrowAnyException();
    assertThat(forms.matches(new Secret("sesame"), made)).isTrue();
    assertThat(forms.matches(new Secret("sesame"), made)).as("remembered").isTrue();
    assertThat(forms.matches(new Secret("Sesame"), made)).isFalse();
    assertThat(forms.of(new Secret("sesame"))).as("its salt is its own").isNotEqualTo(made);
  }

  /// From the manuals and test suites of argon2, jBCrypt, PHP, passlib; from Python's hashlib in
  /// the form of Django; the last ones by libxcrypt and by hashlib.
  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '"',
      textBlock =
          """
          password, "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc"
          abc, $2a$06$If6bvum7DFjUnE9p2uDeDu0YHzrHM6tf.iqN8.yx.jNN1ILEf7h0i
          rasmuslerdorf, $2y$10$.vGA1O9wmRjrwAVXD98HNOgsNpDczlqm3Jq7KnEd1rVAGv3Fykk1a
          password, $pbkdf2-sha256$6400$0ZrzXitFSGltTQnBWOsdAw$Y11AchqV4b0sUisdZd0Xr97KWoymNE0LNNrnEgY4H9M
          pässwörd, $2b$06$abcdefghijklmnopqrstuuZRpgtdvy8sTei59Ltc5pdsksVO.fDZe
          pässwörd, $2a$06$abcdefghijklmnopqrstuuZRpgtdvy8sTei59Ltc5pdsksVO.fDZe
          pässwörd, $2y$06$abcdefghijklmnopqrstuuZRpgtdvy8sTei59Ltc5pdsksVO.fDZe
          pässwörd, pbkdf2_sha256$3000$saltOfDjango1$a0voddhFEmbkV7Kn5Ua5hyvw2DGQYRMtxUnjq0l8CFM=
          pässwörd, $pbkdf2-sha512$3000$MDEyMzQ1Njc4OWFiY2RlZg$gl/jFnzeSwNuYLEoUcawiV1d/eRJrBODkihZW9quY7actouR7pzzfzL81fPfCX01zhzHhI7P63Exn3lgQzjufA
          """)
  void whatOthersMadeIsKnown(String password, String hash) {
    assertThatCode(() -> PasswordForms.check(hash)).doesNotThrowAnyException();
    assertThat(forms.matches(new Secret(password), hash)).isTrue();
    assertThat(forms.matches(new Secret(password + "x"), hash)).isFalse();
    assertThat(forms.matches(new Secret(""), hash)).isFalse();
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '"',
      delimiter = '|',
      textBlock =
          """
          sesame | no hash of a password
          "" | no hash of a password
          $1$salt$hash | no hash of a password
          $argon2i$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc | no hash
          $argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ | no hash of a password
          $argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc$ | no hash
          $argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPP= | no hash
          $argon2id$v=19$m=65536,t=2,p=1$c29tZX$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc | no hash
          $argon2id$v=19$m=65536,t=2,p=$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc | no hash
          $argon2id$v=19$m=65536,t=-2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc | no hash
          $argon2id$v=19$m=65536,m=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc | no hash
          $argon2id$v=19$m=65536,t=4294967298,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc | no hash
          $argon2id$v=19$m=2097152,t=1,p=4$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc | takes 2048 MiB
          $argon2id$v=19$m=65536,t=1000,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc | 1000 passes
          $argon2id$v=19$m=65536,t=1,p=99$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc | 16 lanes
          $argon2id$v=19$m=4,t=1,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc | nobody can make
          $2b$31$If6bvum7DFjUnE9p2uDeDu0YHzrHM6tf.iqN8.yx.jNN1ILEf7h0i | cost of this bcrypt hash is 31
          $2b$03$If6bvum7DFjUnE9p2uDeDu0YHzrHM6tf.iqN8.yx.jNN1ILEf7h0i | at least 4
          $pbkdf2-sha256$99999999$0ZrzXitFSGltTQnBWOsdAw$Y11AchqV4b0sUisdZd0Xr97KWoymNE0LNNrnEgY4H9M | 99999999 rounds
          $pbkdf2-sha256$0$0ZrzXitFSGltTQnBWOsdAw$Y11AchqV4b0sUisdZd0Xr97KWoymNE0LNNrnEgY4H9M | at least one round
          """)
  void whatCannotBePaidForIsRefused(String hash, String why) {
    assertThatThrownBy(() -> PasswordForms.check(hash))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(why);
    assertThat(forms.matches(new Secret("abc"), hash)).as("and costs nothing").isFalse();
  }
}
