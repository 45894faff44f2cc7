package wharf.bench;

/// Something that a load tells of a model: a column.
///
/// @param id as the JSON file names it
/// @param title as the tables head it
/// @param unit what is counted, as "µs"
/// @param decimals how many digits after the point mean something
record Quantity(String id, String title, String unit, int decimals) {
  String heading() {
    return title + ", " + unit;
  }

  /// A value in this quantity's precision.
  String show(double value) {
    return Figures.of(value, decimals);
  }
}
