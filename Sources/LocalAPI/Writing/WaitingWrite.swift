import Store

/// A write that was checked, and waits to be recorded with others.
struct WaitingWrite: Sendable {
  /// What was found in it, and the state of the mirror for which that is so.
  struct Checked: Sendable {
    /// What is to be recorded: all or nothing.
    var changes: [LocalChange]
    /// What is known of the answer.
    var outcome: RecordedWrite
    /// In which state the resource was that it is about; nil where it is about none that is there.
    var stamp: WriteSubject.Stamp?
    /// Whether it removes the resource: nothing else of it can be wrong.
    var isDeletion: Bool
    /// How many deletions had been recorded before: what it points to may be gone since.
    var deletions: Int
  }

  /// What became of it.
  enum End: Sendable {
    /// It is on disk for good.
    case recorded(RecordedWrite)
    /// Others were faster, and to check it again takes long: that is not done while they wait.
    case overtaken
    case failed(any Error)
  }

  var checked: Checked
  /// Checks it again; nil where that takes long.
  let again: (@Sendable () throws -> Checked)?
  /// Unix seconds.
  let now: Int64
  /// The bytes of its body.
  let bytes: Int
  /// Until when it waits for a lock that another program holds.
  let end: ContinuousClock.Instant
  /// Is told once what became of it.
  let tell: @Sendable (End) -> Void
  /// Whether others have changed what it is about since it was checked.
  var isOvertaken = false
  /// How often it was.
  var times = 0
}
