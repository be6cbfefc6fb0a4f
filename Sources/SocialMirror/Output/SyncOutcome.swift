import Control
import Store
import SyncAgent

/// What a `sync` came to, in a process of its own or in the daemon: what is said of it, and its code.
struct SyncOutcome: Sendable {
  let lines: [RoundEnding.Line]
  /// What ended it early; whoever ends with it says it.
  let failure: (any Error)?
  let code: ExitCodes

  /// So many things that are set aside are named.
  private static let mostSetAside = 20

  /// - Parameter mirror: open still: what waits in it is told, as far as it can be read. Where something went wrong before, that is what
  ///   to say.
  init(_ steps: SyncSteps, mirror: Mirror, elapsed: Duration) {
    let waiting = Result { try mirror.reporting.outboxStatus() }
    let unsent = Result { !PushPlan(try mirror.outbox.unsettledChanges(), now: .max).ready.isEmpty }
    let setAside = (try? mirror.reading.setAside()) ?? []
    var lines = steps.lines(waiting: try? waiting.get(), hasUnsent: (try? unsent.get()) ?? false, elapsed: elapsed)
    for thing in setAside.prefix(SyncOutcome.mostSetAside) {
      lines.append(.init(.finding, "set aside: \(thing.line)"))
    }
    if setAside.count > SyncOutcome.mostSetAside {
      let more = setAside.count - SyncOutcome.mostSetAside
      lines.append(.init(.finding, "\(more) more are set aside; social-mirror status --json names all"))
    }
    self.lines = lines
    let code = Result { () throws -> ExitCodes in
      if let failure = steps.failure { throw failure }
      return steps.code(waiting: try waiting.get(), hasUnsent: try unsent.get())
    }
    switch code {
    case .success(let code):
      self.code = code
      failure = nil
    case .failure(let error):
      self.code = ExitCodes(error) ?? .fault
      failure = error
    }
  }

  /// The whole for one who asked for it from elsewhere.
  var ending: RoundEnding {
    var all = lines
    if let failure { all.append(.init(.finding, "\(failure)")) }
    return RoundEnding(code: code.rawValue, lines: all)
  }
}

extension RoundEnding {
  /// How a round ends that came to nothing.
  init(_ error: any Error) {
    self.init(code: (ExitCodes(error) ?? .fault).rawValue, lines: [.init(.finding, "\(error)")])
  }

  /// How a round ends that the daemon's own end cut short.
  static let stopped = RoundEnding(
    code: ExitCodes.fault.rawValue, lines: [.init(.finding, "the daemon was stopped; what was read is kept")])
}
