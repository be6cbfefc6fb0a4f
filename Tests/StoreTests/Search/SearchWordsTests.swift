import OpenSocial
import Testing

@testable import Store

/// What a client looks for, and what is looked through.
@Suite struct SearchWordsTests {
  @Test(arguments: [
    ("garden", #""garden""#), ("Zürich gar*", #""Zürich" AND "gar"*"#), ("  a  b ", #""a" AND "b""#),
    (#""quoted phrase""#, #""quoted" AND "phrase""#), ("a NEAR(b c)", #""a" AND "NEAR" AND "b" AND "c""#),
    ("title: x OR y", #""title" AND "x" AND "OR" AND "y""#), ("{title} : x", #""title" AND "x""#), ("-not", #""not""#),
    ("x\0y", #""x" AND "y""#), ("o'neill", #""o" AND "neill""#), ("東京*", #""東京"*"#), ("東*", #""東"*"#),
    ("e\u{301}t\u{e9}", "\"e\u{301}t\u{e9}\""), ("word *", #""word""#), ("ab* ab* ab", #""ab"* AND "ab""#),
    ("\u{1F389} party", #""party""#), ("^start", #""start""#), ("a+b", #""a" AND "b""#),
  ])
  func wordsAreWords(text: String, expression: String) throws {
    #expect(try SearchWords(text).expression(in: nil) == expression)
  }

  @Test func columnsAreNamed() throws {
    #expect(try SearchWords("a bc*").expression(in: ["title", "rest"]) == #"{title rest} : ("a" AND "bc"*)"#)
    #expect(try SearchWords("a").expression(in: ["title", "rest"]) == #"{title rest} : ("a")"#)
  }

  static let refused: [(text: String, refusal: SearchWords.Refusal)] = [
    ("", .noWord), ("* \" ' ( ) - : ^ {", .noWord), ("\u{301}", .noWord), ("\0", .noWord),
    ("a*", .shortBeginning("a")), ("x é*", .shortBeginning("é")), (String(repeating: "x", count: 1_001), .tooLong),
    (String(repeating: "\"", count: 100_000), .tooLong),
    ((0..<17).map { "w\($0)" }.joined(separator: " "), .tooManyWords),
  ]

  @Test(arguments: refused)
  func whatIsNoWordIsRefused(text: String, refusal: SearchWords.Refusal) {
    #expect(throws: refusal) { try SearchWords(text) }
    #expect(!refusal.description.isEmpty)
  }

  @Test(arguments: [
    ("Anna", true), ("two words", true), ("O'Neill", true), ("Jean-Luc", true), ("Été", true), ("東京", true),
    ("UTC", true),
    ("en", false), ("basic_html", false), ("2024-01-20T17:08:00+00:00", false), ("https://a.example/B", false),
    ("See https://a.example", true), ("anna@example.test", false), ("+31 20 555", false), ("", false),
    ("#ffffff", false),
    ("39 rue", true), ("public://Ab.png", false), ("Europe/Berlin", false),
  ])
  func textsForPeopleAreTold(text: String, isText: Bool) {
    #expect(FieldDescription.isOfWords(text.utf8) == isText)
  }

  @Test func fieldsOfMachinesAreNotLookedThrough() {
    for name in ["metatag", "langcode", "drupal_internal__nid", "revision_log", "path"] {
      #expect(!FieldDescription(name).isSearched, "\(name)")
    }
    for name in ["title", "body", "field_profile_first_name", "subject"] { #expect(FieldDescription(name).isSearched) }
  }

  @Test func snippetsAreTakenApart() {
    let snippet = SearchSnippet(marked: "a \u{2}b\u{3} c\u{2}d\u{3}")
    #expect(snippet.text == "a b cd")
    #expect(snippet.pieces.map(\.isFound) == [false, true, false, true])
    #expect(SearchSnippet(marked: "\u{3}\u{2}").pieces.isEmpty)
  }

  @Test func whatIsOwedWaitsByWhatItCosts() {
    var purge = SearchPurge()
    #expect(!purge.isDue(at: 1_000) && !purge.isOwed)
    purge.removals = 1
    #expect(purge.isDue(at: 1_000))
    (purge.passed, purge.lastMilliseconds) = (1_000, 10_000)
    #expect(!purge.isDue(at: 1_499) && purge.isDue(at: 1_500))
    (purge.removals, purge.edits) = (0, 1)
    #expect(!purge.isDue(at: 1_500) && purge.isDue(at: 11_000))
    purge.lastMilliseconds = .max
    #expect(!purge.isDue(at: 80_000) && purge.isDue(at: 1_000 + 86_400))
    // A clock that was set back puts nothing off.
    #expect(purge.isDue(at: 10))
    (purge.edits, purge.isUnderWay) = (0, true)
    #expect(purge.isDue(at: 1_001) && purge.isOwed)
    (purge.passed, purge.removals) = (.min, 1)
    #expect(purge.isDue(at: .max))
  }
}
