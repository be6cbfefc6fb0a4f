import CScheduler
import Foundation
import NIOCore
import Testing

@testable import LocalAPI

/// How long threads keep their processors.
@Suite struct EventLoopTurnTests {
  /// What a thread of its own finds out.
  private static func onThread(_ body: @escaping @Sendable () -> UInt32) async -> UInt32 {
    await withCheckedContinuation { found in Thread { found.resume(returning: body()) }.start() }
  }

  /// Whether the system knows turns of threads of ordinary priority at all: Linux does since 6.12.
  private static func areKnown() async -> Bool {
    let found = await onThread {
      _ = take_turns(UInt32(short_turn), 0)
      return turns()
    }
    return found == UInt32(short_turn)
  }

  @Test func eventLoopsTakeShortTurnsAndSlowReadsLongOnes() async throws {
    let usual = await Self.onThread { turns() }
    let areKnown = await Self.areKnown()
    EventLoopTurns.shorten()
    // Twice asks for no more than once.
    EventLoopTurns.shorten()
    for loop in EventLoopTurns.loops {
      #expect(try await loop.submit { turns() }.get() == (areKnown ? UInt32(short_turn) : usual))
      // What a loop starts, the threads of a pool for one, is no loop.
      let started = loop.makePromise(of: UInt32.self)
      loop.execute { Thread { started.succeed(turns()) }.start() }
      #expect(try await started.futureResult.get() == usual)
    }
    for _ in 0..<20 { #expect(try await SlowReads.run { turns() } == (areKnown ? UInt32(long_turn) : usual)) }
    #expect(await Self.onThread { turns() } == usual)
  }

  /// Slow reads stand behind event loops, and nobody else does.
  @Test func slowReadsStandBehind() async throws {
    let usual = await Self.onThread { Self.niceness }
    EventLoopTurns.shorten()
    for loop in EventLoopTurns.loops { #expect(try await loop.submit { Self.niceness }.get() == usual) }
    for _ in 0..<20 {
      #expect(try await SlowReads.run { Self.niceness } == min(19, usual + UInt32(behind_answers)))
    }
    #expect(await Self.onThread { Self.niceness } == usual)
  }

  /// Of this thread, as Linux counts it; tests run at 0 or more.
  private static var niceness: UInt32 { UInt32(max(0, getpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0))) }
}
