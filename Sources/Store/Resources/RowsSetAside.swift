import GRDB
import JSONAPI

/// What of the site's pages cannot be used, inside one transaction: named while it is seen, taken back once it is in order. What no page
/// shows any more is taken back at the end of the type's next sweep, which sees all.
struct RowsSetAside {
  private let db: Database
  /// What is named now, by type: nearly always nothing.
  private var rows: [String: Set<String>] = [:]
  private var surroundings: Set<String> = []
  private static let around = "around documents"

  init(_ db: Database) throws {
    self.db = db
    let named = try Row.fetchCursor(
      db.cachedStatement(
        sql:
          "SELECT kind, type, subject FROM set_aside WHERE kind = 'row' OR kind = 'page' AND subject = 'around documents'"
      ))
    while let row = try named.next() {
      let type: String = try row.decode(atIndex: 1)
      if try row.decode(String.self, atIndex: 0) == SetAside.Kind.row.rawValue {
        rows[type, default: []].insert(try row.decode(atIndex: 2))
      } else {
        surroundings.insert(type)
      }
    }
  }

  /// Takes in one page of a type.
  /// - Parameters:
  ///   - around: what stands around the document; nil where nothing does.
  /// - Returns: what was not named before.
  mutating func note(
    _ type: String, _ resources: [ScannedResource], _ unusable: [UnusableRow], around: String?
  ) throws -> [SetAside] {
    // One that stands on the page twice is in order and is not.
    if let named = rows[type]?.subtracting(unusable.map(\.subject)) {
      for resource in resources {
        try takeBack(resource.uuid.description, type, named)
        if let serial = resource.internalID { try takeBack(UnusableRow.subject(internalID: serial), type, named) }
      }
    }
    if around == nil, surroundings.remove(type) != nil {
      try db.run(
        sql: "DELETE FROM set_aside WHERE kind = 'page' AND type = ? AND subject = ?",
        arguments: [type, RowsSetAside.around])
    }
    guard !unusable.isEmpty || around != nil else { return [] }
    let time = try Int64.cachedOne(db, sql: "SELECT CAST(strftime('%s', 'now') AS INTEGER)") ?? 0
    var things = unusable.map { row in
      SetAside(
        .row, type: type, subject: row.subject, reason: "the site's resource \(Excerpt.of(row.reason.utf8))",
        advice: "correct it on the site; the next sweep looks again", at: time)
    }
    if let around {
      things.append(
        SetAside(
          .page, type: type, subject: RowsSetAside.around, reason: "the site writes more than the document: \(around)",
          advice: "its own log or display_errors of PHP tell where that comes from; the documents were read", at: time))
    }
    try SetAsideRows.note(things, db)
    let named = rows[type] ?? []
    let isAroundNamed = around != nil && !surroundings.insert(type).inserted
    rows[type] = named.union(unusable.map(\.subject))
    return things.filter { $0.kind == .row ? !named.contains($0.subject) : !isAroundNamed }
  }

  /// Takes in what else a page sets aside: rows that the reader stepped over.
  /// - Returns: what was not named before.
  mutating func note(_ things: [SetAside]) throws -> [SetAside] {
    guard !things.isEmpty else { return [] }
    try SetAsideRows.note(things, db)
    return things.filter { $0.kind != .row || rows[$0.type, default: []].insert($0.subject).inserted }
  }

  private mutating func takeBack(_ subject: String, _ type: String, _ named: Set<String>) throws {
    guard named.contains(subject) else { return }
    rows[type]?.remove(subject)
    try db.run(
      sql: "DELETE FROM set_aside WHERE kind = 'row' AND type = ? AND subject = ?", arguments: [type, subject])
  }

  /// A sweep begins: what it does not see again is gone.
  static func beginSweep(of type: String, _ db: Database) throws {
    try db.run(sql: "UPDATE set_aside SET is_unseen = 1 WHERE kind = 'row' AND type = ?", arguments: [type])
  }

  /// A sweep has seen all.
  static func endSweep(of type: Int64, _ db: Database) throws {
    try db.run(
      sql: """
        DELETE FROM set_aside WHERE kind = 'row' AND is_unseen <> 0 AND type = (SELECT name FROM resource_type WHERE id = ?)
        """, arguments: [type])
  }

  static let migration = "ALTER TABLE set_aside ADD COLUMN is_unseen INTEGER NOT NULL DEFAULT 0;"
}

extension UnusableRow {
  /// Whether a stored resource is what this row is about: then its absence from the page says nothing. Of a row that tells neither
  /// id nor serial number that is not known: what is missing around it is asked for by itself.
  /// - Parameter serial: the resource's serial number; nil where only its label is stored.
  func isAbout(_ id: ResourceID, serial: Int64?) -> Bool {
    self.id == id || internalID != nil && serial == internalID
  }
}
