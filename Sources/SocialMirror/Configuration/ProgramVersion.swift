/// Which version this is: the one place that says it, for `version`, `User-Agent` and whatever else tells it. CHANGELOG.md agrees with
/// it, and packages read it from here.
enum ProgramVersion {
  /// By Semantic Versioning.
  static let version = "0.1.0"
}
