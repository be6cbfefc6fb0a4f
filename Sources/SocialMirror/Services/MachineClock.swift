import CoreFoundation
import Foundation

/// This machine's clock in Unix seconds.
let unixNow: @Sendable () -> Int64 = { Int64(Date().timeIntervalSince1970) }

/// Microseconds of the clock that never goes back, and stands while the machine sleeps (CLOCK_MONOTONIC).
let monotonicMicroseconds: @Sendable () -> Int64 = {
  var time = timespec()
  clock_gettime(CLOCK_MONOTONIC, &time)
  return Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1000
}
