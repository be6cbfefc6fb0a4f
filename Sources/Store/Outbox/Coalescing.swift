/// Whether a new change joins one that waits already. Never across a send: what may have reached the site stays as it was
/// sent.
package enum Coalescing: Sendable, Hashable {
  /// A row of its own.
  case append
  /// Into the last unsettled change of the resource, which is then of this kind.
  case merge(as: ChangeKind)
  /// Both are over: the site never heard of the resource.
  case cancel

  /// What is known of the last unsettled change of the same resource.
  package struct Last: Sendable, Hashable {
    /// What it does to the resource.
    package var kind: ChangeKind
    /// Where it stands.
    package var state: ChangeState
    /// How many requests have left for it.
    package var sends: Int
    /// Whether the new change sets a member that this one sets.
    package var overlaps: Bool

    /// A last change.
    package init(kind: ChangeKind, state: ChangeState, sends: Int, overlaps: Bool) {
      self.kind = kind
      self.state = state
      self.sends = sends
      self.overlaps = overlaps
    }

    /// Whether the site certainly has not carried it out and no request is under way. The site's refusal says so too.
    var isCertainlyHere: Bool { state == .rejected || (state == .queued && sends == 0) }
  }

  /// Decides.
  /// - Parameters:
  ///   - kind: the new change's.
  ///   - last: the last unsettled change of the same resource; nil when there is none.
  ///   - namesLaterCreation: whether the new change points to a resource that was created after `last` and is not on the
  ///     site either: joined to an older creation, two resources could wait for each other.
  ///   - namesCreation: whether one of two updates points to a resource that the site does not have yet, and may refuse: what
  ///     the other sets need not wait with it.
  package static func decide(
    _ kind: ChangeKind, after last: Last?, namesLaterCreation: Bool = false, namesCreation: Bool = false
  ) -> Coalescing {
    guard let last, last.isCertainlyHere else { return .append }
    switch (last.kind, kind) {
    case (.create, .update): return namesLaterCreation ? .append : .merge(as: .create)
    case (.update, .update):
      return last.overlaps || (last.state == .queued && !namesCreation) ? .merge(as: .update) : .append
    case (.create, .delete), (.upload, .delete): return .cancel
    case (.update, .delete): return .merge(as: .delete)
    case (.delete, .delete): return .merge(as: .delete)
    default: return .append
    }
  }
}
