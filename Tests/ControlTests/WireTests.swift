import Coding
import Testing

@testable import Control

/// What is said over the socket.
@Suite struct WireTests {
  static let wishes: [RoundWish] = [
    .round, .full, .sweep, .accepting(removalsOf: ["node--topic", "node--event"]),
    RoundWish(isFull: true, sweep: .never, only: ["node"], leavesChanges: true),
  ]

  @Test(arguments: wishes) func aWishArrivesAsItIs(_ wish: RoundWish) throws {
    let line = ControlRequest(wish).line
    #expect(line.last == 0x0A && line.dropLast().allSatisfy { $0 != 0x0A })
    #expect(try ControlRequest(parsing: Array(line.dropLast())).wish == wish)
  }

  /// Half of a wish is another one: what is not understood refuses the whole.
  @Test(arguments: [
    "", "{", "[]", "null", #"{"do":"stop"}"#, #"{"full":true}"#, #"{"do":"round","full":1}"#,
    #"{"do":"round","sweep":"soon"}"#, #"{"do":"round","only":"node"}"#, #"{"do":"round","only":[1]}"#,
    #"{"do":"round","only":[""]}"#, #"{"do":"round","nocturnal":true}"#,
    #"{"do":"round","sweep":"never","acceptRemovals":["node--topic"]}"#, String(repeating: "[", count: 10_000),
    #"{"do":"round","only":["\#(String(repeating: "x", count: 300))"]}"#, String(repeating: " ", count: 20_000),
  ])
  func whatIsNoRequestIsRefused(_ text: String) {
    #expect(throws: ControlRequest.Refusal.self) { try ControlRequest(parsing: Array(text.utf8)) }
  }

  @Test func aListHasItsBound() {
    let names = String(repeating: #""a","#, count: 1_001).dropLast()
    #expect(throws: ControlRequest.Refusal(description: "only has too many names")) {
      try ControlRequest(parsing: Array(#"{"do":"round","only":[\#(names)]}"#.utf8))
    }
  }

  static let events: [RoundEvent] = [
    .replied(.begun), .replied(.waits(behind: "a round")), .replied(.refused(reason: "no \"room\"\n")), .begun,
    .progress("3 of 4"), .notice("odd \u{1b}"),
    .ended(RoundEnding(code: 5, lines: [.init(.detail, "d"), .init(.summary, "s"), .init(.finding, "f\nf")])),
  ]

  @Test(arguments: events) func anEventArrivesAsItIs(_ event: RoundEvent) {
    let line = EventLine.bytes(event)
    #expect(line.last == 0x0A && line.dropLast().allSatisfy { $0 != 0x0A })
    #expect(EventLine.event(Array(line.dropLast())) == event)
  }

  @Test(arguments: [
    "", "{}", "nonsense", #"{"event":"later"}"#, #"{"event":"ended"}"#, #"{"event":"ended","code":1e99}"#,
  ])
  func whatIsNotKnownIsPassedBy(_ text: String) { #expect(EventLine.event(Array(text.utf8)) == nil) }

  /// Details give way to what was found, and a line never outgrows what the client takes.
  @Test func aLongSummaryIsShortenedAndSaysSo() throws {
    let details = (0..<20_000).map { RoundEnding.Line(.detail, "type \($0)") }
    let found = (0..<100).map { RoundEnding.Line(.finding, "found \($0)") }
    let line = EventLine.bytes(.ended(RoundEnding(code: 3, lines: details + found)))
    #expect(line.count < EventLine.limit)
    guard case .ended(let ending)? = EventLine.event(Array(line.dropLast())) else {
      Issue.record("no ending")
      return
    }
    #expect(ending.code == 3)
    #expect(ending.lines.count { $0.text.hasPrefix("found ") } == 100)
    #expect(ending.lines.last?.text.hasPrefix("15100 more lines") == true)
    let huge = RoundEnding.Line(.finding, String(repeating: "\u{1}", count: 4 << 20))
    #expect(EventLine.bytes(.ended(RoundEnding(code: 3, lines: [huge]))).count < 1_000)
  }
}
