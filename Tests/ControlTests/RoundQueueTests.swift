import Testing

@testable import Control

/// Which wish comes when.
@Suite struct RoundQueueTests {
  @Test func oneAtATimeInTheOrderOfTheWishes() {
    var queue = RoundQueue()
    #expect(queue.ask(.round) == .init(reply: .begun, number: 1))
    #expect(queue.next() == .init(number: 1, wish: .round))
    #expect(queue.ask(.sweep) == .init(reply: .waits(behind: "a round"), number: 2))
    #expect(queue.ask(.full).number == 3)
    #expect(queue.next() == nil)
    queue.leave()
    #expect(queue.next()?.wish == .sweep)
    queue.leave()
    #expect(queue.next()?.wish == .full)
    queue.leave()
    #expect(queue.next() == nil)
  }

  /// What is under way may be past what its asker wants to see.
  @Test func whatWaitsIsSharedAndWhatIsUnderWayIsNot() {
    var queue = RoundQueue()
    _ = queue.ask(.sweep)
    _ = queue.next()
    let first = queue.ask(.sweep)
    #expect(first.number == 2)
    #expect(queue.ask(.sweep) == first)
    #expect(queue.ask(RoundWish(sweep: .now, only: ["node"])).number == 3)
    #expect(queue.waiting.count == 2)
  }

  @Test func aRoundOfTheScheduleIsWaitedFor() {
    var queue = RoundQueue()
    queue.beginScheduled()
    #expect(queue.ask(.round).reply == .waits(behind: "a round"))
    #expect(queue.next() == nil)
    queue.leave()
    #expect(queue.next() != nil)
  }

  @Test func soManyWaitAndNoMore() {
    var queue = RoundQueue()
    for number in 0..<RoundQueue.most { #expect(queue.ask(RoundWish(only: ["t\(number)"])).number != nil) }
    #expect(queue.ask(.round) == .init(reply: .refused(reason: "16 other rounds wait already"), number: nil))
    // Who wants what waits already takes no room.
    #expect(queue.ask(RoundWish(only: ["t3"])).number == 4)
  }

  /// Else rounds without sweeps, wished for again and again, would take the place of all that the schedule has.
  @Test func whatLeavesSweepsOutIsNoOrdinaryRound() {
    for wish in [RoundWish.round, .full, .sweep, .accepting(removalsOf: ["node--topic"])] { #expect(wish.readsAll) }
    #expect(!RoundWish(sweep: .never).readsAll)
    #expect(!RoundWish(only: ["node"]).readsAll)
  }

  @Test func whatIsClosedRefusesAll() {
    var queue = RoundQueue()
    _ = queue.ask(.round)
    _ = queue.ask(.full)
    #expect(queue.close("the daemon ends").count == 2)
    #expect(queue.ask(.round) == .init(reply: .refused(reason: "the daemon ends"), number: nil))
    #expect(queue.next() == nil)
  }

  @Test func aWishIsSaidInAFewWords() {
    #expect(RoundWish.round.words == "a round")
    #expect(RoundWish.full.words == "a full round")
    #expect(RoundWish.accepting(removalsOf: ["b", "a"]).words == "a round accepting removals of a, b")
    let many = RoundWish(sweep: .now, only: Set((1...8).map { "t\($0)" }), leavesChanges: true)
    #expect(
      many.words
        == "a round with a sweep of everything of t1, t2, t3, t4, t5 and 3 more only without sending local changes")
  }
}
