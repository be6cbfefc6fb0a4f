import CoreFoundation
import Foundation

/// What this thread has cost its processor: what a pure function takes, however busy the machine is besides.
package enum ProcessorTime {
  /// The processor time that `work`, which stays on its thread, takes.
  package static func of<Outcome>(_ work: () throws -> Outcome) rethrows -> (time: Duration, outcome: Outcome) {
    let begun = now
    let outcome = try work()
    return (now - begun, outcome)
  }

  private static var now: Duration {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
  }
}
