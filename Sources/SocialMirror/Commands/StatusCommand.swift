import ArgumentParser
import Foundation
import JSONAPI
import Store

/// `status`
struct StatusCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "status", abstract: "Shows per type what the mirror holds and how current it is.")

  @OptionGroup var common: CommonOptions

  @Flag(name: .long, help: "One JSON document instead of a table.")
  var json = false

  func run() throws {
    let settings = try common.settings(needsSite: false)
    let mirror = try Mirror(path: settings.mirror.path, for: .looking)
    let document = StatusDocument(
      try mirror.status(), indexes: json ? try mirror.pathIndexes() : [], outbox: try mirror.outboxStatus(),
      setAside: try mirror.setAside(), now: unixNow())
    if json {
      say(document.json.text())
    } else {
      for line in document.lines { say(line) }
    }
  }
}

/// The state of a mirror as text and as JSON.
struct StatusDocument {
  private let status: MirrorStatus
  private let indexes: [PathIndexRow]
  private let outbox: OutboxStatus
  private let setAside: [SetAside]
  private let now: Int64

  init(
    _ status: MirrorStatus, indexes: [PathIndexRow], outbox: OutboxStatus, setAside: [SetAside] = [], now: Int64
  ) {
    self.status = status
    self.indexes = indexes
    self.outbox = outbox
    self.setAside = setAside
    self.now = now
  }

  /// A table for people.
  var lines: [String] {
    let width = max(status.types.map(\.type.count).max() ?? 0, 4)
    func padded(_ text: String) -> String { text.padding(toLength: width, withPad: " ", startingAt: 0) }
    var lines = ["site  \(status.site ?? "(never reached)")"]
    lines.append(padded("type") + "      rows  newest change              lag  last run")
    for type in status.types {
      let newest = type.newestChange.map { RFC3339.text(unixSeconds: $0) } ?? "-"
      let lag = type.knownUntil.map { "\(max(0, now - $0)) s" } ?? "-"
      lines.append(
        padded(type.type) + String(format: "  %8d", type.rows) + "  "
          + newest.padding(toLength: 25, withPad: " ", startingAt: 0)
          + String(repeating: " ", count: max(1, 7 - lag.count)) + lag + "  " + (type.coverage?.outcome ?? "-")
          + (type.coverage.map { $0.omitted > 0 ? " (\($0.omitted) omitted)" : "" } ?? ""))
    }
    lines.append("\(status.types.reduce(0) { $0 + $1.rows }) resources, \(status.bytes / 1024) KB")
    let gone = status.types.reduce(into: [Tombstone.Kind: Int64]()) { $0.merge($1.tombstones, uniquingKeysWith: +) }
    let swept = status.types.compactMap(\.lastSweep)
    let sweeping = status.types.count(where: \.isSweeping)
    lines.append(
      "swept: \(swept.count) of \(status.types.count) types"
        + (swept.min().map { ", the oldest \(RFC3339.text(unixSeconds: $0))" } ?? "")
        + (sweeping > 0 ? ", \(sweeping) under way" : ""))
    for type in status.types where type.isSweeping {
      lines.append(
        "sweep of \(type.type): "
          + (type.isListed
            ? "listed, \(type.candidates) resources to ask for"
            : "listed up to serial number \(type.sweptUpTo) of \(type.highestID ?? 0)"))
    }
    lines.append(
      "tombstones: " + Tombstone.Kind.allCases.map { "\(gone[$0] ?? 0) \($0.rawValue)" }.joined(separator: ", "))
    let refused = status.types.filter { $0.filters == .refused }.map(\.type)
    if !refused.isEmpty { lines.append("filters refused, read by walking: \(refused.joined(separator: ", "))") }
    for type in status.types where type.held > 0 {
      lines.append(
        "\(type.type): \(type.held) removals wait: social-mirror sync --accept-removals \(type.type) "
          + "(while `run` is stopped)")
    }
    if outbox.unsettled > 0 {
      let states = ChangeState.allCases.compactMap { state in outbox.changes[state].map { "\($0) \(state.rawValue)" } }
      lines.append("local changes: \(states.joined(separator: ", "))")
      if let error = outbox.lastError { lines.append("last failure of a change: \(error)") }
    }
    if !setAside.isEmpty { lines.append("set aside: \(setAside.count)") }
    for thing in setAside.prefix(20) {
      lines.append("  \(thing.sentence) (since \(RFC3339.text(unixSeconds: thing.since)))")
    }
    if setAside.count > 20 { lines.append("  and \(setAside.count - 20) more: social-mirror status --json") }
    lines += lastRound
    return lines
  }

