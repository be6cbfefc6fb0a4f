import Testing

@testable import LocalAPI

/// What a connection is at, told without one.
@Suite struct ConnectionCourseTests {
  /// A course with what happens to it, and what is said of that.
  private struct Told {
    var course = ConnectionCourse()

    /// A request without a body.
    mutating func request(isKept: Bool = true) -> Bool {
      let isTaken = course.head(.none, isKept: isKept, waits: false)
      let isSeen = course.end()
      return isTaken && isSeen
    }

    mutating func head(_ body: ConnectionCourse.Body, waits: Bool = false) -> Bool {
      course.head(body, isKept: true, waits: waits)
    }

    /// An answer, whole.
    /// - Returns: whether it is the last.
    mutating func answer() -> Bool {
      let saysLast = course.answer(saysLast: false)
      let isLast = course.answered()
      #expect(!isLast || saysLast)
      return isLast
    }
  }

  @Test func aConnectionIsKeptFromRequestToRequest() {
    var told = Told()
    #expect(told.course.phase == .beforeFirst)
    for _ in 0..<3 {
      let isTaken = told.request()
      #expect(isTaken && told.course.phase == .answering)
      let isLast = told.answer()
      #expect(!isLast && told.course.phase == .idle)
    }
  }

  @Test func theAnswerToTheLastRequestIsTheLast() {
    var told = Told()
    // What comes behind the last is no request.
    let taken = [told.request(), told.request(isKept: false), told.request()]
    #expect(taken == [true, true, false])
    let last = [told.answer(), told.answer()]
    #expect(last == [false, true] && told.course.phase == .ending)
  }

  /// A short rest of a body is read; of a long one, and of one that nobody knows the length of, nothing.
  @Test func whatIsLeftOfABodyDecides() {
    let cases: [(ConnectionCourse.Body, Bool)] = [
      (.length(100), false), (.length(ConnectionCourse.mostRest), false),
      (.length(ConnectionCourse.mostRest + 1), true),
      (.length(.max), true), (.chunked, true), (.length(0), false),
    ]
    for (body, isLast) in cases {
      var told = Told()
      let isTaken = told.head(body)
      let isEnd = told.answer()
      let isSeen = told.course.piece(10)
      #expect(isTaken && isEnd == isLast && isSeen == !isLast, "\(body)")
    }
    var told = Told()
    var isTaken = told.head(.length(100_000))
    var isSeen = told.course.piece(60_000)
    var isLast = told.answer()
    #expect(isTaken && isSeen && !isLast)
    told = Told()
    isTaken = told.head(.chunked)
    isSeen = told.course.piece(60_000)
    let isWhole = told.course.end()
    isLast = told.answer()
    #expect(isTaken && isSeen && isWhole && !isLast)
  }

  /// Who waits for a word gets it once, where the body is wanted; else nobody knows what it sends next.
  @Test func aBodyIsAskedForOnce() {
    var told = Told()
    var isTaken = told.head(.length(10), waits: true)
    #expect(isTaken && told.course.isShortBodyAwaited)
    let words = [told.course.goOn(), told.course.goOn()]
    let isSeen = told.course.piece(10)
    let isWhole = told.course.end()
    var isLast = told.answer()
    #expect(words == [true, false] && isSeen && isWhole && !isLast)
    told = Told()
    isTaken = told.head(.length(10), waits: true)
    isLast = told.answer()
    #expect(isTaken && isLast)
    told = Told()
    isTaken = told.head(.length(1_000_000), waits: true)
    #expect(isTaken && !told.course.isShortBodyAwaited)
    told = Told()
    isTaken = told.head(.none, waits: true)
    let isAsked = told.course.goOn()
    #expect(isTaken && !isAsked)
  }

  /// Where it is crowded, those leave soon who ask for nothing; nobody in the middle of a request.
  @Test func whoAsksForNothingLeavesACrowd() {
    var told = Told()
    #expect(told.course.secondsWhenCrowded == 2)
    var isTaken = told.request()
    #expect(isTaken && told.course.secondsWhenCrowded == nil)
    var isLast = told.answer()
    #expect(!isLast && told.course.secondsWhenCrowded == 5)
    isTaken = told.head(.length(10))
    #expect(isTaken && told.course.phase == .body && told.course.secondsWhenCrowded == nil)
    isLast = told.answer()
    #expect(!isLast && told.course.phase == .rest && told.course.secondsWhenCrowded == 5)
    let isWhole = told.course.end()
    #expect(isWhole && told.course.phase == .idle)
    isTaken = told.request(isKept: false)
    isLast = told.answer()
    #expect(isTaken && isLast && told.course.secondsWhenCrowded == nil)
  }

  @Test func whatIsBrokenIsAnsweredInTurn() {
    var told = Told()
    #expect(told.course.mayRefuse)
    let isTaken = [told.request(), told.head(.chunked)]
    told.course.breakOff()
    #expect(isTaken == [true, true] && !told.course.mayRefuse)
    let isLast = told.answer()
    #expect(!isLast && told.course.mayRefuse)
    told.course.refuse()
    let isSeen = told.course.piece(1)
    #expect(told.course.phase == .ending && !isSeen && !told.course.mayRefuse)
  }
}
