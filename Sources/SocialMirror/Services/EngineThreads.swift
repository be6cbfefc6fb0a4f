import CScheduler
import Foundation
import ServiceLifecycle
import Synchronization

/// Threads on which the engine works in the daemon. It waits for locks and disks as it must; on the threads that all
/// tasks share it would hold up the local API, which has no more of those than the machine has cores. Their turns are long, and
/// they stand behind event loops, so that whoever has something short to do need not wait for the end of one.
final class EngineThreads: TaskExecutor {
  private struct Queue: @unchecked Sendable {
    var jobs: [UnownedJob] = []
    var first = 0
    /// How many threads wait for a job, and whether one of them was told of one and is not there yet.
    var idle = 0
    var isOneComing = false

    /// Whether one that waits is to be told. Not while another is on its way: most jobs are what follows the one before, and the thread
    /// that has done that one takes them before anybody else is awake.
    mutating func wantsOne() -> Bool {
      guard idle > 0, !isOneComing, first < jobs.count else { return false }
      isOneComing = true
      return true
    }
  }
  /// Since when a thread has been at its job, microseconds of `monotonicMicroseconds`; 0 while it has none.
  private final class Busy: Sendable {
    let since = Atomic<Int64>(0)
  }
  private let busy: [Busy]
  private let condition = NSCondition()
  private let queue = Mutex(Queue())

  /// - Parameter count: as many as there are services that may wait.
  init(count: Int = 5) {
    busy = (0..<max(1, count)).map { _ in Busy() }
    for (number, busy) in busy.enumerated() {
      let thread = Thread { [self] in work(busy) }
      thread.name = "engine-\(number + 1)"
      thread.start()
    }
  }

  func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    condition.lock()
    defer { condition.unlock() }
    let wantsOne = queue.withLock { queue in
      queue.jobs.append(job)
      return queue.wantsOne()
    }
    if wantsOne { condition.signal() }
  }

  /// For how many seconds the thread that has been longest at one job has been at it: jobs end wherever they wait for something that
  /// is not the disk or a lock.
  func longestJobSeconds(at now: Int64 = monotonicMicroseconds()) -> Double {
    let since = busy.map { $0.since.load(ordering: .relaxed) }.filter { $0 > 0 }.min()
    return since.map { Double(max(0, now - $0)) / 1e6 } ?? 0
  }

  private func work(_ busy: Busy) -> Never {
    _ = take_turns(UInt32(long_turn), Int32(behind_answers))
    while true {
      let job = next()
      busy.since.store(monotonicMicroseconds(), ordering: .relaxed)
      job.runSynchronously(on: asUnownedTaskExecutor())
      busy.since.store(0, ordering: .relaxed)
    }
  }

  private func next() -> UnownedJob {
    condition.lock()
    defer { condition.unlock() }
    while true {
      if let job = take() { return job }
      queue.withLock { $0.idle += 1 }
      condition.wait()
      queue.withLock { queue in
        queue.idle -= 1
        queue.isOneComing = false
      }
    }
  }

  /// The next job. Whoever takes one tells another thread of what is left.
  private func take() -> UnownedJob? {
    let (job, wantsOne) = queue.withLock { queue -> (UnownedJob?, Bool) in
      guard queue.first < queue.jobs.count else { return (nil, false) }
      let job = queue.jobs[queue.first]
      queue.first += 1
      if queue.first == queue.jobs.count { (queue.jobs, queue.first) = ([], 0) }
      return (job, queue.wantsOne())
    }
    if wantsOne { condition.signal() }
    return job
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
