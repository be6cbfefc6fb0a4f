import Foundation
import GRDB
import JSONAPI

/// Which files are mirrored with their contents (`mirror.files`).
package enum FilePolicy: String, Sendable, CaseIterable {
  case all, `public`, none
}

/// A `file--file` resource whose content has to be looked at.
package struct FileSource: Sendable, Hashable {
  /// The interned (type, UUID).
  package var resource: Int64
  /// What its part is called while it arrives (`ResourceID.fileName`).
  package var uuid: String
  /// The resource's change number.
  package var sequence: Int64
  /// Where the site keeps it: `public://a.png`.
  package var uri: String
  /// Where it is fetched: root-relative or absolute, maybe signed and expiring.
  package var url: String
  /// The size that the resource names, bytes.
  package var size: Int64?
  /// The media type that the resource names.
  package var mediaType: String?
  /// Unix seconds.
  package var changed: Int64?
  /// What is there already.
  package var known: FileContent?
  /// Its id; nil where it is not known.
  package var id: ResourceID?
  /// The site's base URL, which addresses count from.
  package var base = ""
  /// Whether the site is to be asked although nothing says that the content is another one.
  package var isCheck = false

  /// Where it is, as it can be asked for; nil for what is no address.
  package var reference: FileReference? { FileReference(url, base: base) }
  /// Whether everyone may fetch it (reference 2.6).
  package var isPublic: Bool { uri.hasPrefix("public://") }
  /// What tells one content from another. The URL does not: it may be signed anew at every read.
  package var identity: String { FileIdentity(uri: uri, size: size, changed: changed).description }
  /// The path under which the site serves it, without query, percent-decoded; nil when it is on another host.
  package var path: String? { reference?.path }
  /// Its id, for people.
  package var subject: String {
    let digits = Array(uuid)
    guard digits.count == 32 else { return uuid }
    return [0..<8, 8..<12, 12..<16, 16..<20, 20..<32].map { String(digits[$0]) }.joined(separator: "-")
  }
}

/// The content of a file as the mirror has it.
package struct FileContent: Sendable, Hashable {
  /// `FileSource.identity` when it was fetched.
  package var source: String
  /// SHA-256 in hexadecimal digits; nil while nothing is there.
  package var hash: String?
  package var bytes: Int64
  /// `Content-Type` as the site sent it.
  package var mediaType: String?
  /// `ETag` or `Last-Modified` as the site sent it.
  package var validator: String?
  /// Unix seconds.
  package var lastModified: Int64?
  package var isPublic: Bool
  /// Failed attempts since the last success.
  package var attempts: Int

  /// A content; each part as it is described above.
  package init(
    source: String, hash: String?, bytes: Int64, mediaType: String?, validator: String?, lastModified: Int64?,
    isPublic: Bool, attempts: Int = 0
  ) {
    self.source = source
    self.hash = hash
    self.bytes = bytes
    self.mediaType = mediaType
    self.validator = validator
    self.lastModified = lastModified
    self.isPublic = isPublic
    self.attempts = attempts
  }
}

/// How many contents there are.
package struct FileTotals: Sendable, Hashable {
  package var files = 0
  /// Of the different contents, on disk.
  package var bytes: Int64 = 0
  package var failed = 0
}

/// What is said of a file whose content does not come.
package struct FileFailure: Sendable, Hashable {
  /// For the operator; holds no secret.
  package var reason: String
  /// Whether the site says that it does not have it.
  package var isLost: Bool
  /// Unix seconds of the next attempt.
  package var next: Int64

  /// A failure; each part as it is described above.
  package init(reason: String, isLost: Bool, next: Int64) {
    self.reason = reason
    self.isLost = isLost
    self.next = next
  }
}

extension Mirror {
  /// The next files whose content is not known, may be another by now, or failed and is due again, by number.
  /// - Parameter now: Unix seconds.
  package func filesToFetch(_ policy: FilePolicy, after resource: Int64, limit: Int, now: Int64) throws -> [FileSource]
  {
    guard policy != .none else { return [] }
    let base = try fact(.siteBaseURL) ?? ""
    return try read { db in
      try Row.fetchAll(
        db,
        sql: """
          SELECT \(Mirror.sourceColumns), c.error IS NOT NULL
          FROM file_source f JOIN resource r ON r.id = f.resource JOIN identity i ON i.id = r.id
          LEFT JOIN file_content c ON c.resource = r.id
          WHERE r.id > ?1
            AND (c.resource IS NULL OR c.sequence <> r.sequence OR (c.error IS NOT NULL AND c.next_attempt <= ?2))
            AND \(Mirror.isWanted)
          ORDER BY r.id LIMIT ?4
          """, arguments: [resource, now, policy == .all, limit]
      ).compactMap { try Mirror.source($0, base: base) }
    }
  }

  /// What `source(_:base:)` reads, but for the last column: whether the site is asked although nothing says that it has another content.
  private static let sourceColumns = """
    r.id, i.uuid, r.sequence, r.changed, f.uri, f.url, f.size, f.media_type, c.source, c.sha256, c.bytes, c.media_type,
    c.validator, c.last_modified, c.is_public, c.attempts
    """

  /// What the site's own list calls public, for SQL over `file_source f`.
  private static let isPublic = "substr(f.uri, 1, 9) = 'public://'"

  /// What the policy (`?3`: all) wants.
  private static let isWanted = "(?3 OR \(isPublic))"

