import Foundation
import Measures
import Reports
import Store

/// `/metrics`: the mirror's state and the daemon's measures as text. The names and what they mean are users' to rely on.
struct MetricsPage {
  typealias Sample = Exposition.Sample

  let measures: DaemonMeasures
  /// Nil while the mirror cannot be read: the rest is told all the same.
  let state: KnownState.Gathered?
  let mirrorPath: String

  func bytes(_ form: Exposition.Form) -> [UInt8] {
    var page = Exposition(form)
    page.gauge("build_info", "The program that runs, by its version.", [Sample(1, [("version", measures.version)])])
    page.gauge("start_time_seconds", "When the process began, Unix time.", unit: "seconds", Double(measures.started))
    page.gauge("mirror_readable", "Whether the mirror's state can be read: 1 or 0.", state == nil ? 0 : 1)
    if let state {
      types(state.report, &page)
      rounds(state.rounds, &page)
      queue(state.report, &page)
      let setAside = state.report.setAsideByKind
      page.gauge(
        "set_aside", "What cannot be used, by kind.",
        SetAside.Kind.allCases.map { Sample(Double(setAside[$0] ?? 0), [("kind", $0.rawValue)]) })
    }
    storage(&page)
    site(&page)
    answers(&page)
    process(&page)
    return page.bytes
  }

  private func types(_ report: StatusReport, _ page: inout Exposition) {
    let types = report.status.types
    func each(_ value: (MirrorStatus.TypeStatus) -> Double?) -> [Sample] {
      types.compactMap { type in value(type).map { Sample($0, [("type", type.type)]) } }
    }
    page.gauge(
      "lag_seconds", "How far a type is behind the site. None before it was read to its end.", unit: "seconds",
      each { report.lag(of: $0).map(Double.init) })
    page.gauge("rows", "Resources in the mirror.", each { Double($0.rows) })
    page.gauge(
      "type_failed", "Whether the last reading or sweep of a type failed: 1 or 0.",
      each { $0.coverage?.outcome == RunOutcome.failed.rawValue ? 1 : 0 })
    page.gauge(
      "type_unread", "Whether a type was never read to its end: 1 or 0.", each { $0.knownUntil == nil ? 1 : 0 })
    page.gauge(
      "omitted_rows", "Rows that the site left out of the last reading for lack of access.",
      each { $0.coverage.map { Double($0.omitted) } })
    page.gauge("held_removals", "Removals that wait for a person.", each { Double($0.held) })
    page.gauge(
      "tombstones", "What is gone, by why.",
      Tombstone.Kind.allCases.map { Sample(Double(report.tombstones[$0] ?? 0), [("kind", $0.rawValue)]) })
  }

  private func rounds(_ times: RoundTimes, _ page: inout Exposition) {
    page.gauge(
      "last_good_round_timestamp_seconds",
      "When the newest round ended in which a type was read to its end, Unix time. None before the first.",
      unit: "seconds", times.lastGood.map(Double.init))
    page.gauge(
      "last_complete_round_timestamp_seconds",
      "When the newest round ended in which every type was, Unix time. None before the first.",
      unit: "seconds", times.lastComplete.map(Double.init))
    page.gauge(
      "site_unread_since_timestamp_seconds",
      "Since when no round could read anything, Unix time; 0 where the last one could.",
      unit: "seconds", Double(times.unreadSince ?? 0))
  }

  private func queue(_ report: StatusReport, _ page: inout Exposition) {
    page.gauge(
      "queue_changes", "Local changes on their way to the site, by state.",
      ChangeState.allCases.filter(\.isUnsettled).map {
        Sample(Double(report.outbox.changes[$0] ?? 0), [("state", $0.rawValue)])
      })
    page.gauge(
      "queue_oldest_age_seconds", "How long the oldest local change waits; 0 where none does.", unit: "seconds",
      Double(report.oldestWait ?? 0))
    page.gauge("conflicts", "Conflicts that wait for a decision.", Double(report.outbox.openConflicts))
    page.gauge(
      "rejected_changes", "Local changes that the site refused.", Double(report.outbox.changes[.rejected] ?? 0))
  }

