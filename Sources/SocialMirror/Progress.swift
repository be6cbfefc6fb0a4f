import Foundation
import JSONAPI
import Store
import Synchronization
import SyncAgent

/// Shows how a round goes: one line that is written over on a terminal, a plain line every few seconds elsewhere.
final class Progress: Sendable {
  private struct State {
    var types: [String] = []
    var finished = 0
    var seen: Int64 = 0
    /// The newest serial number by entity type: no more resources than that can be there.
    var highest: [String: Int64] = [:]
    var started = ContinuousClock.now
    var lastShown: ContinuousClock.Instant?
    var isShown = false
  }

  private let state = Mutex(State())
  private let isTerminal = isatty(STDERR_FILENO) == 1
  private let isQuiet: Bool

  init(isQuiet: Bool) { self.isQuiet = isQuiet }

  /// Takes an event of a round.
  func note(_ event: SyncEvent) {
    if case .drifted(let drift) = event {
      end()
      write("social-mirror: \(drift)\n")
    }
    let line = state.withLock { state -> String? in
      switch event {
      case .started(let types):
        state = State()
        state.types = types
      case .estimated(let type, let highest):
        let entityType = Progress.entityType(of: type)
        state.highest[entityType] = max(state.highest[entityType] ?? 0, highest)
      case .stored(let outcome):
        state.seen += Int64(outcome.inserted + outcome.updated + outcome.unchanged)
      case .finished: state.finished += 1
      case .swept(let part): state.seen += Int64(part.seen)
      case .drifted: break
      }
      let now = ContinuousClock.now
      let pause: Duration = isTerminal ? .milliseconds(100) : .seconds(5)
      guard now - (state.lastShown ?? state.started) >= pause else { return nil }
      state.lastShown = now
      state.isShown = true
      return Progress.line(state, elapsed: now - state.started)
    }
    guard let line, !isQuiet else { return }
    write(isTerminal ? "\r\u{1B}[K\(line)" : "\(line)\n")
  }

  /// Takes the line off the terminal again.
  func end() {
    let isShown = state.withLock { state in
      defer { state.isShown = false }
      return state.isShown
    }
    if isTerminal, isShown, !isQuiet { write("\r\u{1B}[K") }
  }

  private static func entityType(of type: String) -> String { ResourceTypeName(type).entityType }

  private static func line(_ state: State, elapsed: Duration) -> String {
    let seconds = Double(elapsed.components.seconds) + Double(elapsed.components.attoseconds) / 1e18
    let rate = Double(state.seen) / max(seconds, 0.001)
    var line = "\(state.seen) resources, \(Int(rate))/s, \(state.finished) of \(state.types.count) types"
    let atMost = state.highest.values.reduce(0, +)
    if rate > 0, atMost > state.seen {
      line += ", at most \(Progress.duration(Double(atMost - state.seen) / rate)) left"
      // Of what has not begun nothing is known yet.
      let begun = state.types.count { state.highest[Progress.entityType(of: $0)] != nil }
      if begun < state.types.count { line += " for \(begun) of them" }
    }
    return line
  }

  /// `45 s`, `12 min`, `3 h`.
  private static func duration(_ seconds: Double) -> String {
    switch seconds {
    case ..<90: "\(Int(seconds.rounded(.up))) s"
    case ..<5400: "\(Int((seconds / 60).rounded(.up))) min"
    default: "\(Int((seconds / 3600).rounded(.up))) h"
    }
  }

  private func write(_ text: String) { FileHandle.standardError.write(Data(text.utf8)) }
}
