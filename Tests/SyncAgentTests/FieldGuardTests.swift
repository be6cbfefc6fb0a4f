import Store
import Testing

@testable import SyncAgent

@Suite struct FieldGuardTests {
  private func document(_ attributes: [String], _ relationships: [String] = ["uid"]) -> [UInt8] {
    let a = attributes.map { "\"\($0)\":1" }.joined(separator: ",")
    let r = relationships.map { "\"\($0)\":{\"data\":null}" }.joined(separator: ",")
    return Array("{\"type\":\"a--b\",\"id\":\"x\",\"attributes\":{\(a)},\"relationships\":{\(r)}}".utf8)
  }

  @Test func membersThatVanishAreCounted() {
    let full = document(["name", "mail"], ["uid", "roles"])
    let shrunk = document(["name"], ["uid"])
    let lost = LostFields([(full, full), (full, shrunk), (shrunk, shrunk), (shrunk, full)])
    #expect(lost.resources == 4)
    #expect(lost.counts == ["mail": .init(had: 2, lost: 1), "roles": .init(had: 2, lost: 1)])
    #expect(LostFields([(full, full), (shrunk, full)]).counts.isEmpty)
    // An empty value is no missing member.
    #expect(LostFields([(full, document(["name", "mail"], ["uid", "roles"]))]).counts.isEmpty)
    #expect(LostFields([(Array("{".utf8), shrunk)]).counts.isEmpty)
  }

  static let rows: [(had: Int, lost: Int, share: Double, isTooMuch: Bool)] = [
    (50, 50, 0.2, true), (50, 11, 0.2, true), (50, 10, 0.2, false), (50, 1, 0.2, false), (3, 1, 0.2, false),
    (3, 2, 0.2, true), (3, 3, 0.2, true), (1, 1, 0.2, true), (2, 1, 0.2, false), (9, 1, 0, true), (9, 0, 0, false),
    (9, 9, 1, false), (0, 0, 0.2, false),
  ]

  @Test(arguments: rows.indices) func theShareDecides(index: Int) {
    let row = Self.rows[index]
    #expect(FieldEvidence.isTooMuch(.init(had: row.had, lost: row.lost), share: row.share) == row.isTooMuch)
  }

  /// Pages of one row each: what each shows is little, together they are not.
  @Test func pagesAddUp() {
    let (full, shrunk) = (document(["name", "mail"]), document(["name"]))
    var seen = FieldEvidence()
    for _ in 0..<6 { seen.note(LostFields([(full, full)])) }
    #expect(seen.count(of: "mail").lost == 0)
    seen.note(LostFields([(full, shrunk)]))
    #expect(!FieldEvidence.isTooMuch(seen.count(of: "mail"), share: 0.2))
    seen.note(LostFields([(full, shrunk)]))
    #expect(FieldEvidence.isTooMuch(seen.count(of: "mail"), share: 0.2))
    #expect(seen.count(of: "mail") == .init(had: 8, lost: 2))
  }
}