  private func storage(_ page: inout Exposition) {
    func size(_ path: String) -> Double {
      let size = (try? FileManager.default.attributesOfItem(atPath: path))?[.size] as? NSNumber
      return size?.doubleValue ?? 0
    }
    page.gauge(
      "database_bytes", "The mirror's file.", unit: "bytes", size(mirrorPath))
    page.gauge("wal_bytes", "Its write-ahead log.", unit: "bytes", size(mirrorPath + "-wal"))
    if let files = state?.files {
      page.gauge("file_bytes", "Contents of files, each counted once.", unit: "bytes", Double(files.bytes))
      page.gauge("files", "Files whose content is here.", Double(files.files))
      page.gauge("files_failed", "Files whose content could not be fetched.", Double(files.failed))
    }
  }

  private func site(_ page: inout Exposition) {
    let (site, rounds) = (measures.site, measures.rounds)
    page.counter(
      "site_requests", "Requests to the site, sign-in and contents of files among them, by what came of them.",
      SiteMeasures.Outcome.allCases.map { Sample(Double(site.requests[$0]), [("outcome", $0.rawValue)]) })
    page.histogram(
      "site_request_duration_seconds", "How long the site took for its whole answer.",
      [(labels: [], durations: site.durations.snapshot)])
    page.counter(
      "site_retries", "Requests that were made once more after one that failed.", [Sample(Double(site.retries.total))])
    page.counter(
      "site_received_bytes", "Content that came from the site, decoded.", unit: "bytes",
      [Sample(Double(site.received.total))])
    page.counter("site_sent_bytes", "Content that went there.", unit: "bytes", [Sample(Double(site.sent.total))])
    page.counter(
      "token_renewals", "Requests for a token of the site, by what came of them.",
      SiteMeasures.Renewal.allCases.map { Sample(Double(site.renewals[$0]), [("outcome", $0.rawValue)]) })
    page.counter(
      "rounds", "Rounds, by how they ended.",
      RoundMeasures.Outcome.allCases.map { Sample(Double(rounds.rounds[$0]), [("outcome", $0.rawValue)]) })
    page.histogram(
      "round_duration_seconds", "How long rounds took.", [(labels: [], durations: rounds.durations.snapshot)])
    page.counter(
      "round_changes", "Resources that rounds changed in the mirror.",
      RoundMeasures.Change.allCases.map { Sample(Double(rounds.changes[$0]), [("change", $0.rawValue)]) })
    page.counter(
      "pushed_changes", "Attempts to carry a local change to the site, by what came of them.",
      RoundMeasures.Push.allCases.map { Sample(Double(rounds.pushed[$0]), [("outcome", $0.rawValue)]) })
  }

  private func answers(_ page: inout Exposition) {
    page.counter(
      "api_requests", "Requests that the local API answered, by kind of route and class of status.",
      RouteKind.allCases.flatMap { kind in
        measures.answers.numbers(of: kind).map {
          Sample(Double($0.number), [("route", kind.label), ("status", $0.outcome.label)])
        }
      })
    page.histogram(
      "api_request_duration_seconds", "How long the local API took until an answer was made, by kind of route.",
      RouteKind.allCases.map {
        (labels: [(name: "route", value: $0.label)], durations: measures.answers.durations(of: $0))
      })
    guard let refused = measures.refusedSignIns() else { return }
    page.counter(
      "refused_sign_ins", "Tries to sign in to the local API that were refused, by why.",
      [
        Sample(Double(refused.wrongClients), [("reason", "wrong_client")]),
        Sample(Double(refused.wrongPasswords), [("reason", "wrong_password")]),
        Sample(Double(refused.heldBack), [("reason", "held_back")]),
        Sample(Double(refused.crowded), [("reason", "crowded")]),
      ])
  }

  private func process(_ page: inout Exposition) {
    page.histogram(
      "event_loop_lag_seconds", "How long what waits for an event loop waits, looked at once a second.",
      [(labels: [], durations: measures.loops.durations.snapshot)])
    page.gauge(
      "resident_memory_bytes", "Memory of the process.", unit: "bytes", MetricsPage.residentBytes)
    page.gauge("open_files", "Files and connections that the process has open.", MetricsPage.openFiles)
  }

  /// The second number of proc_pid_statm(5), in pages.
  private static var residentBytes: Double? {
    guard let text = try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8) else { return nil }
    let pages = text.split(separator: " ").dropFirst().first.flatMap { Double($0) }
    return pages.map { $0 * Double(getpagesize()) }
  }

  private static var openFiles: Double? {
    (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")).map { Double($0.count) }
  }
}
