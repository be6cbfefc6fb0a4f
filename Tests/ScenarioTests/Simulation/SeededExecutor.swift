import Dispatch
import Synchronization

/// Runs all jobs of a task and its children on the calling thread, one after the other, in an order that a seed decides. So
/// the same seed is the same interleaving, and something can happen between any two steps.
final class SeededExecutor: TaskExecutor {
  private struct State {
    var jobs: [UnownedJob] = []
    var dice: Dice
    var steps = 0
  }

  private let state: Mutex<State>
  private let arrived = DispatchSemaphore(value: 0)

  init(seed: Int) { state = Mutex(State(dice: Dice(seed: seed))) }

  func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    state.withLock { $0.jobs.append(job) }
    arrived.signal()
  }

  /// Nothing went on for a long time: a step waits for something outside.
  struct Stuck: Error {}

  /// Runs `body` to its end. `between` is called before every step with its number.
  func run<Value: Sendable>(
    _ body: @escaping @Sendable () async -> Value, between: (_ step: Int) -> Void
  ) throws -> Value {
    do {
      let box = ResultBox<Value>()
      Task(executorPreference: self) { box.set(await body()) }
      while true {
        if let value = box.value { return value }
        guard let (job, step) = next() else {
          guard arrived.wait(timeout: .now() + 20) == .success else { throw Stuck() }
          continue
        }
        between(step)
        job.runSynchronously(on: asUnownedTaskExecutor())
      }
    }
  }

  private func next() -> (UnownedJob, Int)? {
    state.withLock { state in
      guard !state.jobs.isEmpty else { return nil }
      state.steps += 1
      let pick = state.dice.roll(state.jobs.count)
      return (state.jobs.remove(at: pick), state.steps)
    }
  }
}

/// Where a task leaves what it brings back.
private final class ResultBox<Value: Sendable>: Sendable {
  private let content = Mutex<Value?>(nil)
  var value: Value? { content.withLock { $0 } }
  func set(_ value: Value) { content.withLock { $0 = value } }
}
