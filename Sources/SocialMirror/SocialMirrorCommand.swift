import ArgumentParser
import CAllocator
import Foundation
import Logging

/// The program: finds the command, runs it, and turns what went wrong into a message and an exit code.
@main
struct SocialMirrorCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "social-mirror",
    abstract:
      "Keeps a complete, current copy of an Open Social community in one SQLite file and serves it through the same API.",
    subcommands: commands)

  /// In the order of the help. `demo` brings a sample site along, which a package for servers leaves out (trait `Demo`).
  private static var commands: [any ParsableCommand.Type] {
    var commands: [any ParsableCommand.Type] = [
      RunCommand.self, SyncCommand.self, ServeCommand.self, StatusCommand.self, DoctorCommand.self, CheckCommand.self,
      SalvageCommand.self,
      VerifyCommand.self,
      QueueCommand.self, ConflictsCommand.self, ConsumerCommand.self, AccountCommand.self, KeyCommand.self,
      IndexCommand.self, PublishCommand.self, ExportCommand.self,
      ExplainCommand.self, ChangesCommand.self,
    ]
    #if Demo
    commands.append(DemoCommand.self)
    #endif
    commands.append(VersionCommand.self)
    return commands
  }

  static func main() async {
    limit_allocation_arenas(2)
    do {
      var command = try parseAsRoot()
      if var asynchronous = command as? any AsyncParsableCommand {
        try await asynchronous.run()
      } else {
        try command.run()
      }
    } catch {
      let outcome = CommandOutcome(error)
      if let message = outcome.message {
        let text = "social-mirror: \(TerminalText.lines(message))"
        let isJournal = Journal.isStandardError(ProcessInfo.processInfo.environment)
        FileHandle.standardError.write(Data("\(isJournal ? Journal.line(text, .error) : text)\n".utf8))
      }
      if let help = outcome.help { say(help) }
      Foundation.exit(outcome.code)
    }
  }
}
