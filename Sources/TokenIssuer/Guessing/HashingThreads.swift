import Foundation
import Synchronization

/// The threads of the memory-hard hash: few, and nobody else's. On those that tasks share, guesses would hold up all who have a token;
/// on more threads they would take the cores from them.
final class HashingThreads: Sendable {
  /// Half of the cores, so that reads have the others; at most four, of 8 MiB each.
  static let shared = HashingThreads(count: max(1, min(4, ProcessInfo.processInfo.activeProcessorCount / 2)))

  private let condition = NSCondition()
  private let queue: Mutex<FairQueue<@Sendable () -> Void>>

  /// - Parameters:
  ///   - most: how many may wait; some milliseconds each.
  ///   - mostPerAddress: how many of them of one address.
  init(count: Int, most: Int = 1_024, mostPerAddress: Int = 512) {
    queue = Mutex(FairQueue(most: most, mostPerLane: mostPerAddress))
    for number in 1...max(1, count) {
      let thread = Thread { [self] in work() }
      thread.name = "hashing-\(number)"
      thread.start()
    }
  }

  /// Runs a body when its address's turn has come.
  /// - Returns: what it gives; nil where too many wait already.
  func run<Value: Sendable>(for address: String, _ body: @escaping @Sendable () -> Value) async -> Value? {
    await withCheckedContinuation { (continuation: CheckedContinuation<Value?, Never>) in
      let job: @Sendable () -> Void = { continuation.resume(returning: body()) }
      guard queue.withLock({ $0.append(job, to: address) }) else {
        continuation.resume(returning: nil)
        return
      }
      condition.lock()
      condition.signal()
      condition.unlock()
    }
  }

  private func work() -> Never {
    while true { next()() }
  }

  private func next() -> @Sendable () -> Void {
    condition.lock()
    defer { condition.unlock() }
    while true {
      if let job = queue.withLock({ $0.next() }) { return job }
      condition.wait()
    }
  }
}
