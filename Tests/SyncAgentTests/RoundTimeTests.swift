import SyncAgent
import Testing

/// Until when something is known.
@Suite struct RoundTimeTests {
  @Test func answersMoveItBackAndNeverForward() {
    let time = RoundTime(entry: 1000, now: 5000)
    #expect(time.start == 1000)
    #expect(time.knownUntil(oldest: nil) == 1000)
    #expect(time.knownUntil(oldest: 1200) == 1000)
    #expect(time.knownUntil(oldest: 280) == 280)
    #expect(time.horizon(settleWindowSeconds: 300) == 700)
    #expect(time.horizon(settleWindowSeconds: 300, madeAt: 900) == 600)
    #expect(time.horizon(settleWindowSeconds: 300, madeAt: 2000) == 700)
    #expect(RoundTime(entry: nil, now: 5000).start == 5000)
  }
}
