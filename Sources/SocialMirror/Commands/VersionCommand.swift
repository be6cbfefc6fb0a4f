import ArgumentParser

/// `version`
struct VersionCommand: ParsableCommand {
  static let configuration = CommandConfiguration(commandName: "version", abstract: "Prints the version.")
  /// Which version this is: the one place that says it, for `User-Agent` and whatever else does. CHANGELOG.md agrees with it.
  static let version = "0.1.0"

  func run() { say("social-mirror \(Self.version)") }
}
