import Store

/// Where rounds stand in the state that an export shows: whether it is one finished round, or may be half of one.
package enum RoundMoment: String, Sendable, Hashable {
  /// There was none yet.
  case none
  /// The last one has ended: all that it read is here, and nothing of the next.
  case finished
  /// One is under way: what it has read so far is here, of some types more than of others.
  case underWay
  /// The last one was cut off, and nobody goes on with it: as `underWay`, until the next one ends.
  case cutOff

  /// - Parameters:
  ///   - round: the last one, from the same transaction as all that is exported.
  ///   - isEngineThere: whether some process has the right to write the copy; asked only where a round has no end.
  package init(_ round: MirrorStatus.Run?, isEngineThere: @autoclosure () -> Bool) {
    guard let round else {
      self = .none
      return
    }
    if round.finished != nil {
      self = round.outcome == RunOutcome.interrupted.rawValue ? .cutOff : .finished
    } else {
      self = isEngineThere() ? .underWay : .cutOff
    }
  }
}
