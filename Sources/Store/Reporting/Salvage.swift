import Foundation
import GRDB

/// What was saved out of a damaged mirror: what nobody else has. The copy of the site comes again from there.
package struct Salvage: Sendable {
  /// A table of which rows were saved.
  package struct Table: Sendable {
    /// As the schema has it.
    package var name: String
    /// How many rows the new mirror got.
    package var rows: Int
    /// SQLite's words where not all could be read.
    package var fault: String?
  }

  /// In the order in which they were read.
  package private(set) var tables: [Table] = []
  /// Changes on their way to the site whose resource is known no more: they cannot be sent.
  package private(set) var lostChanges = 0

  /// Local changes with their copies, clients, accounts and tokens, and the names that those use.
  private static let names = [
    "resource_type", "field", "identity", "setting", "consumer", "account", "issued_token", "consent", "outbox",
    "outbox_copy", "outbox_echo", "upload", "conflict",
  ]
  /// What of the settings does not speak of the site's copy.
  private static let settings = ["site_base_url", "site_account", "jsonapi_version", "content_language"]

  /// Makes a new mirror of what can be read of a damaged one. That one is left as it is.
  /// - Throws: `MirrorUnusable` where the new one is there already, or nothing can be read of the old one.
  package init(of path: String, into target: String) throws {
    guard !FileManager.default.fileExists(atPath: target) else {
      throw MirrorUnusable(description: "\(target) is there already; give the path of a new file")
    }
    var configuration = Configuration()
    configuration.readonly = true
    let old: DatabaseQueue
    let columns: [String: [String]]
    do {
      let file = MirrorFile(path: path, access: try MirrorOpening.readingAccess(path))
      old = try DatabaseQueue(path: file.name, configuration: configuration)
      columns = try old.read { db in
        try Salvage.names.reduce(into: [:]) { $0[$1] = try db.tableExists($1) ? db.columns(in: $1).map(\.name) : [] }
      }
    } catch {
      throw MirrorUnusable(
        description:
          "nothing can be read of \(path): \((error as? DatabaseError)?.message ?? "\(error)"); restore a backup, or begin "
          + "anew: move it away, and social-mirror sync")
    }
    let new = try Mirror(path: target)
    // Without the key the passwords that wait are lost, and nothing else: who reads the queue is told.
    try? old.read { source in try new.database.read { try SecretSeal.copyKey(from: source, to: $0) } }
    for name in Salvage.names { tables.append(try Salvage.copy(name, columns[name] ?? [], old, new)) }
    lostChanges = try new.outbox.redrawAll()
    try new.close()
  }

  /// Reads a table from its beginning as far as possible, then from its end.
  private static func copy(_ name: String, _ columns: [String], _ old: DatabaseQueue, _ new: Mirror) throws -> Table {
    let wanted = Set(columns)
    let list = try new.database.read { db in try db.columns(in: name).map(\.name).filter(wanted.contains) }
    guard !list.isEmpty else { return Table(name: name, rows: 0, fault: "it is not there") }
    let quoted = list.map { "\"\($0)\"" }.joined(separator: ", ")
    let marks = list.map { _ in "?" }.joined(separator: ", ")
    let condition = name == "setting" ? "WHERE name IN ('\(settings.joined(separator: "', '"))')" : ""
    var table = Table(name: name, rows: 0, fault: nil)
    func take(_ order: String) throws {
      try new.database.write { sink in
        do {
          try old.read { db in
            let rows = try Row.fetchCursor(db, sql: "SELECT \(quoted) FROM \(name) NOT INDEXED \(condition) \(order)")
            while let row = try rows.next() {
              // A row that breaks a rule of the table is damaged itself.
              try? sink.execute(
                sql: "INSERT OR IGNORE INTO \(name) (\(quoted)) VALUES (\(marks))",
                arguments: StatementArguments(row.databaseValues))
              table.rows += sink.changesCount > 0 ? 1 : 0
            }
          }
        } catch let error as DatabaseError {
          table.fault = error.message ?? "\(error)"
        }
      }
    }
    try take("")
    if table.fault != nil { try take("ORDER BY rowid DESC") }
    return table
  }
}

extension Outbox {
  /// Makes all resources with unsettled changes show what follows from their copies.
  /// - Returns: how many changes have no resource.
  fileprivate func redrawAll() throws -> Int {
    try outboxWrite { writer in
      for change in try writer.rows.changes(where: "o.\(OutboxSchema.isUnsettled)") {
        try writer.redraw(change.resource, type: change.type, uuid: change.uuid)
      }
      return try Int.fetchOne(
        writer.db,
        sql:
          "SELECT count(*) FROM outbox o WHERE o.\(OutboxSchema.isUnsettled) AND o.resource NOT IN (SELECT id FROM identity)"
      )
        ?? 0
    }
  }
}
