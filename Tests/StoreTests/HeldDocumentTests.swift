import JSONAPI
import Support
import Testing

@testable import Store

/// What a reader has at hand is not read again.
@Suite struct HeldDocumentTests {
  /// Holds the resources of some serial numbers, as they are since any change.
  private final class Holder: DocumentHolder {
    let held: Set<Int64>
    var asked: [Int64] = []
    var changes: [Int64: Int64] = [:]
    init(_ held: Set<Int64>) { self.held = held }

    func holds(_ resource: Int64, since sequence: Int64) -> Bool {
      asked.append(resource)
      changes[resource] = sequence
      return held.contains(resource)
    }
  }

  /// A row of a query: its resource, its change, and how many bytes of it were read.
  private struct Row: Equatable {
    var resource: Int64
    var sequence: Int64
    var bytes: Int
    var isHeld: Bool
  }

  private func rows(_ made: CrawledMirror, _ query: String, _ holder: Holder?, asks: Bool = true) throws -> [Row] {
    let parameters = try QueryParameters(QueryString(parsing: query).tree)
    return try ResourceReader(made.mirror).snapshot(seeing: .everything) { snapshot in
      let type = try #require(try snapshot.type(name: "node--topic"))
      var rows: [Row] = []
      let query = try QueryCompiler.compile(parameters, for: type, in: snapshot, asksHolder: asks)
      try snapshot.rows(query, holding: holder) { row in
        rows.append(
          Row(
            resource: row.id, sequence: row.sequence, bytes: row.stored.document.count + row.stored.splices.count,
            isHeld: row.isHeld))
        return true
      }
      return rows
    }
  }

  @Test(arguments: [
    "", "page[limit]=3", "page[offset]=2&page[limit]=3", "sort=-title", "sort=title,-count&page[offset]=1",
    QueryCase.condition("title", "STARTS_WITH", ["c"]), QueryCase.condition("title", "<>", ["x"]) + "&sort=-created",
    QueryCase.condition("uid.name", "<>", ["x"]),
  ]) func whatIsHeldIsNotRead(query: String) throws {
    let made = try SmallCommunity.mirror(SmallCommunity.usual)
    for isIndexed in [false, true] {
      if isIndexed { try made.indexEverything() }
      let plain = try rows(made, query, nil, asks: false)
      try #require(!plain.isEmpty && plain.allSatisfy { $0.bytes > 0 && !$0.isHeld })
      #expect(try rows(made, query, nil) == plain, "nobody holds anything")
      let half = Set(plain.map(\.resource).enumerated().filter { $0.offset.isMultiple(of: 2) }.map(\.element))
      for held in [[], half, Set(plain.map(\.resource))] {
        let holder = Holder(held)
        let found = try rows(made, query, holder)
        let expected = plain.map { row in
          var row = row
          if held.contains(row.resource) { (row.bytes, row.isHeld) = (0, true) }
          return row
        }
        #expect(found == expected)
        #expect(plain.allSatisfy { holder.changes[$0.resource] == $0.sequence })
        #expect(holder.asked.count == Set(holder.asked).count, "each is asked about once")
        // Rows before the page, and those that a filter leaves out, are nobody's business.
        #expect(Set(holder.asked) == Set(plain.map(\.resource)))
      }
    }
  }

  /// A connection goes to others: nobody is asked any more when the query is over.
  @Test func nobodyIsAskedAfterwards() throws {
    let made = try SmallCommunity.mirror(SmallCommunity.usual)
    let reader = ResourceReader(made.mirror)
    let holder = Holder([])
    try reader.snapshot(seeing: .everything) { snapshot in
      let type = try #require(try snapshot.type(name: "node--topic"))
      let query = try QueryCompiler.compile(QueryParameters(), for: type, in: snapshot, asksHolder: true)
      struct Enough: Error {}
      #expect(throws: Enough.self) { try snapshot.rows(query, holding: holder) { _ in throw Enough() } }
      let asked = holder.asked.count
      try snapshot.rows(query) { row in
        #expect(!row.isHeld)
        return true
      }
      #expect(holder.asked.count == asked && asked > 0)
    }
  }
}
