import JSONAPI
import Testing

@Suite struct ResourceIDTests {
  static let odd = [
    "0e6f055d-7141-4a6c-9ea2-2426b436733x", "ScrambledDemo_1532959261_7", "42", "0", "a b", " ", "50%", "a/b", "?x=1#y",
    "Ä ö 名",
    "ABCDEF01-7141-4A6C-9EA2-2426B4367330", "0e6f055d71414a6c9ea22426b4367331", "'; DROP TABLE identity; --", "\"\\",
    String(repeating: "x", count: 128), String(repeating: "é", count: 128), "e\u{301}", "..",
  ]

  @Test(arguments: odd) func anyTextIsAnID(text: String) throws {
    let id = try #require(ResourceID(text))
    #expect(id.description.utf8.elementsEqual(text.utf8) && !id.isUUID)
    let stored = id.bytes
    #expect(stored.count > 16 && stored.prefix(16).allSatisfy { $0 == 0 })
    #expect(stored.withUnsafeBytes { ResourceID(bytes: $0) } == id)
    #expect(id.withStoredBytes { Array($0) } == stored)
    #expect(PercentCoding.decodedPath(id.pathPart).utf8.elementsEqual(text.utf8))
    #expect(id.pathPart.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && !"/?#".utf8.contains($0) })
    #expect(id.fileName.utf8.count < 200)
    #expect(id.fileName.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x7A).contains($0) || $0 == 0x2D })
  }

  @Test func uuidsTakeSixteenBytes() throws {
    let id = try #require(ResourceID("0e6f055d-7141-4a6c-9ea2-2426b4367331"))
    #expect(id.isUUID && id.bytes.count == 16 && id.fileName == "0e6f055d71414a6c9ea22426b4367331")
    #expect(id.bytes.withUnsafeBytes { ResourceID(bytes: $0) } == id)
    #expect(id.description == "0e6f055d-7141-4a6c-9ea2-2426b4367331" && id.pathPart == id.description)
    // Another spelling is another id, and found by the same look-up.
    let capital = try #require(ResourceID("0E6F055D-7141-4A6C-9EA2-2426B4367331"))
    #expect(capital != id && capital.folded == id && id.folded == id)
    #expect(try #require(ResourceID("ABC")).folded == ResourceID("abc") && ResourceID("ABC") != ResourceID("abc"))
    // Zeros alone are a UUID, too.
    let none = try #require(ResourceID("00000000-0000-0000-0000-000000000000"))
    #expect(none.bytes.withUnsafeBytes { ResourceID(bytes: $0) } == none)
  }

  @Test func whatNoIDCanBe() {
    for text in ["", "a\u{0}b", "a\nb", "\u{7F}", String(repeating: "x", count: ResourceID.longest + 1)] {
      #expect(ResourceID(text) == nil)
    }
    #expect([UInt8]([0xFF, 0x41]).withUnsafeBytes { ResourceID(utf8: $0) } == nil)
    #expect([UInt8](repeating: 1, count: 17).withUnsafeBytes { ResourceID(bytes: $0) } == nil)
    #expect([UInt8](repeating: 0, count: 15).withUnsafeBytes { ResourceID(bytes: $0) } == nil)
    #expect(
      ResourceID(target: "missing") == nil && ResourceID(target: "virtual") == nil && ResourceID("missing") != nil)
    // Swift takes these for equal; databases do not.
    #expect(ResourceID("é") != ResourceID("e\u{301}"))
    #expect(Set(ResourceIDTests.odd.compactMap { ResourceID($0)?.fileName }).count == ResourceIDTests.odd.count)
  }
}
