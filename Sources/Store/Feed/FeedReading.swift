import JSONAPI

extension ReadSnapshot {
  /// So many rows of resources are gone through for one page, where some are not shown.
  private static let mostLooked: Int64 = 5_000

  /// How far the feed goes, the same for all.
  package func feedState() throws -> FeedState {
    let statement = try connection.statement(
      """
      SELECT coalesce((SELECT value FROM setting WHERE name = 'feed'), ''),
        coalesce((SELECT CAST(value AS INTEGER) FROM setting WHERE name = 'sequence'), 0),
        coalesce((SELECT CAST(value AS INTEGER) FROM setting WHERE name = 'feed_kept_from'), 0)
      """)
    defer { statement.reset() }
    guard try statement.step() else { return FeedState(feed: "", last: 0, keptFrom: 0) }
    return FeedState(feed: statement.text(0), last: statement.integer(1), keptFrom: statement.integer(2))
  }

  /// The next changes of what is shown. To be asked in one snapshot (`ResourceReader.snapshot`).
  ///
  /// Each resource is told of with its newest change, so a page is the state of some resources, not a history. A page may be empty and
  /// something follow it: where much is not shown, it is gone through a part at a time.
  /// - Throws: `FeedRefusal` where nobody can read on from there; `QueryOverdue`.
  package func changes(_ question: FeedQuestion) throws -> FeedPage {
    let state = try feedState()
    let start = try state.start(from: question.position)
    var span = FeedSpan(after: start.sequence, upTo: try reach(from: start.sequence, question.limit, state.last))
    var found = try stored(in: &span, question)
    found += try gone(in: &span, after: start.begun)
    found.removeAll { $0.sequence > span.end }
    found.sort { $0.sequence < $1.sequence }
    if found.count > question.limit {
      found.removeSubrange(question.limit...)
      span.end = found.last?.sequence ?? span.end
    }
    return FeedPage(changes: found, start: start, end: span.end, isEnd: span.end >= state.last)
  }

  /// Up to which number a page looks at most.
  private func reach(from sequence: Int64, _ limit: Int, _ last: Int64) throws -> Int64 {
    let most = sight.isEverything ? Int64(limit) : ReadSnapshot.mostLooked
    let statement = try connection.statement(
      """
      SELECT count(*), max(sequence) FROM (SELECT sequence FROM resource WHERE sequence > ?1 ORDER BY sequence LIMIT ?2)
      """)
    defer { statement.reset() }
    statement.bind(sequence, at: 1)
    statement.bind(most, at: 2)
    guard try statement.step(), statement.integer(0) >= most else { return last }
    return statement.integer(1)
  }

  /// Changes of resources that are there and shown.
  private func stored(in span: inout FeedSpan, _ question: FeedQuestion) throws -> [FeedChange] {
    let columns = question.documents == nil ? "r.id, r.type, NULL, NULL, NULL, r.sequence" : ReadSnapshot.columns
    let statement = try statement(
      """
      SELECT \(columns), r.change_kind, r.change_origin, r.noted, i.uuid, t.name
      FROM resource r JOIN identity i ON i.id = r.id JOIN resource_type t ON t.id = r.type
      WHERE r.sequence > ?1 AND r.sequence <= ?2 ORDER BY r.sequence LIMIT ?3
      """)
    defer { statement.reset() }
    statement.bind(span.start, at: 1)
    statement.bind(span.end, at: 2)
    statement.bind(Int64(question.limit), at: 3)
    let renderer = question.documents.map { DocumentRenderer(base: $0) }
    var changes: [FeedChange] = []
    var (bytes, looked) = (0, 0)
    var last = span.end
    while try statement.step() {
      looked += 1
      last = statement.integer(5)
      if let id = ResourceID(bytes: statement.bytes(9)) {
        let document = try renderer.flatMap { try self.document(statement, $0) }
        bytes += document?.count ?? 0
        changes.append(
          FeedChange(
            sequence: last, type: statement.text(10), id: id.description,
            kind: statement.optionalInteger(6) == 1 ? .changed : .created,
            origin: .init(statement.integer(7)), time: statement.optionalInteger(8), document: document))
      }
      if looked >= question.limit || bytes >= question.bytes {
        span.end = last
        break
      }
      try connection.checkTime()
    }
    return changes
  }

  /// The resource object of a row, as it is shown; nil where it cannot be.
  private func document(_ statement: RawStatement, _ renderer: DocumentRenderer) throws -> [UInt8]? {
    guard let row = try row(statement, isSingle: false) else { return nil }
    var bytes: [UInt8] = []
    renderer.append(row.stored, fields: try members(of: row.type, asked: nil), into: &bytes)
    return bytes
  }

  /// What has left, or is not shown any more.
  private func gone(in span: inout FeedSpan, after begun: Int64) throws -> [FeedChange] {
    let most = sight.isEverything ? Int64(FeedQuestion.most) : ReadSnapshot.mostLooked
    let statement = try statement(
      sight.isEverything
        ? """
        SELECT d.sequence, d.origin, d.noted, d.uuid, t.name FROM removed_resource d JOIN resource_type t ON t.id = d.type
        WHERE d.sequence > ?1 AND d.sequence <= ?2 ORDER BY d.sequence LIMIT ?3
        """
        : """
        SELECT d.sequence, d.origin, d.noted, d.uuid, t.name, t.entity_type, d.was_published, d.was_public, d.owners,
          EXISTS (SELECT 1 FROM identity i JOIN resource r ON r.id = i.id
            WHERE \(IdentityIndex.uuid("i")) = d.uuid AND i.type = d.type)
        FROM departure d JOIN resource_type t ON t.id = d.type
        WHERE d.sequence > ?1 AND d.sequence <= ?2 ORDER BY d.sequence LIMIT ?3
        """)
    defer { statement.reset() }
    statement.bind(max(span.start, begun), at: 1)
    statement.bind(span.end, at: 2)
    statement.bind(most, at: 3)
    var changes: [FeedChange] = []
    var (looked, last) = (Int64(0), span.end)
    while try statement.step() {
      looked += 1
      last = statement.integer(0)
      if let id = ResourceID(bytes: statement.bytes(3)), try sight.isEverything || wasShown(id, statement) {
        changes.append(
          FeedChange(
            sequence: last, type: statement.text(4), id: id.description, kind: .removed,
            origin: .init(statement.integer(1)), time: statement.optionalInteger(2), document: nil))
      }
      try connection.checkTime()
    }
    if looked >= most { span.end = last }
    return changes
  }

  /// Whether who reads could see before, and cannot now, what a row of `departure` is about.
  private func wasShown(_ id: ResourceID, _ statement: RawStatement) throws -> Bool {
    guard statement.integer(9) == 0, let content = sight.narrowing?.content else { return false }
    let entityType = statement.text(5)
    let owners = try JSON(parsing: Array(statement.bytes(8))).array?.compactMap(\.string) ?? []
    return content.rules.allSatisfy { rules in
      guard rules.types.contains(statement.text(4), entityType: entityType) else { return false }
      if rules.published, statement.integer(6) == 0 { return false }
      if !rules.privateFiles, statement.integer(7) == 0 { return false }
      guard rules.own else { return true }
      guard let user = content.user?.folded else { return false }
      return owners.contains(user.description) || entityType == "user" && id.folded == user
    }
  }
}

/// The numbers that a page is about.
private struct FeedSpan {
  let start: Int64
  var end: Int64

  init(after start: Int64, upTo end: Int64) { (self.start, self.end) = (start, max(start, end)) }
}
