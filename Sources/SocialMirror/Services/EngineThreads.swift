import Foundation
import ServiceLifecycle
import Synchronization

/// Threads on which the engine works in the daemon. It waits for locks and disks as it must; on the threads that all
/// tasks share it would hold up the local API, which has no more of those than the machine has cores.
final class EngineThreads: TaskExecutor {
  private struct Queue: @unchecked Sendable {
    var jobs: [UnownedJob] = []
    var first = 0
  }
  private let condition = NSCondition()
  private let queue = Mutex(Queue())

  /// - Parameter count: as many as there are services that may wait.
  init(count: Int = 5) {
    for number in 1...count {
      let thread = Thread { [self] in work() }
      thread.name = "engine-\(number)"
      thread.start()
    }
  }

  func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    queue.withLock { $0.jobs.append(job) }
    condition.lock()
    condition.signal()
    condition.unlock()
  }

  private func work() -> Never {
    while true { next().runSynchronously(on: asUnownedTaskExecutor()) }
  }

  private func next() -> UnownedJob {
    condition.lock()
    defer { condition.unlock() }
    while true {
      if let job = take() { return job }
      condition.wait()
    }
  }

  private func take() -> UnownedJob? {
    queue.withLock { queue in
      guard queue.first < queue.jobs.count else { return nil }
      defer {
        queue.first += 1
        if queue.first == queue.jobs.count { (queue.jobs, queue.first) = ([], 0) }
      }
      return queue.jobs[queue.first]
    }
  }
}

/// A service that works on the engine's threads.
struct EngineService: Service {
  let service: any Service
  let threads: EngineThreads

  func run() async throws {
    try await withTaskExecutorPreference(threads) { try await service.run() }
  }
}
