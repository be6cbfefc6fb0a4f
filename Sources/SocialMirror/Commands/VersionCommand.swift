import ArgumentParser

/// `version`
struct VersionCommand: ParsableCommand {
  static let configuration = CommandConfiguration(commandName: "version", abstract: "Prints the version.")

  func run() { say("social-mirror \(ProgramVersion.version)") }
}
