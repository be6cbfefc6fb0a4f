import Testing

@testable import LocalAPI

/// Where a site sends who reads a path under another spelling of it, as a living one answered.
@Suite struct SpellingTests {
  private static let base = "http://h"
  private static let id = "92E8D560-DA14-11E5-B5D2-0A1D41D68578"

  @Test(arguments: [
    ("/jsonapi/node/topic", nil), ("/jsonapi/node/topic?&", nil), ("/jsonapi/node/t%6fpic", nil),
    ("/jsonapi/node/topic?", "/jsonapi/node/topic"), ("/jsonapi/node/topic/", "/jsonapi/node/topic"),
    ("/jsonapi/node/topic/?b=1&a=%2f", "/jsonapi/node/topic?b=1&a=%2f"), ("/JSONAPI/node/Topic", "/jsonapi/node/topic"),
    ("/jsonapi/node/T%4Fpic", "/jsonapi/node/topic"), ("/index.php/jsonapi/node/topic", "/jsonapi/node/topic"),
    ("/index.php/jsonapi/node/topic/?a=1", "/jsonapi/node/topic?a=1"), ("/index.phpx/jsonapi", nil),
  ])
  func collections(target: String, moved: String?) {
    let spelling = Spelling(target)
    #expect(spelling.moved(.collection("/jsonapi/node/topic"), base: Self.base) == moved.map { Self.base + $0 })
  }

  /// What stands for an id is no part of the route and keeps its letters.
  @Test func idsKeepTheirLetters() {
    let topic = "/jsonapi/node/topic"
    let one = Spelling("/JSONAPI/node/topic/\(Self.id)")
    #expect(one.moved(.individual(collection: topic, id: ""), base: "") == "\(topic)/\(Self.id)")
    #expect(Spelling("\(topic)/\(Self.id)").moved(.individual(collection: topic, id: ""), base: "") == nil)
    let related = Spelling("\(topic)/\(Self.id)/UID")
    #expect(related.moved(.related(collection: topic, id: "", field: ""), base: "") == "\(topic)/\(Self.id)/uid")
    let relationship = Spelling("\(topic)/a b/relationships/Uid/")
    #expect(
      relationship.moved(.relationship(collection: topic, id: "", field: ""), base: "")
        == "\(topic)/a%20b/relationships/uid")
  }

  @Test(arguments: [
    ("/a%", true), ("/a%4", true), ("/a%zz", true), ("/a%00b", true), ("/a%41?%", false), ("/a%0a", false),
  ])
  func malformedEscapesAreNoTarget(target: String, isMalformed: Bool) {
    #expect(Spelling.isMalformed(target) == isMalformed)
  }

  @Test(arguments: [("/a/b", nil), ("//a", "/a"), ("/a///b//", "/a/b/"), ("/index.php//a", "/index.php/a")])
  func emptyPartsAreTakenOut(path: String, single: String?) {
    #expect(Spelling.withoutEmptyParts(path) == single)
  }
}
