import Coding
import Store
import Testing

@testable import Admin

/// Texts beside each other, word by word.
@Suite struct ComparisonTests {
  private func pieces(_ texts: [String?]) -> [[MarkedText.Piece]?] { ComparedTexts(texts).texts.map { $0?.pieces } }

  @Test func differingWordsAreMarked() {
    let compared = pieces(["the quick brown fox", "the slow brown fox", "the quick red fox"])
    #expect(
      compared == [
        [.same("the "), .differs("quick"), .same(" "), .differs("brown"), .same(" fox")],
        [.same("the "), .differs("slow"), .same(" brown fox")], [.same("the quick "), .differs("red"), .same(" fox")],
      ])
  }

  @Test func whatIsAlikeHasNoMarks() {
    #expect(pieces(["one two", "one two", "one two"]) == Array(repeating: [.same("one two")], count: 3))
    #expect(pieces(["", ""]) == [[], []])
    #expect(pieces([nil, nil, "x"]) == [nil, nil, [.same("x")]])
  }

  /// Where nothing was agreed on, the sides stand against each other.
  @Test func withoutABaseTheSidesAreCompared() {
    #expect(pieces([nil, "a b", "a c"]) == [nil, [.same("a "), .differs("b")], [.same("a "), .differs("c")]])
    #expect(pieces(["a b", nil, "a c"]) == [[.same("a "), .differs("b")], nil, [.same("a "), .differs("c")]])
  }

  /// The site tells texts apart by their bytes; people see no difference, so the marks have to show it.
  @Test func textsAreComparedByTheirBytes() {
    #expect(pieces(["caf\u{E9}", "cafe\u{301}"]) == [[.differs("caf\u{E9}")], [.differs("cafe\u{301}")]])
  }

  @Test func scriptsWithoutSpacesAreComparedBySigns() {
    #expect(
      pieces(["東京都", "東北都"]) == [[.same("東"), .differs("京"), .same("都")], [.same("東"), .differs("北"), .same("都")]])
  }

  /// Of a long text what differs is shown, with some words around it.
  @Test func longStretchesThatAreAlikeAreLeftOut() throws {
    let words = (0..<2_000).map { "word\($0)" }
    var others = words
    others[1_000] = "other"
    let compared = pieces([words.joined(separator: " "), others.joined(separator: " ")])
    let site = try #require(compared[1])
    #expect(site.contains(.differs("other")) && compared[0]?.contains(.differs("word1000")) == true)
    let left = site.compactMap { piece -> Int? in
      guard case .leftOut(let bytes) = piece else { return nil }
      return bytes
    }
    #expect(left.count == 2 && left.allSatisfy { $0 > 1_000 })
    // Alike as a whole, it is known by its beginning.
    let same = try #require(pieces([words.joined(separator: " "), words.joined(separator: " ")])[0])
    guard same.count == 2, case .same(let beginning) = same[0], case .leftOut = same[1] else {
      Issue.record("\(same.count) pieces")
      return
    }
    #expect(beginning.hasPrefix("word0 word1 "))
  }

  @Test(.timeLimit(.minutes(5))) func hugeTextsAreCutAndSaySo() throws {
    let one = String(repeating: "<p>x</p> ", count: 200_000)
    let compared = ComparedTexts([one, one + "y", "z" + one])
    #expect(compared.isCut)
    for text in compared.texts {
      let last = try #require(text?.pieces.last)
      guard case .cut(let bytes) = last else {
        Issue.record("\(last)")
        continue
      }
      #expect(bytes >= one.utf8.count - Words.mostBytes)
    }
    // Nothing in common, and more than is compared.
    let (left, right) = ((0..<20_000).map { "a\($0)" }, (0..<20_000).map { "b\($0)" })
    let apart = ComparedTexts([left.joined(separator: " "), right.joined(separator: " ")])
    #expect(apart.isCut)
    #expect(apart.texts.allSatisfy { $0?.pieces.contains { if case .differs = $0 { true } else { false } } == true })
  }

  /// What has a partner is the same on both sides, in its order; and where few elements differ, no more than those have none.
  @Test func partnersAreACommonSubsequence() {
    var state: UInt64 = 7
    func roll(_ most: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(state >> 33) % most
    }
    for _ in 0..<500 {
      let (first, second) = ((0..<roll(30)).map { _ in roll(4) }, (0..<roll(30)).map { _ in roll(4) })
      let diff = WordDiff(first, second)
      let (one, other) = (Self.paired(first, diff.old), Self.paired(second, diff.new))
      #expect(one == other, "\(first) \(second)")
      #expect(one.count == Self.longest(first, second), "\(first) \(second)")
      // Too many edits: what is left are the ends.
      let short = WordDiff(first, second, mostEdits: 1)
      #expect(Self.paired(first, short.old) == Self.paired(second, short.new))
    }
  }

  /// The elements that have a partner.
  private static func paired(_ list: [Int], _ isAlone: [Bool]) -> [Int] {
    zip(list, isAlone).compactMap { element, isAlone in isAlone ? nil : element }
  }

  /// The length of a longest common subsequence, by the book.
  private static func longest(_ one: [Int], _ other: [Int]) -> Int {
    var row = [Int](repeating: 0, count: other.count + 1)
    for element in one {
      var before = 0
      for place in other.indices {
        let above = row[place + 1]
        row[place + 1] = element == other[place] ? before + 1 : max(above, row[place])
        before = above
      }
    }
    return row[other.count]
  }
}

