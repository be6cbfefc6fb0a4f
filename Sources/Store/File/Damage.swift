import Foundation
import GRDBSQLite

/// What of a damaged mirror can still be read, table by table, and what to do: found out without trusting any of it.
package struct Damage: Sendable {
  /// What a table holds, and so what its loss means.
  package enum Part: String, Sendable, CaseIterable {
    /// The copy of the site: it comes again from there.
    case resources
    /// What clients changed here and the site does not have.
    case changes
    /// Clients and accounts of the local API, and their tokens.
    case clients
    /// What is worked out of the rest.
    case derived
  }

  /// How far a table is broken.
  package enum Extent: String, Sendable {
    /// Rows cannot be read.
    case rows
    /// Only what finds rows: all of them can be read.
    case index
  }

  /// A broken table.
  package struct Table: Sendable {
    /// As the schema has it.
    package var name: String
    /// What its rows are.
    package var part: Part
    /// How many rows could be read from its beginning on.
    package var rows: Int64
    /// Whether rows are lost, or only what finds them.
    package var extent: Extent
    /// SQLite's words.
    package var fault: String

    /// For people.
    package var sentence: String {
      let what =
        switch part {
        case .resources: "of the site's copy, which the site has"
        case .changes: "of local changes, which nobody else has"
        case .clients: "of clients, accounts and tokens"
        case .derived: "worked out of the rest"
        }
      return extent == .index
        ? "an index is broken, all \(rows) rows can be read (\(what))"
        : "rows are lost behind the first \(rows) (\(what)): \(fault)"
    }
  }

  /// Where the damaged file is; it is left as it is.
  package let path: String
  /// What was noticed first.
  package let fault: String
  /// The broken tables; empty where not even their list can be read.
  package private(set) var tables: [Table] = []
  /// The next commands, in order.
  package private(set) var advice: [String] = []
  private var isListed = false

  /// Looks through a file.
  package init(path: String, fault: String?) {
    self.path = path
    self.fault = fault ?? "it contradicts itself"
    do {
      let file = MirrorFile(path: path, access: try MirrorOpening.readingAccess(path))
      let connection = try ReadConnection(file: file)
      for name in try Damage.names(connection) { try examine(name, connection) }
      isListed = true
    } catch {
      // What can be told is told.
    }
    advice = nextCommands()
  }

  private static func names(_ connection: ReadConnection) throws -> [String] {
    let statement = try connection.statement(
      "SELECT name FROM sqlite_master WHERE type = 'table' AND rootpage > 0 ORDER BY name")
    defer { statement.reset() }
    var names: [String] = []
    while try statement.step() { names.append(statement.text(0)) }
    return names
  }

  private mutating func examine(_ name: String, _ connection: ReadConnection) throws {
    let quoted = "\"" + name.replacing("\"", with: "\"\"") + "\""
    let part = Damage.part(of: name)
    var rows: Int64 = 0
    do {
      let all = try connection.statement("SELECT * FROM \(quoted) NOT INDEXED")
      defer { all.reset() }
      while try all.step() { rows += 1 }
    } catch let fault as SQLiteFault {
      tables.append(Table(name: name, part: part, rows: rows, extent: .rows, fault: fault.message))
      return
    }
    do {
      let check = try connection.statement("PRAGMA integrity_check(\(quoted))")
      defer { check.reset() }
      guard try check.step(), check.text(0) != "ok" else { return }
      tables.append(Table(name: name, part: part, rows: rows, extent: .index, fault: check.text(0)))
    } catch let fault as SQLiteFault {
      tables.append(Table(name: name, part: part, rows: rows, extent: .index, fault: fault.message))
    }
  }

  private static func part(of table: String) -> Part {
    switch table {
    case "outbox", "outbox_copy", "outbox_echo", "conflict", "upload": .changes
    case "consumer", "account", "issued_token", "authorization_code", "consent": .clients
    case "path_use", "path_index", "indexed_value", "indexed_text", "type_schema", "probe", "run", "coverage": .derived
    default: .resources
    }
  }

  private func nextCommands() -> [String] {
    let stop =
      "stop every social-mirror on this file (systemctl stop social-mirror), and keep a copy: cp \(path)* FOLDER"
    let swap = "mv \(path) \(path).damaged; rm -f \(path)-wal \(path)-shm; mv \(path).saved \(path)"
    let backup = "or restore a backup"
    guard isListed else {
      return [
        stop, "restore a backup",
        "or begin anew from the site: mv \(path) \(path).damaged; rm -f \(path)-wal \(path)-shm; social-mirror sync. Local changes "
          + "that were not sent, clients and accounts are lost then",
      ]
    }
    guard tables.contains(where: { $0.extent == .rows }) else {
      return [
        stop, "all rows can be read: sqlite3 \(path) .dump | sqlite3 \(path).saved; \(swap); chmod 640 \(path)",
        "social-mirror check", backup,
      ]
    }
    let isLost = tables.contains { $0.part == .changes && $0.extent == .rows }
    return [
      stop,
      "save \(isLost ? "what can be read of the local changes," : "the local changes,") clients and accounts: "
        + "social-mirror salvage \(path).saved; \(swap)",
      "social-mirror sync: the site's copy comes again; then social-mirror check", backup,
    ]
  }
}
