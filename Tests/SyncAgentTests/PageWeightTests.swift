import Testing
import Upstream

@testable import SyncAgent

@Suite struct PageWeightTests {
  /// Plays a collection of rows, some of which fail: gives what was read, what was stepped over, and how many requests it took.
  private func play(_ count: Int, most: Int = 50, poison: Set<Int> = [], heaviest: Int = .max) -> (
    read: [Int], over: [Int], requests: Int
  ) {
    var weight = PageWeight(most: most)
    var (offset, requests) = (0, 0)
    var (read, over): ([Int], [Int]) = ([], [])
    while offset < count, requests < 100_000 {
      requests += 1
      let page = offset..<min(count, offset + weight.limit)
      if page.count <= heaviest, !page.contains(where: poison.contains) {
        weight.came()
        read += page
        offset = page.upperBound
      } else if weight.limit > 1 {
        weight.failed(rows: weight.limit)
      } else {
        over.append(offset)
        offset += 1
        weight.steppedOver()
      }
      #expect((1...most).contains(weight.limit))
    }
    return (read, over, requests)
  }

  @Test func nothingWrongCostsNothing() {
    #expect(play(1000).requests == 20)
    #expect(play(1000, most: 7).requests == 143)
  }

  @Test(arguments: [[3], [0], [999], [500, 501], Array(200..<260), Array(0..<1000), [10, 60, 110, 900]])
  func onlyPoisonIsSteppedOver(poison: [Int]) {
    let played = play(1000, poison: Set(poison))
    #expect(played.over == poison)
    #expect(played.read == (0..<1000).filter { !poison.contains($0) })
    #expect(played.requests < 20 + 16 * poison.count, "\(played.requests)")
  }

  /// More is tried seldom: every attempt may be a timeout.
  @Test(arguments: [1, 2, 12, 25, 49]) func heavyPagesSettle(heaviest: Int) {
    let played = play(3000, heaviest: heaviest)
    #expect(played.over.isEmpty && played.read == Array(0..<3000))
    var sustained = 50
    while sustained > heaviest { sustained /= 2 }
    #expect(played.requests < 3000 / sustained * 12 / 10 + 30, "\(played.requests)")
  }

  @Test func afterATransientFailurePagesGrowAgain() {
    var weight = PageWeight(most: 50)
    weight.failed(rows: 50)
    weight.failed(rows: 25)
    for _ in 0..<20 { weight.came() }
    #expect(weight.limit == 50)
  }

  @Test func whatMayBeTheRows() {
    func may(_ error: any Error) -> Bool { PageWeight.mayBeTheRows(error) }
    #expect(may(SiteError(.serverFault, status: 500)) && may(SiteError(.unavailable, status: 504)))
    #expect(may(SiteError(.malformed, status: 200)) && may(SiteError(.html, status: 403)))
    #expect(may(TransportError(.timeout, "", url: "")) && may(TransportError(.tooLarge, "", url: "")))
    #expect(may(TransportError(.truncated, "", url: "")))
    #expect(!may(SiteError(.throttled, status: 429)) && !may(SiteError(.forbidden, status: 403)))
    #expect(!may(TransportError(.unreachable, "", url: "")) && !may(CancellationError()))
    var maintenance = SiteError(.unavailable, status: 503)
    maintenance.isMaintenance = true
    #expect(!may(maintenance))
  }
}