  /// Files whose content is here and was last compared with the site's before a time, those first that wait longest.
  /// - Parameter time: Unix seconds.
  package func filesToCheck(_ policy: FilePolicy, comparedBefore time: Int64, limit: Int) throws -> [FileSource] {
    guard policy != .none else { return [] }
    let base = try fact(.siteBaseURL) ?? ""
    return try read { db in
      try Row.fetchAll(
        db,
        sql: """
          SELECT \(Mirror.sourceColumns), 1
          FROM file_content c JOIN file_source f ON f.resource = c.resource JOIN resource r ON r.id = c.resource
          JOIN identity i ON i.id = r.id
          WHERE c.error IS NULL AND c.sha256 IS NOT NULL AND c.sequence = r.sequence
            AND coalesce(c.checked, c.fetched, 0) <= ?1 AND \(Mirror.isWanted)
          ORDER BY coalesce(c.checked, c.fetched, 0), r.id LIMIT ?2
          """, arguments: [time, limit, policy == .all]
      ).compactMap { try Mirror.source($0, base: base) }
    }
  }

  private static func source(_ row: Row, base: String) throws -> FileSource? {
    guard let id = SweepRows.uuid(try row.decode(atIndex: 1)) else { return nil }
    let url: String = try row.decode(atIndex: 5)
    var known: FileContent?
    if let source = try row.decode(String?.self, atIndex: 8) {
      known = try FileContent(
        source: source, hash: row.decode(atIndex: 9), bytes: row.decode(Int64?.self, atIndex: 10) ?? 0,
        mediaType: row.decode(atIndex: 11), validator: row.decode(atIndex: 12),
        lastModified: row.decode(atIndex: 13),
        isPublic: row.decode(atIndex: 14), attempts: row.decode(atIndex: 15))
    }
    return try FileSource(
      resource: row.decode(atIndex: 0), uuid: id.fileName, sequence: row.decode(atIndex: 2),
      uri: row.decode(atIndex: 4),
      url: url.replacingOccurrences(of: String(decoding: BaseMark.bytes, as: UTF8.self), with: base),
      size: row.decode(atIndex: 6), mediaType: row.decode(atIndex: 7),
      changed: row.decode(atIndex: 3), known: known, id: id, base: base,
      isCheck: row.decode(atIndex: 16))
  }

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
        arguments: [Mirror.fileType, file.subject])
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
      .file, type: Mirror.fileType, subject: file.subject, reason: "\(file.uri): \(failure.reason)", advice: advice,
      at: now)
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
    let named = try setAside().filter { $0.kind == .file && $0.type == Mirror.fileType }
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
    for thing in named where policy == .none || !failing.contains(thing.subject.replacing("-", with: "").lowercased()) {
      try takeBack(.file, of: Mirror.fileType, subject: thing.subject)
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
      return try hashes.filter { try !Mirror.isUsed($0, db) }
    }
  }

  /// What the parts of the files that a policy wants are called (`ResourceID.fileName`).
  package func fileIdentifiers(_ policy: FilePolicy) throws -> Set<String> {
    guard policy != .none else { return [] }
    return try read { db in
      try Set(
        Data.fetchAll(
          db,
          sql: """
            SELECT i.uuid FROM file_source f JOIN resource r ON r.id = f.resource JOIN identity i ON i.id = r.id
            WHERE ?1 OR \(Mirror.isPublic)
            """, arguments: [policy == .all]
        ).compactMap { SweepRows.uuid($0)?.fileName })
    }
  }

  /// Whether a content belongs to any file.
  package func isContentUsed(_ hash: String) throws -> Bool { try read { try Mirror.isUsed(hash, $0) } }

  private static func isUsed(_ hash: String, _ db: Database) throws -> Bool {
    try Bool.fetchOne(db, sql: "SELECT EXISTS (SELECT 1 FROM file_content WHERE sha256 = ?)", arguments: [hash])
      ?? false
  }

  /// What there is of contents.
  package func fileTotals() throws -> FileTotals {
    try read { db in
      let row = try Row.fetchOne(
        db, sql: "SELECT count(sha256), count(error) FROM file_content")
      let bytes = try Int64.fetchOne(
        db,
        sql: "SELECT total(bytes) FROM (SELECT DISTINCT sha256, bytes FROM file_content WHERE sha256 IS NOT NULL)")
      return try FileTotals(
        files: row?.decode(Int.self, atIndex: 0) ?? 0, bytes: bytes ?? 0, failed: row?.decode(Int.self, atIndex: 1) ?? 0
      )
    }
  }

  /// The content that is served under a path; nil when there is none. What the site calls public no longer is for everybody no more.
  /// - Parameter path: that of the resource's `uri.url`, percent-decoded, without query.
  package func fileContent(path: String) throws -> FileContent? {
    try read { db in
      try Row.fetchOne(
        db,
        sql: """
          SELECT c.source, c.sha256, c.bytes, c.media_type, c.validator, c.last_modified,
            c.is_public AND \(Mirror.isPublic), c.attempts
          FROM file_content c JOIN resource r ON r.id = c.resource JOIN file_source f ON f.resource = c.resource
          WHERE c.path = ? AND c.sha256 IS NOT NULL ORDER BY c.fetched DESC LIMIT 1
          """, arguments: [path]
      ).map { row in
        try FileContent(
          source: row.decode(atIndex: 0), hash: row.decode(atIndex: 1), bytes: row.decode(Int64?.self, atIndex: 2) ?? 0,
          mediaType: row.decode(atIndex: 3), validator: row.decode(atIndex: 4), lastModified: row.decode(atIndex: 5),
          isPublic: row.decode(atIndex: 6), attempts: row.decode(atIndex: 7))
      }
    }
  }
}
