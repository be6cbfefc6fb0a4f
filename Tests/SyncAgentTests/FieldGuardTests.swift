import JSONAPI
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

  private func document(values: [(String, String)]) -> [UInt8] {
    let a = values.map { "\"\($0)\":\($1)" }.joined(separator: ",")
    return Array("{\"type\":\"a--b\",\"id\":\"x\",\"attributes\":{\(a)},\"relationships\":{}}".utf8)
  }

  /// Another name for the same values is no loss, though one of the resources was edited meanwhile.
  @Test func whatHasAnotherNameIsNotLost() {
    func pair(_ before: String, _ after: String) -> (stored: [UInt8], now: [UInt8]) {
      (document(values: [("name", "1"), ("title", before)]), document(values: [("name", "1"), ("headline", after)]))
    }
    let same = (1...5).map { pair("\"T\($0)\"", "\"T\($0)\"") }
    #expect(LostFields(same).counts.isEmpty)
    #expect(LostFields(same + [pair("\"T6\"", "\"Edited\"")]).counts.isEmpty)
    // One that was there before is no new name, and another value is none of it.
    #expect(LostFields((1...5).map { pair("\"T\($0)\"", "\"Other\"") }).counts == ["title": .init(had: 5, lost: 5)])
    let two = document(values: [("name", "1"), ("title", "1")])
    #expect(LostFields([(two, document(values: [("name", "1")]))]).counts == ["title": .init(had: 1, lost: 1)])
    // Most of them tell.
    let mixed = [pair("\"T\"", "\"T\"")] + (1...4).map { pair("\"T\($0)\"", "\"Other\"") }
    #expect(LostFields(mixed).counts == ["title": .init(had: 5, lost: 5)])
  }

  @Test func whatTheMirrorAsksByIsNoContent() {
    let askedBy: Set = ["changed", "nid"]
    for name in ["changed", "nid", "drupal_internal__vid", "drupal_internal__revision_id"] {
      #expect(FieldEvidence.isNoContent(name, askedBy), "\(name)")
    }
    for name in ["revision_log", "revision_log_message", "mail", "created", "drupal_internal__target_id"] {
      #expect(!FieldEvidence.isNoContent(name, askedBy), "\(name)")
    }
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

  static let few: [(had: Int, stored: Int, isRare: Bool)] = [
    (1, 131, true), (2, 131, true), (6, 131, false), (5, 131, true), (1, 5, true), (1, 4, false), (2, 9, false),
    (4, 20, true), (4, 19, false), (5, 40, false), (49, 1000, true), (50, 1000, false), (9, 9, false), (1, 1, false),
  ]

  /// What few ever had says nothing of rights; of a type with few resources hardly anything is rare.
  @Test(arguments: few.indices) func fewOfManyTellNothing(index: Int) {
    let row = Self.few[index]
    #expect(FieldEvidence.isRare(had: row.had, of: row.stored) == row.isRare, "\(row)")
    // Counting further would not change it.
    let enough = FieldEvidence.enough(of: row.stored)
    #expect(FieldEvidence.isRare(had: min(row.had, enough), of: row.stored) == row.isRare, "\(row)")
  }

  /// Pages of one row each: what each shows is little, together they are not.
  @Test func pagesAddUp() {
    let (full, shrunk) = (document(["name", "mail"]), document(["name"]))
    let ids = (0..<9).map { ResourceID(high: 1, low: $0) }
    // What is stored of the last alone never had it.
    let members: (ResourceID) -> Set<String>? = { $0 == ids[8] ? ["name"] : ["name", "mail"] }
    var seen = FieldEvidence()
    for index in 0..<6 { seen.note(LostFields([(full, full)]), of: [ids[index]]) }
    func mail() -> LostFields.Count { seen.count(of: "mail", members) }
    #expect(mail().lost == 0)
    seen.note(LostFields([(full, shrunk)]), of: [ids[6]])
    #expect(!FieldEvidence.isTooMuch(mail(), share: 0.2))
    seen.note(LostFields([(full, shrunk)]), of: [ids[7]])
    #expect(FieldEvidence.isTooMuch(mail(), share: 0.2))
    #expect(mail() == .init(had: 8, lost: 2))
    // Who never had it says nothing of it, however many there are.
    for _ in 0..<9 { seen.note(LostFields([(shrunk, shrunk)]), of: [ids[8]]) }
    #expect(mail() == .init(had: 8, lost: 2))
  }
}
