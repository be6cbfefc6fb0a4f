import Measures
import NIOCore
import NIOPosix

/// How long the event loops let others wait: what stands in a loop's way is felt by all clients whose connections it has.
final class LoopLag: Sendable {
  /// From a millisecond to ten seconds.
  private static let bounds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10]

  /// The waits that were seen.
  let durations = Durations(bounds: LoopLag.bounds)

  /// Knocks at each loop once a second, until the task is cancelled.
  func watch() async {
    while !Task.isCancelled {
      for loop in MultiThreadedEventLoopGroup.singleton.makeIterator() {
        let knocked = NIODeadline.now()
        loop.execute { [durations] in
          durations.note(nanoseconds: Int(clamping: (NIODeadline.now() - knocked).nanoseconds))
        }
      }
      try? await Task.sleep(for: .seconds(1))
    }
  }
}
