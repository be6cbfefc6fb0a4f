import JSONAPI
import Testing

/// Members of a sparse fieldset, by the bytes of their names.
@Suite struct SparseFieldsTests {
  private static func kept(_ names: [String], of document: String) -> String {
    var bytes: [UInt8] = []
    let renderer = DocumentRenderer(base: DocumentBase("http://h"))
    let stored = Array(document.utf8)
    stored.withUnsafeBytes { stored in
      renderer.append(
        .init(document: stored, splices: UnsafeRawBufferPointer(start: nil, count: 0), path: [], revision: nil),
        fields: SparseFields(names), into: &bytes)
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  private static let head = #"{"type":"a--b","id":"00000000-0000-4000-8000-000000000001""#

  static let cases: [([String], String)] = [
    (["title"], #","attributes":{"title":"T"}}"#),
    (["uid"], #","relationships":{"uid":{"data":null}}}"#),
    (
      ["uid", "title", "body", "uid"],
      #","attributes":{"title":"T","body":{"uid":[1,{"title":2}]}},"relationships":{"uid":{"data":null}}}"#
    ),
    ([], "}"), ([""], "}"), (["titl", "titles", "ui", "Title"], "}"),
    (["ü"], #","attributes":{"\u00fc":1}}"#),
  ]

  @Test(arguments: cases)
  func onlyMembersOfTheseNamesAreLeft(names: [String], rest: String) {
    let document =
      Self.head + #","attributes":{"title":"T","body":{"uid":[1,{"title":2}]},"\u00fc":1},"#
      + #""relationships":{"uid":{"data":null},"other":{"data":[]}}}"#
    #expect(Self.kept(names, of: document) == Self.head + rest)
  }

  @Test func whatFollowsStays() {
    let document = Self.head + #","attributes":{"a":1},"meta":{"a":2}}"#
    #expect(Self.kept(["a"], of: document) == document)
    #expect(Self.kept(["b"], of: document) == Self.head + #","meta":{"a":2}}"#)
    #expect(Self.kept(["a"], of: Self.head + #","meta":{"a":2}}"#) == Self.head + #","meta":{"a":2}}"#)
    let damaged = Self.head + #","attributes":{"a":1"#
    #expect(Self.kept(["b"], of: damaged) == damaged)
  }

  @Test func namesAreFoundAmongMany() {
    let names = (0..<300).map { "field_\($0)" }
    let fields = SparseFields(names + names.reversed())
    for name in names { #expect(fields.contain(name)) }
    for name in ["field_300", "field_", "", "field_0 ", "Field_0"] { #expect(!fields.contain(name)) }
  }
}
