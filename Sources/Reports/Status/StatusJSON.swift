import JSONAPI
import Store

extension StatusReport {
  /// Everything.
  package var json: JSON {
    .object(
      JSONObject([
        ("site", .nullable(status.site)), ("bytes", .integer(status.bytes)),
        ("lastComplete", status.lastComplete.map(run) ?? .null), ("unreadSince", .time(status.unreadSince)),
        ("types", .array(status.types.map(type))), ("runs", .array(status.runs.map(run))),
        ("indexes", .array(indexes.map(index))), ("queue", queue), ("setAside", .array(setAside.map(thing))),
        ("signIns", signIns?.json ?? .null), ("webhooks", .array(webhooks.map(receiver))),
        ("log", log?.json ?? .null),
      ]))
  }

  private var queue: JSON {
    let states = ChangeState.allCases.filter(\.isUnsettled).map { state in
      (state.rawValue, JSON.integer(outbox.changes[state] ?? 0))
    }
    return .object(
      JSONObject(
        states + [
          ("openConflicts", .integer(outbox.openConflicts)), ("oldest", .time(outbox.oldest)),
          ("lastError", .nullable(outbox.lastError)),
        ]))
  }

  private func type(_ type: MirrorStatus.TypeStatus) -> JSON {
    let gone = Tombstone.Kind.allCases.map { ($0.rawValue, JSON.integer(type.tombstones[$0] ?? 0)) }
    return .object(
      JSONObject([
        ("type", .string(type.type)), ("rows", .integer(type.rows)), ("newestChange", .time(type.newestChange)),
        ("knownUntil", .time(type.knownUntil)), ("lagSeconds", .nullable(lag(of: type))),
        ("coverage", type.coverage.map(coverage) ?? .null), ("filters", .nullable(type.filters?.rawValue)),
        ("lastSweep", .time(type.lastSweep)), ("sweeping", .bool(type.isSweeping)),
        ("sweptUpTo", type.isSweeping ? .integer(type.sweptUpTo) : .null), ("highestID", .nullable(type.highestID)),
        ("sweepCandidates", .integer(type.candidates)), ("held", .integer(type.held)),
        ("tombstones", .object(JSONObject(gone))),
      ]))
  }

  private func thing(_ thing: SetAside) -> JSON {
    .object(
      JSONObject([
        ("kind", .string(thing.kind.rawValue)), ("type", thing.type.isEmpty ? .null : .string(thing.type)),
        ("subject", .string(thing.subject)), ("reason", .string(thing.reason)), ("advice", .string(thing.advice)),
        ("since", .time(thing.since)), ("lastSeen", .time(thing.lastSeen)),
      ]))
  }

  private func receiver(_ webhook: WebhookRow) -> JSON {
    .object(
      JSONObject([
        ("name", .string(webhook.name)), ("position", .string(webhook.position.text)),
        ("delivered", .time(webhook.delivered)), ("failingSince", .time(webhook.failingSince)),
        ("failures", .integer(webhook.failures)), ("lastError", .nullable(webhook.lastError)),
        ("nextAttempt", .time(webhook.nextAttempt)),
      ]))
  }

  private func coverage(_ coverage: MirrorStatus.Coverage) -> JSON {
    .object(
      JSONObject([
        ("run", .integer(coverage.run)), ("requests", .integer(coverage.requests)), ("pages", .integer(coverage.pages)),
        ("seen", .integer(coverage.seen)), ("stored", .integer(coverage.stored)),
        ("omitted", .integer(coverage.omitted)), ("outcome", .nullable(coverage.outcome)),
      ]))
  }

  private func index(_ index: PathIndexRow) -> JSON {
    .object(
      JSONObject([
        ("type", .string(index.type)), ("path", .string(index.path)), ("state", .string(index.state)),
        ("rows", .integer(index.rows)), ("reason", .string(index.reason)), ("created", .time(index.created)),
      ]))
  }

  private func run(_ run: MirrorStatus.Run) -> JSON {
    .object(
      JSONObject([
        ("id", .integer(run.id)), ("kind", .string(run.kind)), ("started", .time(run.started)),
        ("finished", .time(run.finished)), ("outcome", .nullable(run.outcome)), ("message", .nullable(run.message)),
      ]))
  }
}
