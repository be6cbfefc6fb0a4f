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
    guard try copy(of: resource) == nil else { return }
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
  }

  func remove(_ resource: Int64) throws {
    try db.run(sql: "DELETE FROM outbox_copy WHERE resource = ?", arguments: [resource])
  }

  /// Notes what a push made of a resource, until `forgetEchoes`.
  func echo(_ resource: Int64, changed: Int64?, isDeleted: Bool, at now: Int64) throws {
    try db.run(
      sql: "INSERT OR REPLACE INTO outbox_echo VALUES (?, ?, ?, ?)", arguments: [resource, changed, isDeleted, now])
  }
}

extension Mirror {
  /// Forgets what pushes made of resources: for a round before its first request. None of its pages was read before them, so
  /// what these show is news, also with an older `changed` (an import, a restored resource).
  package func forgetEchoes() throws { try write { try $0.run(sql: "DELETE FROM outbox_echo") } }
}
