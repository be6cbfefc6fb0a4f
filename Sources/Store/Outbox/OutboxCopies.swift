import Foundation
import GRDB
import JSONAPI

/// The copies of resources with unsettled changes inside one transaction.
struct OutboxCopies {
  let db: Database

  /// What is known of one resource.
  struct Copy {
    /// What was last agreed with the site; nil when it does not have the resource yet.
    var base: StoredForm?
    /// The newest that was seen there since; nil when that is the base.
    var site: StoredForm?
    /// Whether the site said that the resource is gone.
    var isDeleted = false

    /// The newest that is known of the site.
    var newest: StoredForm? { site ?? base }
  }

  func copy(of resource: Int64) throws -> Copy? {
    try Row.cachedOne(db, sql: "SELECT * FROM outbox_copy WHERE resource = ?", arguments: [resource]).map { row in
      try Copy(
        base: form(
          row.decode(forColumn: "base_document"), row.decode(forColumn: "base_splices"),
          row.decode(forColumn: "base_revision")),
        site: form(
          row.decode(forColumn: "site_document"), row.decode(forColumn: "site_splices"),
          row.decode(forColumn: "site_revision")), isDeleted: row.decode(forColumn: "site_deleted"))
    }
  }

  private func form(_ document: String?, _ splices: Data?, _ revision: Int64?) -> StoredForm? {
    document.map { StoredForm(document: Array($0.utf8), splices: splices.map { Array($0) } ?? [], revision: revision) }
  }

  /// Keeps a copy of a resource that has its first unsettled change.
  func begin(_ resource: Int64, base: StoredForm?) throws {
    let isThere = try Int64.cachedOne(db, sql: "SELECT 1 FROM outbox_copy WHERE resource = ?", arguments: [resource])
    guard isThere == nil else { return }
    try save(Copy(base: base), of: resource)
  }

  func save(_ copy: Copy, of resource: Int64) throws {
    let text = { (form: StoredForm?) in form.map { String(decoding: $0.document, as: UTF8.self) } }
    let splices = { (form: StoredForm?) in form.map { Data($0.splices) } }
    try db.run(
      sql: "INSERT OR REPLACE INTO outbox_copy VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
      arguments: [
        resource, text(copy.base), splices(copy.base), copy.base?.revision, text(copy.site), splices(copy.site),
        copy.site?.revision, copy.isDeleted,
      ])
    if let newest = copy.newest { try FileAddressRows.noteIfFile(newest.document, of: resource, db) }
  }

  func remove(_ resource: Int64) throws {
    try db.run(sql: "DELETE FROM outbox_copy WHERE resource = ?", arguments: [resource])
  }

  /// Notes what a push made of a resource.
  /// - Parameter made: the site's clock at the time, Unix seconds; nil where it is not known.
  func echo(_ resource: Int64, changed: Int64?, isDeleted: Bool, made: Int64?, at now: Int64) throws {
    try db.run(
      sql: """
        INSERT OR REPLACE INTO outbox_echo (resource, changed, deleted, at, made) VALUES (?, ?, ?, ?, ?)
        """, arguments: [resource, changed, isDeleted, now, made])
  }
}

extension Outbox {
  /// Lets what pushes made of resources pass: for a round before its first request. None of its pages was asked for before them,
  /// so what these show is news, also with an older `changed` (an import, a restored resource); but for a page that the site
  /// itself dates before the push: a cache kept it. No longer than an hour, and for the newest 2,000 only, for all of them are
  /// read for every page.
  /// - Parameter now: Unix seconds of this machine.
  package func passEchoes(at now: Int64) throws {
    let isThere = try read { try Int.cachedOne($0, sql: "SELECT 1 FROM outbox_echo LIMIT 1") != nil }
    guard isThere else { return }
    try write { db in
      try db.run(
        sql: """
          DELETE FROM outbox_echo WHERE made IS NULL OR at NOT BETWEEN ?1 - 3600 AND ?1 OR resource NOT IN (
            SELECT resource FROM outbox_echo ORDER BY at DESC LIMIT 2000)
          """, arguments: [now])
      try db.run(sql: "UPDATE outbox_echo SET is_past = 1")
    }
  }
}
