import JSONAPI
import Testing

@testable import LocalAPI

/// Reading stops when its time is over, and soon after the client has gone.
@Suite struct WorkLimitTests {
  private static let long = Array("[\(String(repeating: "[],", count: 400_000))[]]".utf8)
  private static let request = RequestURI(base: "http://localhost", target: "/jsonapi/node/topic")

  @Test func aDocumentIsReadToItsEndWithinTheLimit() throws {
    let body = try WriteBody(ReceivedBody(Self.long), isDocument: true, within: WorkLimit(), Self.request)
    #expect(body.document?.array?.count == 400_001)
  }

  @Test func itIsReadNoLongerThanTheLimit() {
    let refusal = #expect(throws: ErrorResponse.self) {
      try WriteBody(ReceivedBody(Self.long), isDocument: true, within: WorkLimit(longest: .zero), Self.request)
    }
    #expect(refusal?.status == 413)
  }

  /// A client that has closed its side may still read: it has a moment.
  @Test func whoHasGoneIsWorkedForNoLongerThanAMoment() async throws {
    let presence = ClientPresence()
    let limit = WorkLimit(presence)
    #expect(limit.goesOn && presence.leftAt == nil)
    presence.leave()
    #expect(limit.goesOn)
    let left = try #require(presence.leftAt)
    presence.leave()
    #expect(presence.leftAt == left)
    #expect(!limit.goesOn(at: left + WorkLimit.grace))
  }

  /// The parser asks often enough, and stops where it is told to.
  @Test func readingAsksWhetherToGoOn() throws {
    var count = 0
    let error = #expect(throws: JSONSyntaxError.self) {
      try JSON(parsing: Self.long) {
        count += 1
        return count < 5
      }
    }
    #expect(error?.isStopped == true && count == 5 && error?.offset ?? 0 < 1_000_000)
  }
}
