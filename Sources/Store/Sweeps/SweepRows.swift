import Foundation
import GRDB
import JSONAPI

/// The rows behind sweeps.
enum SweepRows {
  /// Stands for a kind where the site's answer decided nothing. No `Tombstone.Kind` has this name.
  static let undecided = "undecided"

  static func save(_ state: SweepState, type: Int64, _ db: Database) throws {
    try db.run(
      sql: """
        INSERT INTO sweep (type, started, sequence, last_id, position, is_listed, finished, held, marks)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
        ON CONFLICT (type) DO UPDATE SET started = ?2, sequence = ?3, last_id = ?4, position = ?5, is_listed = ?6,
          finished = ?7, held = ?8, marks = ?9
        """,
      arguments: [
        type, state.started, state.sequence, state.lastID, state.offset, state.isListed, state.finished, state.held,
        blob(of: state.marks),
      ])
  }

  /// The state in columns `started` to `marks` from `first` on; nil where the type was never swept.
  static func state(_ row: Row, from first: Int) throws -> SweepState? {
    let sequence: Int64? = try row.decode(atIndex: first + 1)
    guard let sequence else { return nil }
    var state = SweepState()
    state.started = try row.decode(atIndex: first)
    state.sequence = sequence
    state.lastID = try row.decode(atIndex: first + 2)
    state.offset = min(max(try row.decode(atIndex: first + 3), 0), PageParameter.greatestOffset)
    state.isListed = try row.decode(atIndex: first + 4)
    state.finished = try row.decode(atIndex: first + 5)
    state.held = try row.decode(atIndex: first + 6)
    state.marks = marks(in: try row.decode(atIndex: first + 7))
    return state
  }

  /// Ids one behind the other; nil for none.
  static func blob(of marks: Set<ResourceID>) -> Data? {
    marks.isEmpty ? nil : Data(SweepMarks.bytes(of: marks))
  }

  static func marks(in blob: Data?) -> Set<ResourceID> { blob.map { SweepMarks.ids(in: Array($0)) } ?? [] }

  /// Whatever is stored in the stretch that a page covers and not on it, and whatever the page names as left out. What was made
  /// here and is not on the site yet is neither.
  static func noteCandidates(
    resources: [ScannedResource], unusable: [UnusableRow], omitted: [ResourceID],
    covers: (after: Int64, through: Int64?)?, type: Int64, _ db: Database
  ) throws {
    let whole = Set(resources.lazy.filter { !$0.isLabelOnly }.map(\.uuid))
    let labels = Set(resources.lazy.filter(\.isLabelOnly).map(\.uuid))
    for uuid in omitted {
      try db.run(
        sql: """
          INSERT INTO sweep_candidate (type, resource, is_omitted)
          SELECT r.type, r.id, 1 FROM identity i JOIN resource r ON r.id = i.id
          WHERE \(IdentityIndex.uuid("i")) = ? AND i.type = ?
          ON CONFLICT (type, resource) DO UPDATE SET is_omitted = 1
          """, arguments: [Data(uuid.bytes), type])
    }
    guard let covers else { return }
    let stored = try rows(
      of: type, "r.internal_id > ?2 AND r.internal_id <= ?3", db, covers.after, covers.through ?? .max)
    // One query with OR would go through the whole type for each page.
    let withoutSerial = covers.through == nil ? try rows(of: type, "r.internal_id IS NULL", db) : []
    for row in stored + withoutSerial {
      guard let uuid = try IdentityText.id(row.decode(atIndex: 1)), !whole.contains(uuid) else { continue }
      let serial: Int64? = try row.decode(atIndex: 2)
      // Of this one only the label is stored, and the label is there.
      if serial == nil, labels.contains(uuid) { continue }
      // What cannot be used is not gone.
      if unusable.contains(where: { $0.isAbout(uuid, serial: serial) }) { continue }
      try db.run(
        sql: "INSERT OR IGNORE INTO sweep_candidate (type, resource, is_omitted) VALUES (?, ?, 0)",
        arguments: [type, try row.decode(Int64.self, atIndex: 0)])
    }
  }

  /// What is stored of a type and meets a condition on `r.internal_id`, but for what was made here and is not on the site yet: its
  /// number here, its id, its serial number.
  private static func rows(
    of type: Int64, _ condition: String, _ db: Database, _ bounds: Int64...
  ) throws -> [Row] {
    try Row.cachedAll(
      db,
      sql: """
        SELECT r.id, i.uuid, r.internal_id FROM resource r JOIN identity i ON i.id = r.id
        WHERE r.type = ?1 AND \(condition)
          AND NOT EXISTS (SELECT 1 FROM outbox_copy o WHERE o.resource = r.id AND o.base_document IS NULL)
        """, arguments: StatementArguments([type] + bounds))
  }

  /// Of a type without serial numbers: what the page lists is kept by name; whatever is stored and was not listed by the end is a
  /// candidate.
  static func noteListed(_ page: SweepApplication, type: Int64, _ db: Database) throws {
    // What cannot be used is not gone.
    let listed = page.resources.lazy.filter { !$0.isLabelOnly }.map(\.uuid) + page.unusable.compactMap(\.id)
    for uuid in listed {
      try db.run(
        sql: """
          INSERT OR IGNORE INTO sweep_listed (type, resource)
          SELECT ?2, id FROM identity WHERE \(IdentityIndex.uuid()) = ?1 AND type = ?2
          """,
        arguments: [Data(uuid.bytes), type])
    }
    guard page.state.isListed else { return }
    try db.run(
      sql: """
        INSERT OR IGNORE INTO sweep_candidate (type, resource, is_omitted)
        SELECT r.type, r.id, 0 FROM resource r
        WHERE r.type = ?1 AND NOT EXISTS (SELECT 1 FROM sweep_listed l WHERE l.type = ?1 AND l.resource = r.id)
          AND NOT EXISTS (SELECT 1 FROM outbox_copy o WHERE o.resource = r.id AND o.base_document IS NULL)
        """, arguments: [type])
  }
}
