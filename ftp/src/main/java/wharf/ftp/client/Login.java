package wharf.ftp.client;

/// Who logs in. Prints without the password.
public record Login(String user, String password) {
  /// What a server without accounts takes: RFC 1635 asks for a word or an address as password.
  public static Login anonymous() {
    return new Login("anonymous", "anonymous@");
  }

  @Override
  public String toString() {
    return user + ":***";
  }
}
