import JSONAPI
import Testing

/// A resource object of which single members are read and set says the same as one that is parsed and written again.
@Suite struct ResourceTextTests {
  private static let usual = #"""
    {"type":"node--topic","id":"6f5c","links":{"self":{"href":"x"}},"attributes":{"title":"One","body":{"value":"\u003Cp\u003E"},"n":1.50},
    "relationships":{"uid":{"data":{"type":"user--user","id":"a"}},"tags":{"data":[]}},"meta":{"a":1}}
    """#.replacing("\n", with: "")

  private func text(_ json: String = ResourceTextTests.usual) throws -> ResourceText {
    try ResourceText(Array(json.utf8))
  }

  private func written(_ text: ResourceText) -> String {
    var bytes: [UInt8] = []
    text.append(to: &bytes)
    return String(decoding: bytes, as: UTF8.self)
  }

  @Test func whatIsNotSetStaysAsItIs() throws {
    #expect(try written(text()) == Self.usual)
    for odd in ["{}", #"{"type":"a","attributes":[],"id":"b"}"#, #"{"attributes":null}"#, #"{"relationships":{}}"#] {
      #expect(try written(text(odd)) == odd)
    }
  }

  @Test func membersAreRead() throws {
    let text = try text()
    #expect(try text.value(.attributes, "title") == "One" && text.value(.attributes, "n") == .number("1.50"))
    #expect(try text.value(.attributes, "body") == ["value": "<p>"] && text.value(.attributes, "uid") == nil)
    #expect(try text.value(.relationships, "uid")?["data"]?["id"] == "a" && text.id == "6f5c")
    #expect(try text.json() == JSON(parsing: Self.usual))
    #expect(try !self.text("{}").hasAttributes && text.hasAttributes)
  }

  @Test func aMemberIsSetInItsPlace() throws {
    var text = try text()
    text.set(.attributes, "title", to: "a & b")
    text.set(.relationships, "tags", to: ["data": [["type": "t", "id": "x"]]])
    text.set(.attributes, "new/one", to: .null)
    let expected = Self.usual
      .replacing(#""One""#, with: #""a \u0026 b""#)
      .replacing(#"{"data":[]}"#, with: #"{"data":[{"type":"t","id":"x"}]}"#)
      .replacing(#""n":1.50}"#, with: #""n":1.50,"new\/one":null}"#)
    #expect(written(text) == expected)
    #expect(try text.value(.attributes, "new/one") == .null && text.value(.attributes, "title") == "a & b")
  }

  /// Where there are no attributes, or an empty list where they would be, they are made; relationships are not.
  @Test(arguments: [
    (#"{}"#, #"{"attributes":{"a":1}}"#), (#"{"type":"t"}"#, #"{"type":"t","attributes":{"a":1}}"#),
    (#"{"attributes":[],"id":"x"}"#, #"{"attributes":{"a":1},"id":"x"}"#),
    (#"{"attributes":{}}"#, #"{"attributes":{"a":1}}"#),
  ]) func attributesAreMade(given: String, expected: String) throws {
    var text = try text(given)
    text.set(.attributes, "a", to: 1)
    text.set(.relationships, "r", to: 1)
    #expect(written(text) == expected)
  }

  /// So many that names are looked up, each set once and once more.
  @Test func manyMembers() throws {
    let members = (0..<500).map { ("field_\($0)", JSON.integer($0)) }
    var expected = JSONObject(members)
    var text = try ResourceText(
      JSON.object(JSONObject([("attributes", .object(JSONObject(members)))])).encoded(.site))
    for number in stride(from: 0, to: 1_000, by: 3) {
      text.set(.attributes, "field_\(number)", to: "x")
      text.set(.attributes, "field_\(number)", to: .string("\(number)"))
      expected["field_\(number)"] = .string("\(number)")
    }
    #expect(try text.json()["attributes"] == .object(expected))
    #expect(try text.value(.attributes, "field_999") == "999" && text.value(.attributes, "field_1") == 1)
  }

  @Test func aNameIsTheSameHoweverItIsEscaped() throws {
    var text = try text(#"{"attributes":{"\u0061b":1,"c\/d":2}}"#)
    #expect(try text.value(.attributes, "ab") == 1 && text.value(.attributes, "c/d") == 2)
    text.set(.attributes, "ab", to: 3)
    #expect(written(text) == #"{"attributes":{"ab":3,"c\/d":2}}"#)
  }

  @Test func whatAnotherHasMoreIsKept() throws {
    var text = try text(#"{"type":"t","attributes":{"a":1}}"#)
    #expect(try text.keep(from: self.text(#"{"attributes":{"a":2,"b":[1]},"relationships":{"r":{"data":null}}}"#)))
    #expect(written(text) == #"{"type":"t","attributes":{"a":1,"b":[1]},"relationships":{"r":{"data":null}}}"#)
    #expect(try !text.keep(from: self.text(#"{"attributes":{"b":3}}"#)))
  }

  /// A site's language writes an object without members as an empty list.
  @Test(arguments: ["[]", "null"]) func relationshipsStandWhereNoneStood(none: String) throws {
    var text = try text(#"{"type":"t","relationships":\#(none),"attributes":{"a":1}}"#)
    #expect(try text.keep(from: self.text(#"{"attributes":{},"relationships":{"r":{"data":null}}}"#)))
    #expect(written(text) == #"{"type":"t","relationships":{"r":{"data":null}},"attributes":{"a":1}}"#)
  }

  @Test(arguments: ["", "[]", #"{"a":1"#, #"{"attributes":{"a"}}"#, "{} ", #"{"attributes":{"a":01}}"#])
  func whatIsNoObjectIsRefused(given: String) {
    #expect(throws: JSONSyntaxError.self) { _ = try ResourceText(Array(given.utf8)) }
  }
}
