/// How long the work on what one client sent may go on: some seconds, and not for a client that has gone.
struct WorkLimit: Sendable {
  /// The time that a document may take to be read and looked through.
  static let longest = Duration.seconds(10)
  /// A client that has sent all may close its side of the connection and still read the answer: it cannot be told from one that
  /// has gone.
  static let grace = Duration.seconds(1)

  private let end: ContinuousClock.Instant
  private let length: Duration
  private let presence: ClientPresence?

  /// A limit that begins now.
  /// - Parameter presence: of the client; nil where it cannot be told.
  init(_ presence: ClientPresence? = nil, longest: Duration = WorkLimit.longest) {
    end = ContinuousClock.now + longest
    length = longest
    self.presence = presence
  }

  /// The same from now on: what somebody had to wait for others is not the work's.
  var anew: WorkLimit { WorkLimit(presence, longest: length) }

  /// Whether to go on.
  var goesOn: Bool { goesOn(at: ContinuousClock.now) }

  func goesOn(at now: ContinuousClock.Instant) -> Bool {
    now < end && presence?.leftAt.map { now < $0 + WorkLimit.grace } ?? true
  }
}
