import JSONAPI

/// A resource that was found by words.
package struct SearchHit: Sendable, Hashable {
  /// Its interned identity.
  package var id: Int64
  /// A piece of its text around what was found.
  package var snippet: SearchSnippet
  /// Smaller comes first.
  var rank: Double
}

/// A page of what was found by words.
package struct SearchPage: Sendable, Hashable {
  /// In order.
  package var hits: [SearchHit]
  /// Whether more follow.
  package var hasNext: Bool
  /// Whether the best come first; else those that came to the mirror last.
  package var isRanked: Bool
}

/// A piece of text with what was found in it.
package struct SearchSnippet: Sendable, Hashable {
  /// A part of the text.
  package struct Piece: Sendable, Hashable {
    /// Never empty.
    package var text: String
    /// Whether it is one of the words.
    package var isFound: Bool
  }

  /// The text in order.
  package let pieces: [Piece]

  /// Signs before and behind a word that was found: no text in the index has control characters.
  static let open: Character = "\u{2}"
  static let close: Character = "\u{3}"

  /// Takes apart what FTS5 gives.
  /// - Parameter marked: a text with U+0002 before and U+0003 behind each word that was found.
  package init(marked: String) {
    var pieces: [Piece] = []
    var text = ""
    func take(_ isFound: Bool) {
      if !text.isEmpty { pieces.append(Piece(text: text, isFound: isFound)) }
      text = ""
    }
    for character in marked {
      switch character {
      case SearchSnippet.open: take(false)
      case SearchSnippet.close: take(true)
      default: text.append(character)
      }
    }
    take(false)
    self.pieces = pieces
  }

  /// The text alone.
  package var text: String { pieces.map(\.text).joined() }
}

extension ReadSnapshot {
  /// Resources in which all of some words are, the best first, as far as the sight goes: neither a resource nor a field that it leaves
  /// out is found or shown. What has changed since it was indexed is left out until it is indexed again. To rank, all that is found has
  /// to be looked at: what more than `mostRanked` have in them tells little, and comes with the newest first.
  /// - Parameters:
  ///   - types: those whose resources are looked through.
  ///   - page: how many are skipped and how many are given.
  ///   - mostRanked: in how many resources words may be and still be ranked; as many as that takes about a tenth of a second.
  package func search(
    _ words: SearchWords, in types: [ServedType], page: PageParameter, mostRanked: Int64 = 50_000
  ) throws -> SearchPage {
    let isRanked = try !isCommon(words, mostRanked)
    let most = Int64(page.offset) + Int64(page.limit) + 1
    let streams = try searchGroups(types).map { try SearchStream(self, words, $0, isRanked: isRanked, upTo: most) }
    var hits: [SearchHit] = []
    var skipped = 0
    while hits.count <= page.limit {
      // Each stream comes in order: the best of their heads is the best of all that is left.
      let best = streams.filter { $0.head != nil }.min {
        ($0.head?.rank ?? 0, $0.number) < ($1.head?.rank ?? 0, $1.number)
      }
      guard let best, let hit = best.head else { break }
      if skipped < page.offset { skipped += 1 } else { hits.append(hit) }
      try best.advance()
      try connection.checkTime()
    }
    return SearchPage(
      hits: Array(hits.prefix(page.limit)), hasNext: hits.count > page.limit, isRanked: isRanked)
  }

  /// Whether words are in more than so many resources, whoever asks.
  private func isCommon(_ words: SearchWords, _ most: Int64) throws -> Bool {
    let statement = try connection.statement(
      "SELECT count(*) FROM (SELECT 1 FROM search_index WHERE search_index MATCH ?1 LIMIT ?2)")
    defer { statement.reset() }
    statement.bind(words.expression(in: nil), at: 1)
    statement.bind(most + 1, at: 2)
    return try statement.step() && statement.integer(0) > most
  }

  /// Whether the index of words has all that is stored.
  package func isSearchCurrent() throws -> Bool {
    let statement = try connection.statement(
      """
      SELECT (SELECT after FROM search_state)
        >= coalesce((SELECT CAST(value AS INTEGER) FROM setting WHERE name = 'sequence'), 0)
      """)
    defer { statement.reset() }
    return try statement.step() && statement.integer(0) != 0
  }

  /// Types of which the same columns are looked through.
  struct SearchGroup {
    var types: [Int64]
    /// Nil for all.
    var columns: [String]?
  }

  /// The types that have anything to be looked through, by the columns in which nothing is that the sight hides.
  private func searchGroups(_ types: [ServedType]) throws -> [SearchGroup] {
    guard !sight.isEverything else { return types.isEmpty ? [] : [SearchGroup(types: types.map(\.id), columns: nil)] }
    let slots = try searchSlots()
    var groups: [SearchGroup] = []
    for type in types {
      var columns: [String]?
      if let shown = try members(of: type, asked: nil) {
        let known = slots[type.id] ?? []
        let hidden = Set(known.filter { !shown.contain($0.field) }.map { $0.slot })
        let open = Set(known.map { $0.slot }).subtracting(hidden)
        columns = SearchSlots.columns.indices.filter { open.contains($0) }.map { SearchSlots.columns[$0] }
      }
      if columns?.isEmpty == true { continue }
      if let index = groups.firstIndex(where: { $0.columns == columns }) {
        groups[index].types.append(type.id)
      } else {
        groups.append(SearchGroup(types: [type.id], columns: columns))
      }
    }
    return groups
  }

  private func searchSlots() throws -> [Int64: [(field: String, slot: Int)]] {
    let statement = try connection.statement("SELECT type, field, slot FROM search_field")
    defer { statement.reset() }
    var slots: [Int64: [(field: String, slot: Int)]] = [:]
    while try statement.step() {
      slots[statement.integer(0), default: []].append((statement.text(1), Int(statement.integer(2))))
    }
    return slots
  }
}

/// What is found in one group of types, in order, read as far as it is asked for.
private final class SearchStream {
  /// The next one; nil at the end.
  private(set) var head: SearchHit?
  /// What tells it from others where their heads are as good.
  let number: Int64
  private let statement: RawStatement

  /// - Parameter most: how many are asked for.
  init(
    _ snapshot: ReadSnapshot, _ words: SearchWords, _ group: ReadSnapshot.SearchGroup, isRanked: Bool,
    upTo most: Int64
  ) throws {
    number = group.types.first ?? 0
    let types = group.types.map(String.init).joined(separator: ", ")
    let (rank, order) =
      isRanked ? ("search_index.rank", "search_index.rank") : ("-search_index.rowid", "search_index.rowid DESC")
    // FTS5 gives rows in either order, so that rows of resources are looked up for as many as are shown. A statement of its own for
    // each group: their types differ.
    statement = try snapshot.statement(
      """
      SELECT search_index.rowid, \(rank), snippet(search_index, -1, char(2), char(3), '…', 24)
      FROM search_index CROSS JOIN resource r ON r.id = search_index.rowid
      WHERE search_index MATCH ?1 AND r.type IN (\(types)) AND r.sequence <= (SELECT after FROM search_state)
      ORDER BY \(order) LIMIT ?2
      """)
    statement.bind(words.expression(in: group.columns), at: 1)
    statement.bind(most, at: 2)
    try advance()
  }

  /// Goes to the next one.
  func advance() throws {
    guard try statement.step() else {
      head = nil
      return
    }
    head = SearchHit(
      id: statement.integer(0), snippet: SearchSnippet(marked: statement.text(2)), rank: statement.double(1))
  }

  deinit { statement.reset() }
}
