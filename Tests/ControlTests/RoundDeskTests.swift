import Support
import Testing

@testable import Control

/// Where wishes and the schedule meet.
@Suite(.timeLimit(.minutes(5))) struct RoundDeskTests {
  private let desk = RoundDesk { 1_000 }
  private let done = RoundEnding(code: 0, lines: [.init(.summary, "done")])

  private func all(_ hearing: RoundDesk.Hearing) async -> [RoundEvent] {
    var events: [RoundEvent] = []
    for await event in hearing.events { events.append(event) }
    return events
  }

  @Test func severalWhoWantTheSameHearTheSame() async throws {
    let hearings = [desk.follow(.sweep), desk.follow(.sweep)]
    let turn = try #require(desk.begin())
    desk.tell(.progress("half"), of: turn)
    desk.leave()
    desk.end(turn, done)
    for hearing in hearings {
      #expect(await all(hearing) == [.replied(.begun), .begun, .progress("half"), .ended(done)])
    }
    #expect(desk.begin() == nil)
  }

  /// Who hangs up leaves the round as it is; nobody is told then.
  @Test func whoHangsUpTakesNothingBack() async throws {
    let hearing = desk.follow(.full)
    hearing.hangUp()
    let turn = try #require(desk.begin())
    #expect(turn.wish == .full)
    #expect(!desk.isHeard(turn))
    desk.end(turn, done)
  }

  @Test func aWishWakesTheOneWhoWaits() async throws {
    let began = ContinuousClock.now
    async let waited: Void = desk.untilWished(atMost: .seconds(60))
    #expect(await desk.ask(.round) == .begun)
    try await waited
    #expect(ContinuousClock.now - began < .seconds(30))
    try await desk.untilWished(atMost: .milliseconds(1))
  }

  @Test func whoWaitsWithoutAnEndCanBeCancelled() async {
    let waiting = Task { try await desk.untilWished(atMost: nil) }
    waiting.cancel()
    await #expect(throws: CancellationError.self) { try await waiting.value }
  }

  @Test func closingAnswersAllWhoWaitAndAllWhoCome() async throws {
    let waiting = desk.follow(.sweep)
    let under = desk.follow(.full)
    _ = try #require(desk.begin())
    desk.close("the daemon ends", code: 1)
    let ending = RoundEvent.ended(RoundEnding(code: 1, lines: [.init(.finding, "the daemon ends")]))
    #expect(await all(waiting).last == ending)
    #expect(await all(under).last == ending)
    #expect(await all(desk.follow(.round)) == [.replied(.refused(reason: "the daemon ends"))])
    #expect(await desk.ask(.round) == .refused(reason: "the daemon ends"))
  }

  @Test func theCourseSaysWhatGoesOn() async throws {
    #expect(await desk.course == RoundCourse(.idle(since: nil)))
    desk.beginScheduled()
    _ = await desk.ask(.sweep)
    #expect(await desk.course == RoundCourse(.underWay(since: 1_000, with: "a round"), waiting: 1))
    desk.leave()
    desk.note(dueAt: 1_300)
    #expect(await desk.course == RoundCourse(.idle(since: 1_000), nextDueAt: 1_300, waiting: 1))
    _ = try #require(desk.begin())
    #expect(
      await desk.course == RoundCourse(.underWay(since: 1_000, with: "a round with a sweep of everything")))
  }

  /// A listener that takes nothing costs so many events and never the end.
  @Test func whoDoesNotKeepUpHearsTheEnd() async throws {
    let hearing = desk.follow(.round)
    let turn = try #require(desk.begin())
    for number in 0..<10_000 { desk.tell(.progress("\(number)"), of: turn) }
    desk.end(turn, done)
    let heard = await all(hearing)
    #expect(heard.count <= 33)
    #expect(heard.last == .ended(done))
  }
}
