import Testing

@testable import JSONAPI

/// Many members: looked up, replaced and kept apart as few are, and in time by their number.
@Suite struct LinearTests {
  @Test(arguments: [1, 12, 13, 500]) func membersKeepTheirOrder(count: Int) throws {
    let names = (0..<count).map { "m\($0 * 7 % count)-\($0)" }
    let text = names.map { "\"\($0)\":1" }.joined(separator: ",")
    var object = try #require(try JSON(parsing: "{\(text),\"\(names[0])\":2}").object)
    #expect(object.names == names && object[names[0]] == 2)
    #expect(names.allSatisfy { object[$0] != nil } && object["other"] == nil)
    object[names[count / 2]] = nil
    #expect(object.names == names.filter { $0 != names[count / 2] })
    object["new"] = 3
    #expect(object.names.last == "new" && object["new"] == 3)
    #expect(object.take("new") == 3 && object["new"]?.isNull == true)
    for name in names { object[name] = nil }
    #expect(object.names == ["new"])
    #expect(JSONObject([("a", 1), ("a", 2)]) == JSONObject([("a", 2)]))
  }

  @Test(arguments: [3, 40]) func namesAreComparedByTheirBytes(count: Int) throws {
    let others = (0..<count).map { "\"m\($0)\":0" }.joined(separator: ",")
    let object = try #require(try JSON(parsing: "{\(others),\"\u{E9}\":1,\"e\u{301}\":2}").object)
    #expect(object.members.count == count + 2 && object["\u{E9}"] == 1 && object["e\u{301}"] == 2)
  }

  @Test(arguments: [1, 12, 13, 500]) func treesKeepTheirOrder(count: Int) {
    let names = (0..<count).map { "n\($0)" }
    var tree = QueryTree(parsing: names.map { "\($0)=1&\($0)[x]=\($0)" }.joined(separator: "&"))
    #expect(tree.members.map(\.name) == names)
    #expect(names.allSatisfy { tree[$0]?.tree?["x"]?.text == $0 })
    tree[names[0]] = nil
    #expect(tree.members.map(\.name) == Array(names.dropFirst()) && tree[names[0]] == nil)
    #expect(QueryTree(parsing: "b=1&a=2&b=3") == QueryTree([("b", .text("3")), ("a", .text("2"))]))
    #expect(names.dropFirst().allSatisfy { tree.sortedByName[$0] == tree[$0] })
  }

  /// By the square of their number this would take minutes.
  @Test(.timeLimit(.minutes(5))) func manyTakeNoLonger() throws {
    let text = (0..<300_000).map { "\"m\($0 / 2)\":1" }.joined(separator: ",")
    let object = try #require(try JSON(parsing: "{\(text)}").object)
    #expect(object.members.count == 150_000)
    #expect(object.names.allSatisfy { object[$0] == 1 })
    var built = JSONObject()
    for name in object.names { built[name] = 2 }
    #expect(built.members.count == 150_000)
  }

  /// So does comparing letters with many marks.
  @Test func lettersWithTooManyMarksAreRefused() throws {
    let marks = String(repeating: "\u{301}\u{316}", count: 120)
    #expect(try JSON(parsing: "\"e\(marks)\"").string == "e\(marks)")
    let many = String(repeating: "\u{301}\u{316}", count: 500_000)
    #expect(throws: JSONSyntaxError.self) { try JSON(parsing: "{\"a\":\"e\(many)\"}") }
    #expect(throws: JSONSyntaxError.self) { try JSON(parsing: "{\"e\(many)\":1}") }
  }
}
