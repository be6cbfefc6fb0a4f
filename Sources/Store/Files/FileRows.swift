import Foundation
import GRDB
import JSONAPI

/// What is noted of the contents of files.
extension FileKeeping {
  /// Notes the content of a file.
  /// - Parameters:
  ///   - now: Unix seconds.
  ///   - isCompared: whether the site was asked for it.
  /// - Returns: false when the file's resource is gone meanwhile; then nothing is noted.
  @discardableResult
  package func note(
    _ content: FileContent, of file: FileSource, at now: Int64, isCompared: Bool = true
  ) throws -> Bool {
    try write { db in
      try db.execute(
        sql: """
          INSERT OR REPLACE INTO file_content
            (resource, sequence, source, path, is_public, sha256, bytes, media_type, validator, last_modified, fetched, checked)
          SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10,
            coalesce((SELECT fetched FROM file_content WHERE resource = ?1 AND sha256 = ?6), ?11),
            CASE WHEN ?12 THEN ?11 ELSE (SELECT coalesce(checked, fetched) FROM file_content WHERE resource = ?1) END
          WHERE EXISTS (SELECT 1 FROM resource WHERE id = ?1)
          """,
        arguments: [
          file.resource, file.sequence, content.source, file.path, file.isPublic, content.hash, content.bytes,
          content.mediaType, content.validator, content.lastModified, now, isCompared,
        ])
      let isNoted = db.changesCount > 0
      try db.execute(
        sql: "DELETE FROM set_aside WHERE kind = 'file' AND type = ? AND subject = ?",
        arguments: [FileKeeping.fileType, file.subject])
      return isNoted
    }
  }

  /// The type under whose name files are set aside.
  private static let fileType = "file--file"

  /// Notes that a file could not be fetched, and sets it aside. The content that was there stays and is served.
  /// - Parameter now: Unix seconds.
  package func noteFailure(of file: FileSource, _ failure: FileFailure, at now: Int64) throws {
    let advice =
      failure.isLost
      ? "put the file back on the site, or delete its entry there; it is asked for again, at last once a week"
      : "it is asked for again; the view files of the mirror tells when"
    let aside = SetAside(
      .file, type: FileKeeping.fileType, subject: file.subject, reason: "\(file.uri): \(failure.reason)",
      advice: advice, at: now)
    try write { db in
      try db.execute(
        sql: """
          INSERT INTO file_content (resource, sequence, source, path, is_public, attempts, next_attempt, error, is_lost)
          SELECT ?1, ?2, '', ?3, ?4, 1, ?5, ?6, ?7 WHERE EXISTS (SELECT 1 FROM resource WHERE id = ?1)
          ON CONFLICT (resource) DO UPDATE SET
            sequence = ?2, path = ?3, is_public = ?4, attempts = attempts + 1, next_attempt = ?5, error = ?6, is_lost = ?7
          """,
        arguments: [
          file.resource, file.sequence, file.path, file.isPublic, failure.next, failure.reason, failure.isLost,
        ])
      if db.changesCount > 0 { try SetAsideRows.note([aside], db) }
    }
  }

  /// Takes back what was set aside of files that are gone, or wanted no more.
  package func takeBackLostFiles(_ policy: FilePolicy) throws {
    let named = try reading.setAside().filter { $0.kind == .file && $0.type == FileKeeping.fileType }
    guard !named.isEmpty else { return }
    let failing = try read { db in
      try Set(
        String.fetchAll(
          db,
          sql: """
            SELECT lower(hex(i.uuid)) FROM file_content c JOIN resource r ON r.id = c.resource JOIN identity i ON i.id = r.id
            WHERE c.error IS NOT NULL
            """))
    }
    let pulling = Pulling(database: database)
    for thing in named where policy == .none || !failing.contains(thing.subject.replacing("-", with: "").lowercased()) {
      try pulling.takeBack(.file, of: FileKeeping.fileType, subject: thing.subject)
    }
  }

  /// Forgets contents whose resource is gone, or which the policy no longer wants.
  /// - Returns: hashes that nothing refers to any more: their files are to be removed.
  package func forgetLostFiles(_ policy: FilePolicy) throws -> [String] {
    try write { db in
      try db.execute(
        sql: """
          DELETE FROM file_source
          WHERE resource NOT IN (SELECT id FROM resource) AND resource NOT IN (SELECT resource FROM outbox_copy)
          """)
      let lost = "resource NOT IN (SELECT id FROM resource) OR ?1 = 'none' OR (?1 = 'public' AND NOT is_public)"
      let hashes = try Set(
        String.fetchAll(
          db, sql: "SELECT sha256 FROM file_content WHERE sha256 IS NOT NULL AND (\(lost))",
          arguments: [policy.rawValue]))
      guard
        try !hashes.isEmpty
          || Bool.fetchOne(
            db, sql: "SELECT EXISTS (SELECT 1 FROM file_content WHERE \(lost))", arguments: [policy.rawValue]) == true
      else { return [] }
      try db.execute(sql: "DELETE FROM file_content WHERE \(lost)", arguments: [policy.rawValue])
      return try hashes.filter { try !FileKeeping.isUsed($0, db) }
    }
  }

  /// Whether a content belongs to any file.
  package func isContentUsed(_ hash: String) throws -> Bool { try read { try FileKeeping.isUsed(hash, $0) } }

  private static func isUsed(_ hash: String, _ db: Database) throws -> Bool {
    try Bool.fetchOne(db, sql: "SELECT EXISTS (SELECT 1 FROM file_content WHERE sha256 = ?)", arguments: [hash])
      ?? false
  }
}