/// Values and paths as pages have them.
@Suite struct PageFormTests {
  @Test func valuesAreShownAsPeopleReadThem() throws {
    func shown(_ json: String, _ name: String = "body", in group: ChangedMember.Group = .attributes) throws -> String? {
      ShownText.text(try JSON(parsing: json), of: name, in: group)
    }
    #expect(try shown(#""a\nb""#) == "a\nb")
    #expect(
      try shown(#"{"value":"<p>x</p>","format":"basic_html","processed":"y"}"#) == "value: <p>x</p>\nformat: basic_html"
    )
    #expect(try shown("[1,true,null]") == "1\ntrue\n(empty)")
    #expect(try shown(#""secret""#, "pass") == ShownText.hidden)
    let tag = #"{"type":"taxonomy_term--tags","id":"a","meta":{"drupal_internal__target_id":1}}"#
    #expect(try shown("[\(tag)]", "field_tags", in: .relationships) == "taxonomy_term--tags a")
    #expect(try shown("null", "uid", in: .relationships) == "(none)")
    #expect(ShownText.text(nil, of: "title", in: .attributes) == nil)
    // As deep as a document may be, and no stack is used up.
    let deep = String(repeating: "[", count: 60) + String(repeating: "]", count: 60)
    #expect(try shown(deep)?.isEmpty == false)
  }

  @Test(arguments: [#"{"a":[1,{"b":"\"<"}],"c":{},"d":[]}"#, "[]", "1", #""x""#, "[[[[]]]]"])
  func readableJSONIsTheSameValue(_ text: String) throws {
    let value = try JSON(parsing: text)
    #expect(try JSON(parsing: ReadableJSON.text(value)) == value)
  }

  /// What browsers resolve, or take for the end of a path, is never a part of one.
  @Test(arguments: ["crm", "..", ".", "a/b", "a?b", "a#b", "100%", "a+b", "%2e%2e", "übung", "id-x", " ", "<script>"])
  func namesComeBackFromPaths(_ name: String) throws {
    let path = try #require(PagePath("/consumers/\(PagePath.segment(name))/rotate", under: "/consumers"))
    #expect(path.segments.count == 2 && path.name(0) == name)
    #expect(path.segments[0].utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && !"/?#\"<>".utf8.contains($0) })
    #expect(
      ConsumerPages.Route(ConsumerPages.path(of: .rotate, name), under: ConsumerPages.path) == .action(.rotate, name))
  }

  @Test func otherPathsAreOfNobody() {
    for path in [
      "/queues", "/queue/", "/queue/x", "/queue/1/", "/queue/1/else", "/queue/1/retry/x", "/queue/-1", "/queue/+1",
    ] {
      #expect(QueuePages.Route(path) == nil, "\(path)")
    }
    #expect(
      QueuePages.Route("/queue/99999999999999999999") == nil && QueuePages.Route("/queue/7/drop") == .action(.drop, 7))
    #expect(ConflictPages.Route("/conflicts/7/document") == .take(.document, 7))
    #expect(
      ConsumerPages.Route("/consumers/add", under: ConsumerPages.path) == .add
        && ConsumerPages.Route("/consumers/crm/rotate", under: ConsumerPages.path) == nil)
    #expect(AccountPages.Route("/accounts/id-ana/password", under: AccountPages.path) == .action(.password, "ana"))
  }

  @Test func theSitesWordsAreItsErrors() {
    let document = #"""
      {"errors":[{"title":"Unprocessable","detail":"title: may not be null","source":{"pointer":"/data/attributes/title"}},{}]}
      """#
    #expect(SiteWords(document).sentences == ["Unprocessable: title: may not be null (/data/attributes/title)"])
    #expect(SiteWords("<h1>502</h1>").sentences == ["<h1>502</h1>"])
    #expect(SiteWords(nil).sentences.isEmpty)
    #expect(SiteWords("<h1>").html.text.contains("&lt;h1&gt;"))
  }

  /// What would be refused as too long is not offered to be edited.
  @Test func aFormTakesWhatABodyMayBe() {
    #expect(EditedDocument.fits(String(repeating: "a", count: 64_000)))
    #expect(!EditedDocument.fits(String(repeating: "a", count: 65_000)))
    #expect(!EditedDocument.fits(String(repeating: "\"", count: 22_000)))
    #expect(EditedDocument.fits(String(repeating: "\"", count: 21_000)))
  }

  @Test func longTextsAreCutAndSaySo() {
    #expect(Pieces.shortened("abc", to: 3) == "abc" && Pieces.shortened("", to: 0) == "")
    #expect(Pieces.shortened("abcd", to: 3) == "abc… (1 more bytes are not shown)")
  }
}
