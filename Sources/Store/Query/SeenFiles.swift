extension ReadSnapshot {
  /// The content that is served under a path, of a file that is shown; nil when there is none. As `Reading.fileContent` finds it among
  /// all. A file whose address is hidden has none.
  /// - Parameter path: that of the resource's `uri.url`, percent-decoded, without query.
  package func fileContent(path: String) throws -> FileContent? {
    let statement = try statement(
      """
      SELECT r.type, c.source, c.sha256, c.bytes, c.media_type, c.validator, c.last_modified,
        c.is_public AND \(FileKeeping.isPublic), c.attempts
      FROM file_content c JOIN resource r ON r.id = c.resource JOIN file_source f ON f.resource = c.resource
      WHERE c.path = ? AND c.sha256 IS NOT NULL ORDER BY c.fetched DESC
      """)
    defer { statement.reset() }
    statement.bind(path, at: 1)
    func text(_ column: Int32) -> String? { statement.isNull(column) ? nil : statement.text(column) }
    while try statement.step() {
      guard let type = try catalog.type(id: statement.integer(0), connection), sight.shows("uri", of: type) else {
        continue
      }
      return FileContent(
        source: statement.text(1), hash: text(2), bytes: statement.integer(3), mediaType: text(4), validator: text(5),
        lastModified: statement.optionalInteger(6), isPublic: statement.integer(7) != 0,
        attempts: Int(statement.integer(8)))
    }
    return nil
  }
}
