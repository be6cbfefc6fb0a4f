import ArgumentParser

/// `version`
struct VersionCommand: ParsableCommand {
  static let configuration = CommandConfiguration(commandName: "version", abstract: "Prints the version.")
  static let version = "0.1.0"

  func run() { say("social-mirror \(Self.version)") }
}
