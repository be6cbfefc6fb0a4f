import Store
import Testing

/// Places in the change feed are one word, and what cannot be read on from is said.
@Suite struct FeedPositionTests {
  @Test(arguments: ["0", "17", "17-abc0", "5-1000-abc0"]) func aPlaceIsOneWord(text: String) throws {
    #expect(try #require(FeedPosition(text)).text == text)
  }

  @Test(arguments: [
    "", "-", "a", "-1", "+1", "1-", "1-A", "1-a-b", "1-2-3-a", "1-2-", " 1", "1.5", "9999999999999999999", "1-a b",
    "1152921504606846976",
  ]) func whatIsNoneIsNone(text: String) { #expect(FeedPosition(text) == nil) }

  @Test func whereToGoOnIsDecided() throws {
    let state = FeedState(feed: "abc0", last: 1_000, keptFrom: 900)
    func start(_ text: String) throws -> String { try state.start(from: #require(FeedPosition(text))).text }
    // Who begins learns what there is, and then what has left since.
    #expect(try start("0") == "0-1000-abc0")
    #expect(try start("0-abc0") == "0-1000-abc0")
    #expect(try start("5-950-abc0") == "5-950-abc0")
    #expect(try start("900") == "900-abc0" && start("1000-abc0") == "1000-abc0")
    #expect(throws: FeedRefusal.tooFarBehind(keptFrom: 900)) { try start("899") }
    #expect(throws: FeedRefusal.tooFarBehind(keptFrom: 900)) { try start("5-899-abc0") }
    #expect(throws: FeedRefusal.future(last: 1_000)) { try start("1001") }
    #expect(throws: FeedRefusal.future(last: 1_000)) { try start("5-1001-abc0") }
    #expect(throws: FeedRefusal.otherMirror) { try start("950-abc1") }
    #expect(state.end.text == "1000-abc0")
  }
}
