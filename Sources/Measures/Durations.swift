import Synchronization

/// How long things took, as a histogram (OpenMetrics 1.0, section 4.3): how many were not longer than each of some bounds, how many there
/// were in all, and their sum. Safe from any thread; to note one costs two atomics, no lock and no memory.
package final class Durations: @unchecked Sendable {
  // Nothing but the atomics behind the pointers ever changes.
  /// The bounds in nanoseconds, ascending.
  private let bounds: UnsafeMutablePointer<Int>
  /// How many were within each bound and beyond the one before; the last one has what was beyond all.
  private let numbers: UnsafeMutablePointer<Atomic<Int>>
  private let sum = Atomic<Int>(0)
  private let count: Int

  /// From half a millisecond to ten seconds, in seconds: for requests.
  package static let ofRequests = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]
  /// From a second to a day, in seconds: for rounds.
  package static let ofRounds = [1.0, 2.5, 5, 10, 30, 60, 120, 300, 900, 3_600, 14_400, 86_400]

  /// None yet.
  /// - Parameter seconds: the bounds, ascending.
  package init(bounds seconds: [Double]) {
    count = seconds.count
    bounds = .allocate(capacity: max(1, count))
    numbers = .allocate(capacity: count + 1)
    for (index, bound) in seconds.enumerated() {
      (bounds + index).initialize(to: Int((max(0, min(bound, 1e9)) * 1e9).rounded()))
    }
    for index in 0...count { (numbers + index).initialize(to: Atomic(0)) }
  }

  deinit {
    bounds.deallocate()
    numbers.deinitialize(count: count + 1)
    numbers.deallocate()
  }

  /// Notes one.
  /// - Parameter nanoseconds: how long it took; less than nothing counts as nothing.
  package func note(nanoseconds: Int) {
    var index = 0
    while index < count, bounds[index] < nanoseconds { index += 1 }
    numbers[index].wrappingAdd(1, ordering: .relaxed)
    sum.wrappingAdd(max(0, nanoseconds), ordering: .relaxed)
  }

  /// Notes one.
  package func note(_ duration: Duration) { note(nanoseconds: duration.wholeNanoseconds) }

  /// What was noted so far.
  package var snapshot: Snapshot {
    var within: [(bound: Double, number: Int)] = []
    var number = 0
    for index in 0..<count {
      number += numbers[index].load(ordering: .relaxed)
      within.append((Double(bounds[index]) / 1e9, number))
    }
    number += numbers[count].load(ordering: .relaxed)
    return Snapshot(within: within, number: number, seconds: Double(sum.load(ordering: .relaxed)) / 1e9)
  }

  /// What was noted up to some moment. The sum may be of a moment later than the numbers.
  package struct Snapshot: Sendable {
    /// By bound, in seconds: how many did not take longer.
    package var within: [(bound: Double, number: Int)]
    /// How many there were.
    package var number: Int
    /// What they took together.
    package var seconds: Double
  }
}

extension Duration {
  /// In nanoseconds; what is longer than 292 years is as long.
  package var wholeNanoseconds: Int {
    let (seconds, isOver) = Int(clamping: components.seconds).multipliedReportingOverflow(by: 1_000_000_000)
    if isOver { return components.seconds < 0 ? .min : .max }
    return seconds.addingReportingOverflow(Int(components.attoseconds / 1_000_000_000)).partialValue
  }
}
