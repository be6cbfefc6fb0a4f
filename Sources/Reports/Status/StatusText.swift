import JSONAPI
import Store

extension StatusReport {
  /// How many of the things set aside are named; of the others the number is.
  private static let mostNamed = 20

  /// A table of the types, then what else there is to know.
  package var lines: [String] {
    var lines = ["site  \(status.site ?? "(never reached)")"]
    lines += table
    lines.append("\(resources) resources, \(status.bytes / 1024) KB")
    lines += sweeps
    lines += removals
    lines += localChanges
    lines += leftOut
    lines += receivers
    lines += signIns?.lines ?? []
    if let line = log?.line(at: now) { lines.append(line) }
    lines += rounds
    return lines
  }

  private var table: [String] {
    let width = max(status.types.map(\.type.count).max() ?? 0, 4)
    var lines = ["type".padded(to: width) + "      rows  newest change              lag  last run"]
    for type in status.types {
      let newest = type.newestChange.map { RFC3339.text(unixSeconds: $0) } ?? "-"
      let behind = lag(of: type).map { "\($0) s" } ?? "-"
      let gap = String(repeating: " ", count: max(1, 7 - behind.count))
      var line = "\(type.type.padded(to: width))  \("\(type.rows)".aligned(to: 8))  \(newest.padded(to: 25))"
      line += "\(gap)\(behind)  \(type.coverage?.outcome ?? "-")"
      if let omitted = type.coverage?.omitted, omitted > 0 { line += " (\(omitted) omitted)" }
      lines.append(line)
    }
    return lines
  }

  private var sweeps: [String] {
    var sum = "swept: \(sweptTypes) of \(status.types.count) types"
    if let oldestSweep { sum += ", the oldest \(RFC3339.text(unixSeconds: oldestSweep))" }
    if sweepingTypes > 0 { sum += ", \(sweepingTypes) under way" }
    var lines = [sum]
    for type in status.types where type.isSweeping {
      let how =
        type.isListed
        ? "listed, \(type.candidates) resources to ask for"
        : "listed up to serial number \(type.sweptUpTo) of \(type.highestID ?? 0)"
      lines.append("sweep of \(type.type): \(how)")
    }
    return lines
  }

  /// What left the mirror, and what waits for a person before it does.
  private var removals: [String] {
    let gone = tombstones
    let kinds = Tombstone.Kind.allCases.map { "\(gone[$0] ?? 0) \($0.rawValue)" }
    var lines = ["tombstones: \(kinds.joined(separator: ", "))"]
    let refused = status.types.filter { $0.filters == .refused }.map(\.type)
    if !refused.isEmpty { lines.append("filters refused, read by walking: \(refused.joined(separator: ", "))") }
    for type in status.types where type.held > 0 {
      lines.append("\(type.type): \(type.held) removals wait: social-mirror sync --accept-removals \(type.type)")
    }
    return lines
  }

  private var localChanges: [String] {
    guard outbox.unsettled > 0 else { return [] }
    let states = ChangeState.allCases.compactMap { state in outbox.changes[state].map { "\($0) \(state.rawValue)" } }
    var lines = ["local changes: \(states.joined(separator: ", "))"]
    if let error = outbox.lastError { lines.append("last failure of a change: \(error)") }
    return lines
  }

  private var leftOut: [String] {
    if setAside.isEmpty { return [] }
    var lines = ["set aside: \(setAside.count)"]
    for thing in setAside.prefix(StatusReport.mostNamed) {
      lines.append("  \(thing.sentence) (since \(RFC3339.text(unixSeconds: thing.since)))")
    }
    let more = setAside.count - StatusReport.mostNamed
    if more > 0 { lines.append("  and \(more) more: social-mirror status --json") }
    return lines
  }

  /// The receivers of webhooks that cannot be told.
  private var receivers: [String] {
    webhooks.compactMap { webhook in
      guard let since = webhook.failingSince else { return nil }
      let next = webhook.nextAttempt.map { "; tried again at \(RFC3339.text(unixSeconds: $0))" } ?? ""
      return
        "webhook \(webhook.name): told nothing since \(RFC3339.text(unixSeconds: since)), \(webhook.failures) attempts: "
        + "\(webhook.lastError ?? "unknown")\(next)"
    }
  }

  /// How the last round ended, where it did not end well.
  private var rounds: [String] {
    var lines: [String] = []
    if let last = lastRound, last.outcome != RunOutcome.complete.rawValue, let message = last.message {
      let ended = last.outcome == RunOutcome.interrupted.rawValue ? "was interrupted" : "failed"
      lines.append("the last round \(ended) at \(RFC3339.text(unixSeconds: last.finished ?? last.started)): \(message)")
    }
    if let since = status.unreadSince {
      let complete = status.lastComplete.map { run in
        "the last complete round ended at \(RFC3339.text(unixSeconds: run.finished ?? run.started))"
      }
      lines.append(
        "nothing could be read since \(RFC3339.text(unixSeconds: since)); \(complete ?? "no round was complete yet")")
    }
    return lines
  }
}
