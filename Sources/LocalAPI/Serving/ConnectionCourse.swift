/// What one connection is at: what its client has still to send, what the mirror has still to answer, and whether it ends after that
/// (RFC 9112 sections 6 and 9). A value: it knows neither socket nor clock.
struct ConnectionCourse {
  /// The body that a head announces.
  enum Body: Equatable {
    case none
    /// Bytes.
    case length(Int)
    /// One whose end is found when it comes.
    case chunked
  }

  /// Where the connection is, as far as its time goes.
  enum Phase: Equatable {
    /// No request has come.
    case beforeFirst
    /// A body is awaited that its answer needs.
    case body
    case answering
    /// The rest of a body that was answered already.
    case rest
    case idle
    /// The last answer is on its way, or out.
    case ending
  }

  /// So much of a body that nobody needs is read: an answer on the same connection is worth as much. Bytes.
  static let mostRest = 65_536
  /// How long the first head may take where the server is crowded. Seconds.
  private static let briefHead = 2
  /// How long a client that was answered may rest where the server is crowded. Seconds.
  private static let briefRest = 5

  /// How many requests came whose answers are not complete.
  private(set) var open = 0
  /// Whether the last request that came is not complete.
  private(set) var isReceiving = false
  /// Whether that one has a body.
  private(set) var hasBody = false
  /// Whether the last answer is complete: nothing is sent after it.
  private(set) var isEnding = false
  /// Whether the client waits with its body until it is asked for it.
  private var waitsToGoOn = false
  /// How much of the body is to come; nil where nobody knows.
  private var rest: Int?
  /// Whether no request is taken after the last that came.
  private var isLast = false
  private var isFirst = true
  /// Whether an answer has begun and is not complete.
  private(set) var isAnswerBegun = false
  /// Whether the answer that has begun says that it is the last.
  private var answersLast = false

  var phase: Phase {
    if isEnding { return .ending }
    if isReceiving, hasBody { return open > 0 ? .body : .rest }
    return open > 0 ? .answering : isFirst ? .beforeFirst : .idle
  }

  /// How long a client may stay that asks for nothing, where the server is crowded: its place is for those who ask. Seconds; nil for
  /// whoever is in the middle of a request, and keeps its time.
  var secondsWhenCrowded: Int? {
    switch phase {
    case .beforeFirst: ConnectionCourse.briefHead
    case .idle, .rest: ConnectionCourse.briefRest
    case .body, .answering, .ending: nil
    }
  }

  /// Whether what went wrong may be answered now: all answers before it are complete, and none to it has begun.
  var mayRefuse: Bool { !isEnding && !isAnswerBegun && open == (isReceiving ? 1 : 0) }

  /// The head of a request has come.
  /// - Parameters:
  ///   - isKept: whether the client wants the connection to stay.
  ///   - waits: whether it waits with the body (`Expect: 100-continue`, RFC 9110 section 10.1.1).
  /// - Returns: whether it is a request to be answered.
  mutating func head(_ body: Body, isKept: Bool, waits: Bool) -> Bool {
    guard !isLast, !isEnding else { return false }
    (open, isReceiving, isFirst, isLast) = (open + 1, true, false, !isKept)
    hasBody = body != .none && body != .length(0)
    waitsToGoOn = waits && hasBody
    if case .length(let length) = body { rest = length } else { rest = nil }
    return true
  }

  /// A piece of a body has come.
  /// - Returns: whether anybody is to see it.
  mutating func piece(_ bytes: Int) -> Bool {
    guard isReceiving, !isEnding else { return false }
    waitsToGoOn = false
    rest = rest.map { $0 - bytes }
    return true
  }

  /// The request that came last is complete.
  /// - Returns: whether anybody is to see that.
  mutating func end() -> Bool {
    guard isReceiving else { return false }
    isReceiving = false
    return !isEnding
  }

  /// The body is asked for.
  /// - Returns: whether the client waits for a word.
  mutating func goOn() -> Bool {
    guard waitsToGoOn, isReceiving, !isEnding, !isAnswerBegun else { return false }
    waitsToGoOn = false
    return true
  }

  /// Whether the client waits with a short body, which whoever answers will need anyway.
  var isShortBodyAwaited: Bool { waitsToGoOn && rest.map { $0 <= ConnectionCourse.mostRest } ?? false }

  /// Takes no more requests: what comes cannot be understood, or not in time.
  mutating func breakOff() { isLast = true }

  /// An answer begins.
  /// - Parameter saysLast: whether it says that it is the last.
  /// - Returns: whether it is the last, which it has to say.
  mutating func answer(saysLast: Bool) -> Bool {
    isAnswerBegun = true
    let isOfLast = open <= 1 && isLast
    // Who does not wait for a body to be sent would have to read it as the next request.
    let isUnread =
      open <= 1 && isReceiving && hasBody && (waitsToGoOn || rest.map { $0 > ConnectionCourse.mostRest } ?? true)
    answersLast = saysLast || isOfLast || isUnread
    return answersLast
  }

  /// An answer is complete.
  /// - Returns: whether it was the last.
  mutating func answered() -> Bool {
    open = max(0, open - 1)
    isAnswerBegun = false
    isEnding = isEnding || answersLast
    return isEnding
  }

  /// Ends with an answer to what could not be understood, or to a request of which no more is read.
  mutating func refuse() { (open, isEnding) = (0, true) }
}
