import Store
import Testing

@Suite struct CollationTests {
  @Test(arguments: [
    ("Zürich", "ZURICH"), ("José", "JOSE"), ("straße", "STRASE"), ("Ёлка", "ЕЛКА"), ("Ångström", "ANGSTROM"),
    ("𝄞", "🙂"), ("éa", "EA"), ("Ελλάς", "ΕΛΛΑΣ"),
  ]) func theseAreTheSame(left: String, right: String) {
    #expect(GeneralCollation.fold(left, trimmed: true) == GeneralCollation.fold(right, trimmed: true))
  }

  /// Two scalars that make one letter are two characters there, unlike for Swift's own comparison.
  @Test(arguments: [("e\u{301}", "é"), ("Øre", "Ore"), ("й", "и"), ("ss", "ß"), ("a b", "ab"), (" a", "a")])
  func theseDiffer(left: String, right: String) {
    let folded = [left, right].map { Array(GeneralCollation.fold($0, trimmed: true).utf8) }
    #expect(folded[0] != folded[1])
  }

  @Test func spacesAtTheEndCountOnlyUntrimmed() {
    #expect(GeneralCollation.fold("a  ", trimmed: true) == "A")
    #expect(GeneralCollation.fold("a  ", trimmed: false) == "A  ")
  }

  @Test(arguments: [
    ("12abc", 12.0), ("abc", 0), (" 7", 7), ("-3.5x", -3.5), ("1e3", 1000), ("1e", 1), (".5", 0.5), ("", 0), ("+2", 2),
    ("2024-01-01", 2024), ("true", 0), ("5.", 5),
  ]) func textHasTheNumberAtItsStart(text: String, number: Double) {
    #expect(leadingNumber(text) == number)
  }
}
