import Foundation
import GRDB
import JSONAPI

/// Which files are to be looked at, and what there is of them.
extension FileKeeping {
  /// The next files whose content is not known, may be another by now, or failed and is due again, by number.
  /// - Parameter now: Unix seconds.
  package func filesToFetch(_ policy: FilePolicy, after resource: Int64, limit: Int, now: Int64) throws -> [FileSource]
  {
    guard policy != .none else { return [] }
    let base = try reading.fact(.siteBaseURL) ?? ""
    return try read { db in
      try Row.fetchAll(
        db,
        sql: """
          SELECT \(FileKeeping.sourceColumns), c.error IS NOT NULL
          FROM file_source f JOIN resource r ON r.id = f.resource JOIN identity i ON i.id = r.id
          LEFT JOIN file_content c ON c.resource = r.id
          WHERE r.id > ?1
            AND (c.resource IS NULL OR c.sequence <> r.sequence OR (c.error IS NOT NULL AND c.next_attempt <= ?2))
            AND \(FileKeeping.isWanted)
          ORDER BY r.id LIMIT ?4
          """, arguments: [resource, now, policy == .all, limit]
      ).compactMap { try FileKeeping.source($0, base: base) }
    }
  }

  /// What `source(_:base:)` reads, but for the last column: whether the site is asked although nothing says that it has another content.
  private static let sourceColumns = """
    r.id, i.uuid, r.sequence, r.changed, f.uri, f.url, f.size, f.media_type, c.source, c.sha256, c.bytes, c.media_type,
    c.validator, c.last_modified, c.is_public, c.attempts
    """

  /// What the site's own list calls public, for SQL over `file_source f`.
  static let isPublic = "substr(f.uri, 1, 9) = 'public://'"

  /// What the policy (`?3`: all) wants.
  private static let isWanted = "(?3 OR \(isPublic))"

  /// Files whose content is here and was last compared with the site's before a time, those first that wait longest.
  /// - Parameter time: Unix seconds.
  package func filesToCheck(_ policy: FilePolicy, comparedBefore time: Int64, limit: Int) throws -> [FileSource] {
    guard policy != .none else { return [] }
    let base = try reading.fact(.siteBaseURL) ?? ""
    return try read { db in
      try Row.fetchAll(
        db,
        sql: """
          SELECT \(FileKeeping.sourceColumns), 1
          FROM file_content c JOIN file_source f ON f.resource = c.resource JOIN resource r ON r.id = c.resource
          JOIN identity i ON i.id = r.id
          WHERE c.error IS NULL AND c.sha256 IS NOT NULL AND c.sequence = r.sequence
            AND coalesce(c.checked, c.fetched, 0) <= ?1 AND \(FileKeeping.isWanted)
          ORDER BY coalesce(c.checked, c.fetched, 0), r.id LIMIT ?2
          """, arguments: [time, limit, policy == .all]
      ).compactMap { try FileKeeping.source($0, base: base) }
    }
  }

  private static func source(_ row: Row, base: String) throws -> FileSource? {
    guard let id = IdentityText.id(try row.decode(atIndex: 1)) else { return nil }
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

  /// What the parts of the files that a policy wants are called (`ResourceID.fileName`).
  package func fileIdentifiers(_ policy: FilePolicy) throws -> Set<String> {
    guard policy != .none else { return [] }
    return try read { db in
      try Set(
        Data.fetchAll(
          db,
          sql: """
            SELECT i.uuid FROM file_source f JOIN resource r ON r.id = f.resource JOIN identity i ON i.id = r.id
            WHERE ?1 OR \(FileKeeping.isPublic)
            """, arguments: [policy == .all]
        ).compactMap { IdentityText.id($0)?.fileName })
    }
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
}

extension Reading {
  /// The content that is served under a path; nil when there is none. What the site calls public no longer is for everybody no more.
  /// - Parameter path: that of the resource's `uri.url`, percent-decoded, without query.
  package func fileContent(path: String) throws -> FileContent? {
    try read { db in
      try Row.fetchOne(
        db,
        sql: """
          SELECT c.source, c.sha256, c.bytes, c.media_type, c.validator, c.last_modified,
            c.is_public AND \(FileKeeping.isPublic), c.attempts
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
