import CScheduler
import NIOCore
import NIOPosix

/// Event loops have their processor at once when something arrives: an answer takes microseconds, while slow reads, the engine and
/// whatever else the machine does compute for milliseconds. With fewer processors than threads at work, a loop that takes turns as long
/// as theirs waits until the next tick of the scheduler, 4 ms on many systems, before one of them has to make room.
///
/// Turns are shorter, and the share of who computes for long is a third of theirs while both want more than there is: nobody is starved,
/// so nobody waits for long for what another holds.
enum EventLoopTurns {
  /// The event loops that connections are served by.
  static var loops: EventLoopIterator { MultiThreadedEventLoopGroup.singleton.makeIterator() }

  /// Asks for short turns of all event loops. Where the system knows no such thing, or refuses it, all stays as it is.
  static func shorten() {
    for loop in loops { loop.execute { _ = take_turns(UInt32(short_turn), 0) } }
  }
}