  /// How the last round ended, where it did not end well.
  private var lastRound: [String] {
    var lines: [String] = []
    if let last = status.runs.first, last.outcome != RunOutcome.complete.rawValue, let message = last.message {
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

  /// Everything, times as RFC 3339.
  var json: JSON {
    .object(
      JSONObject([
        ("site", status.site.map { .string($0) } ?? .null),
        ("bytes", .integer(status.bytes)),
        ("lastComplete", status.lastComplete.map(run) ?? .null),
        ("unreadSince", time(status.unreadSince)),
        ("types", .array(status.types.map(type))),
        ("runs", .array(status.runs.map(run))),
        ("indexes", .array(indexes.map(index))),
        ("queue", queue),
        ("setAside", .array(setAside.map(thing))),
      ]))
  }

  private var queue: JSON {
    let states = ChangeState.allCases.filter(\.isUnsettled).map { state in
      (state.rawValue, JSON.integer(outbox.changes[state] ?? 0))
    }
    return .object(
      JSONObject(
        states + [
          ("openConflicts", .integer(outbox.openConflicts)), ("oldest", time(outbox.oldest)),
          ("lastError", outbox.lastError.map { .string($0) } ?? .null),
        ]))
  }

  private func type(_ type: MirrorStatus.TypeStatus) -> JSON {
    .object(
      JSONObject([
        ("type", .string(type.type)), ("rows", .integer(type.rows)), ("newestChange", time(type.newestChange)),
        ("knownUntil", time(type.knownUntil)),
        ("lagSeconds", type.knownUntil.map { .integer(max(0, now - $0)) } ?? .null),
        ("coverage", type.coverage.map(coverage) ?? .null),
        ("filters", type.filters.map { .string($0.rawValue) } ?? .null),
        ("lastSweep", time(type.lastSweep)), ("sweeping", .bool(type.isSweeping)),
        ("sweptUpTo", type.isSweeping ? .integer(type.sweptUpTo) : .null),
        ("highestID", type.highestID.map { .integer($0) } ?? .null),
        ("sweepCandidates", .integer(type.candidates)), ("held", .integer(type.held)),
        (
          "tombstones",
          .object(JSONObject(Tombstone.Kind.allCases.map { ($0.rawValue, .integer(type.tombstones[$0] ?? 0)) }))
        ),
      ]))
  }

  private func thing(_ thing: SetAside) -> JSON {
    .object(
      JSONObject([
        ("kind", .string(thing.kind.rawValue)), ("type", thing.type.isEmpty ? .null : .string(thing.type)),
        ("subject", .string(thing.subject)), ("reason", .string(thing.reason)), ("advice", .string(thing.advice)),
        ("since", time(thing.since)), ("lastSeen", time(thing.lastSeen)),
      ]))
  }

  private func coverage(_ coverage: MirrorStatus.Coverage) -> JSON {
    .object(
      JSONObject([
        ("run", .integer(coverage.run)), ("requests", .integer(coverage.requests)), ("pages", .integer(coverage.pages)),
        ("seen", .integer(coverage.seen)), ("stored", .integer(coverage.stored)),
        ("omitted", .integer(coverage.omitted)),
        ("outcome", coverage.outcome.map { .string($0) } ?? .null),
      ]))
  }

  private func index(_ index: PathIndexRow) -> JSON {
    .object(
      JSONObject([
        ("type", .string(index.type)), ("path", .string(index.path)), ("state", .string(index.state)),
        ("rows", .integer(index.rows)), ("reason", .string(index.reason)), ("created", time(index.created)),
      ]))
  }

  private func run(_ run: MirrorStatus.Run) -> JSON {
    .object(
      JSONObject([
        ("id", .integer(run.id)), ("kind", .string(run.kind)), ("started", time(run.started)),
        ("finished", time(run.finished)), ("outcome", run.outcome.map { .string($0) } ?? .null),
        ("message", run.message.map { .string($0) } ?? .null),
      ]))
  }

  private func time(_ seconds: Int64?) -> JSON { seconds.map { .string(RFC3339.text(unixSeconds: $0)) } ?? .null }
}
