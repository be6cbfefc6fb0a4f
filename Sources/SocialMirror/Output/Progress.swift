import Foundation
import Store
import Synchronization
import SyncAgent
import JSONAPI

/// Shows how a round goes: one line that is written over on a terminal, a plain line every few seconds elsewhere.
final class Progress: Sendable {
  private struct State {
    var figures = ProgressFigures()
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
      complain("\(drift)")
    }
    let line = state.withLock { state -> String? in
      if case .started = event { state = State() }
      state.figures.note(event)
      return isDue(&state) ? state.figures.line(seconds: (ContinuousClock.now - state.started) / .seconds(1)) : nil
    }
    if let line { put(line) }
  }

  /// Takes the line of a round that goes on in another process.
  func show(_ line: String) { if state.withLock({ isDue(&$0) }) { put(TerminalText.line(line)) } }

  private func isDue(_ state: inout State) -> Bool {
    let now = ContinuousClock.now
    let pause: Duration = isTerminal ? .milliseconds(100) : .seconds(5)
    guard now - (state.lastShown ?? state.started) >= pause else { return false }
    state.lastShown = now
    state.isShown = true
    return true
  }

  private func put(_ line: String) {
    if !isQuiet { write(isTerminal ? "\r\u{1B}[K\(line)" : "\(line)\n") }
  }

  /// Takes the line off the terminal again.
  func end() {
    let isShown = state.withLock { state in
      defer { state.isShown = false }
      return state.isShown
    }
    if isTerminal, isShown, !isQuiet { write("\r\u{1B}[K") }
  }

  private func write(_ text: String) { FileHandle.standardError.write(Data(text.utf8)) }
}
