import Dispatch
import Support
import Synchronization

/// Gives inputs to the targets from where nothing can be awaited.
enum Replay {
  private final class Outcome<Value: Sendable>: Sendable {
    let value = Mutex<Value?>(nil)
  }

  private static let targets: FuzzTargets? = waited {
    do { return try await FuzzTargets() } catch { fatalError("the targets cannot be made: \(error)") }
  }

  /// What is wrong with what came of an input; nil when nothing is.
  static func fault(_ target: FuzzTarget, _ input: [UInt8]) -> String? {
    // Made before a thread of the tasks waits for it.
    let made = Replay.targets
    return waited { await made?.run(target, input) } ?? nil
  }

  private static func waited<Value: Sendable>(_ body: @escaping @Sendable () async -> Value) -> Value? {
    let outcome = Outcome<Value>()
    let done = DispatchSemaphore(value: 0)
    Task.detached {
      let value = await body()
      outcome.value.withLock { $0 = value }
      done.signal()
    }
    done.wait()
    return outcome.value.withLock { $0 }
  }
}
