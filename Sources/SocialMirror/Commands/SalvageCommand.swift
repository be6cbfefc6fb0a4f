import ArgumentParser
import Store

/// `salvage`
struct SalvageCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "salvage",
    abstract: "Saves local changes, clients and accounts out of a damaged mirror into a new one; `check` says when.")

  @OptionGroup var common: CommonOptions

  @Argument(help: "The file to make; it must not be there.")
  var target: String

  func run() throws {
    let path = try common.settings(needsSite: false).mirror.path
    let saved = try Salvage(of: path, into: target)
    for table in saved.tables where !common.quiet || table.fault != nil {
      say("\(table.name): \(table.rows) rows" + (table.fault.map { "; more cannot be read: \($0)" } ?? ""))
    }
    if saved.lostChanges > 0 {
      complain("\(saved.lostChanges) local changes have lost their resource and cannot be sent")
    }
    if !common.quiet {
      say("next: mv \(path) \(path).damaged; rm -f \(path)-wal \(path)-shm; mv \(target) \(path); social-mirror sync")
    }
  }
}
