package wharf.users;

/// A password: text that prints as `***`.
public record Secret(String text) {
  @Override
  public String toString() {
    return "***";
  }
}
