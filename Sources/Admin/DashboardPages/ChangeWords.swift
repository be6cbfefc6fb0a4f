import Store

/// When a change is tried next. Times are Unix seconds of this machine.
enum NextTry: Sendable, Hashable {
  /// With the next push, which is soon.
  case soon
  /// Not before.
  case at(Int64)
  /// A request is under way.
  case now
  /// Not by itself: somebody has to decide.
  case never

  /// - Parameter hold: that the site takes no writes at all, where it does not.
  init(_ change: OutboxChange, _ hold: WritesHold?, at now: Int64) {
    switch change.state {
    case .sending: self = .now
    case .conflict, .rejected, .settled, .dropped: self = .never
    case .queued, .uncertain:
      let time = max(change.nextAttempt, hold?.until ?? 0)
      self = time > now ? .at(time) : .soon
    }
  }
}

extension ChangeState {
  /// What it means, for people.
  var words: String {
    switch self {
    case .queued: "waits to be sent"
    case .sending: "is being sent"
    case .uncertain: "was sent; what became of it is looked up"
    case .settled: "is on the site"
    case .conflict: "waits for a decision"
    case .rejected: "refused by the site"
    case .dropped: "was taken back"
    }
  }
}

extension ChangeKind {
  /// What it does, for people.
  var words: String {
    switch self {
    case .create: "creation"
    case .update: "update"
    case .delete: "deletion"
    case .upload: "upload"
    }
  }
}

extension ChangeAuthor {
  /// Who it was, for people.
  var words: String {
    switch (account, consumer) {
    case (let account?, let consumer?): "\(account) through \(consumer)"
    case (let who?, nil), (nil, let who?): who
    case (nil, nil): "a command on this machine"
    }
  }
}
