import Store
import Synchronization

/// Checked writes in the order in which they came. Those that wait while one group of them goes to the disk go there together as the
/// next one, in one transaction, each by itself: one that is refused costs the others nothing, and nobody hears that a write is
/// recorded before the disk has the group. Of one resource one goes at a time, so that the next sees what the one before made of it.
///
/// It has no thread of its own. Who adds a write while nobody records leads: it records group after group until nothing waits.
final class WriteQueue: Sendable {
  /// What goes into one transaction at most, beside the first.
  struct Bounds: Sendable {
    var writes = 64
    /// Bytes of bodies.
    var bytes = 4 << 20
    /// How long they may take to be recorded: the engine and other programs wait for the lock meanwhile.
    var time = Duration.milliseconds(100)
  }

  private struct State {
    var waiting: [WaitingWrite] = []
    var isLed = false
    /// How many deletions were recorded.
    var deletions = 0
  }

  let bounds: Bounds
  private let state = Mutex(State())

  init(_ bounds: Bounds = Bounds()) { self.bounds = bounds }

  /// How often a write may be overtaken while it waits.
  private static let mostTimes = 5

  /// How many deletions were recorded.
  var deletions: Int { state.withLock { $0.deletions } }

  /// Puts a write behind the others.
  /// - Returns: whether the caller is to lead now.
  func add(_ write: WaitingWrite) -> Bool {
    state.withLock { state in
      state.waiting.append(write)
      defer { state.isLed = true }
      return !state.isLed
    }
  }

  /// Records what waits until nothing does. For whom `add` told to.
  func lead(_ recording: Recording) {
    while goesOn() {
      checkAgain()
      record(recording)
    }
  }

  private func goesOn() -> Bool {
    state.withLock { state in
      if state.waiting.isEmpty { state.isLed = false }
      return state.isLed
    }
  }

  // MARK: A group

  /// Records one group.
  private func record(_ recording: Recording) {
    var group = WriteGroup(deletions: deletions)
    do {
      try recording.together(waiting: { self.expire($0) }) { transaction in
        group.begin(take())
        let end = ContinuousClock.now + bounds.time
        repeat { group.recordNext(in: transaction) } while !group.waiting.isEmpty && ContinuousClock.now < end
      }
      // Not before: who counts a deletion beforehand could still see what goes.
      giveBack(group.left, deletions: group.deletions, changed: group.resources)
      for (write, end) in group.ended { write.tell(end) }
    } catch {
      giveBack(group.left, deletions: deletions, changed: [])
      for (write, end) in group.ended {
        if case .recorded = end { write.tell(.failed(error)) } else { write.tell(end) }
      }
      // Nothing was begun. Whose time is up for the lock was told so; anything else is everybody's.
      if group.ended.isEmpty, group.left.isEmpty, (error as? MirrorFault)?.kind != .busy {
        for write in takeAll() { write.tell(.failed(error)) }
      }
    }
  }

  /// What goes into the next transaction: the first, and as many behind it as the bounds allow, but one of each resource.
  private func take() -> [WaitingWrite] {
    state.withLock { state in
      var resources: Set<Int64> = []
      var (taken, left): ([WaitingWrite], [WaitingWrite]) = ([], [])
      var bytes = 0
      // One for which there is no room is not passed by those behind it: it would wait for as long as others come.
      var isFull = false
      for write in state.waiting {
        let isFirst = write.checked.stamp.map { resources.insert($0.resource).inserted } ?? true
        let isNext = isFirst && !isFull && !write.isOvertaken
        if isNext, taken.isEmpty || taken.count < bounds.writes && bytes + write.bytes <= bounds.bytes {
          bytes += write.bytes
          taken.append(write)
        } else {
          isFull = isFull || isNext
          left.append(write)
        }
      }
      state.waiting = left
      return taken
    }
  }

  private func takeAll() -> [WaitingWrite] {
    state.withLock { state in
      defer { state.waiting = [] }
      return state.waiting
    }
  }

  /// Puts those back, in front, that were taken and not recorded.
  /// - Parameters:
  ///   - deletions: how many were recorded by now.
  ///   - changed: what was written: of these resources nobody else has seen what they are now.
  private func giveBack(_ left: [WaitingWrite], deletions: Int, changed: Set<Int64>) {
    state.withLock { state in
      state.deletions = deletions
      state.waiting.insert(contentsOf: left, at: 0)
      guard !changed.isEmpty else { return }
      for place in state.waiting.indices {
        if let stamp = state.waiting[place].checked.stamp, changed.contains(stamp.resource) {
          state.waiting[place].isOvertaken = true
        }
      }
    }
  }

  /// Ends the wait of those whose time is up.
  /// - Returns: whether others still wait.
  private func expire(_ fault: MirrorFault) -> Bool {
    let now = ContinuousClock.now
    let (over, isAnyLeft) = state.withLock { state in
      let over = state.waiting.filter { $0.end <= now }
      if !over.isEmpty { state.waiting.removeAll { $0.end <= now } }
      return (over, !state.waiting.isEmpty)
    }
    for write in over { write.tell(.failed(fault)) }
    return isAnyLeft
  }

  // MARK: Checks

  /// Checks those again that others have overtaken: of each resource the first, for the next have to see what that does.
  private func checkAgain() {
    for var write in takeOvertaken() {
      write.times += 1
      guard write.times <= WriteQueue.mostTimes, let again = write.again else {
        write.tell(.overtaken)
        continue
      }
      do { write.checked = try again() } catch {
        write.tell(.failed(error))
        continue
      }
      write.isOvertaken = false
      state.withLock { [write] in $0.waiting.insert(write, at: 0) }
    }
  }

  /// Takes out the first of each resource that was overtaken, the last of them first.
  private func takeOvertaken() -> [WaitingWrite] {
    state.withLock { state in
      guard state.waiting.contains(where: \.isOvertaken) else { return [] }
      var resources: Set<Int64> = []
      var (taken, left): ([WaitingWrite], [WaitingWrite]) = ([], [])
      for write in state.waiting {
        let isFirst = write.checked.stamp.map { resources.insert($0.resource).inserted } ?? true
        if isFirst, write.isOvertaken { taken.append(write) } else { left.append(write) }
      }
      state.waiting = left
      return taken.reversed()
    }
  }
}
