import ArgumentParser
import Foundation
import JSONAPI
import Store

/// `queue`: local changes on their way to the site.
struct QueueCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "queue", abstract: "Local changes on their way to the site.",
    subcommands: [List.self, Show.self, Retry.self, Drop.self])

  struct List: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Lists the changes that are not over.")
    @OptionGroup var common: CommonOptions
    @Flag(name: .long, help: "One JSON document instead of lines.")
    var json = false

    func run() throws {
      let (changes, unreadable) = try common.existingMirror().outbox()
      for row in unreadable { complain(row.setAside(at: unixNow()).sentence) }
      if json { return say(JSON.array(changes.map { ChangeDocument($0).json }).text()) }
      if changes.isEmpty, unreadable.isEmpty, !common.quiet { say("nothing waits") }
      for change in changes { say(ChangeDocument(change).line) }
    }
  }

  struct Show: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Shows a change with its values and the site's last answer.")
    @OptionGroup var common: CommonOptions
    @Argument(help: "The change's number.")
    var id: Int64
    @Flag(name: .long, help: "One JSON document instead of lines.")
    var json = false

    func run() throws {
      let mirror = try common.existingMirror()
      guard let change = try mirror.change(id) else {
        if let row = try mirror.outbox().unreadable.first(where: { $0.id == id }) {
          throw ConfigurationError(description: row.setAside(at: unixNow()).sentence)
        }
        throw ConfigurationError(description: "there is no change \(id); `queue list` shows all that wait")
      }
      let document = ChangeDocument(change)
      if json { return say(document.json.text()) }
      for line in document.lines { say(line) }
    }
  }

  struct Retry: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Lets a change be tried at once, a refused one too.")
    @OptionGroup var common: CommonOptions
    @Argument(help: "The change's number.")
    var id: Int64

    func run() throws { try common.existingMirror(for: .writing).retry(id) }
  }

  struct Drop: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Takes a change back; prints what it was, the last that is known of it.")
    @OptionGroup var common: CommonOptions
    @Argument(help: "The change's number.")
    var id: Int64

    func run() throws {
      let mirror = try common.existingMirror(for: .writing)
      for change in try mirror.drop(id, at: unixNow()) { say(ChangeDocument(change).json.text()) }
    }
  }
}

/// A change as text and as JSON. Passwords are not shown.
struct ChangeDocument {
  private let change: OutboxChange

  init(_ change: OutboxChange) { self.change = change }

  /// One line for lists.
  var line: String {
    let who = [change.author.account, change.author.consumer].compactMap { $0 }.joined(separator: " by ")
    return "\(change.id)  \(change.state.rawValue)  \(change.kind.rawValue)  \(change.type) \(change.uuid)"
      + "  \(RFC3339.text(unixSeconds: change.recorded))" + (who.isEmpty ? "" : "  \(who)")
      + (change.error.map { "  \($0)" } ?? "")
  }

  /// Everything, for people.
  var lines: [String] {
    var lines = [line]
    for member in change.members {
      lines.append("  \(member.name): \(shown(member.base, member)) -> \(shown(member.local, member))")
    }
    if let upload = change.upload {
      lines.append(
        "  file: \(upload.file.filename), \(upload.file.bytes) bytes, for \(upload.field) of \(upload.hostType)")
    }
    if change.attempts > 0 {
      let isTimed = change.nextAttempt > 0 && (change.state == .queued || change.state == .uncertain)
      lines.append(
        "  \(change.attempts) attempts failed"
          + (isTimed ? ", next \(RFC3339.text(unixSeconds: change.nextAttempt))" : ""))
    }
    if let document = change.errorDocument { lines.append("  the site: \(document)") }
    return lines
  }

  private func shown(_ value: JSON?, _ member: ChangedMember) -> String {
    FieldValue.isSecret(member.name) ? "(hidden)" : value?.text() ?? "(absent)"
  }

  /// Everything, times as RFC 3339.
  var json: JSON {
    let members = change.members.map { member -> JSON in
      var object = JSONObject([("in", .string(member.group.rawValue)), ("name", .string(member.name))])
      if FieldValue.isSecret(member.name) {
        object["hidden"] = true
      } else {
        object["base"] = member.base
        object["local"] = member.local
      }
      return .object(object)
    }
    return .object(
      JSONObject([
        ("id", .integer(change.id)), ("state", .string(change.state.rawValue)),
        ("kind", .string(change.kind.rawValue)), ("type", .string(change.type)),
        ("uuid", .string(change.uuid.description)),
        ("recorded", .string(RFC3339.text(unixSeconds: change.recorded))),
        ("consumer", change.author.consumer.map { .string($0) } ?? .null),
        ("account", change.author.account.map { .string($0) } ?? .null),
        ("attempts", .integer(change.attempts)),
        ("nextAttempt", change.nextAttempt > 0 ? .string(RFC3339.text(unixSeconds: change.nextAttempt)) : .null),
        ("error", change.error.map { .string($0) } ?? .null),
        ("setApartOf", change.apartOf.map { .integer($0) } ?? .null),
        ("errorDocument", change.errorDocument.flatMap { try? JSON(parsing: $0) } ?? .null),
        ("members", .array(members)), ("upload", change.upload.map(upload) ?? .null),
      ]))
  }

  /// What goes up, and through which field of which type.
  private func upload(_ upload: Upload) -> JSON {
    .object(
      JSONObject([
        ("filename", .string(upload.file.filename)), ("bytes", .integer(upload.file.bytes)),
        ("sha256", .string(upload.file.sha256)), ("type", .string(upload.hostType)), ("field", .string(upload.field)),
      ]))
  }
}
