import Coding
import Control
import Store

/// `/failures`: what failed, and when it is tried next.
struct FailurePages: DashboardPart {
  static let path = "/failures"

  let mirror: Mirror
  let daemon: any DaemonActions

  /// So many files, and so many things that are set aside, are named.
  private static let most = 200

  var links: [DashboardLink] { [DashboardLink(FailurePages.path, "Failures")] }

  func answer(_ request: DashboardRequest) async throws -> DashboardAnswer? {
    guard request.path == FailurePages.path else { return nil }
    if request.isAction { return .plain(AdminAnswer(onlyAllowing: "GET, HEAD")) }
    let course = await daemon.course
    let page = try await AdminThreads.run { [mirror] () throws -> FailurePage in
      FailurePage(
        rounds: try mirror.reporting.roundTimes(), course: course,
        failures: try mirror.reporting.failures(files: FailurePages.most), files: try mirror.files.fileTotals().failed,
        queue: try QueueState(of: mirror), setAside: try mirror.reading.setAside(), most: FailurePages.most,
        now: request.now)
    }
    return .page(page.page)
  }
}

/// What failed, as a page.
struct FailurePage: Sendable {
  private typealias Column = DashboardTable.Column

  let rounds: RoundTimes
  let course: RoundCourse
  let failures: Failures
  /// How many files failed in all.
  let files: Int
  let queue: QueueState
  let setAside: [SetAside]
  /// So much of a kind is named.
  let most: Int
  let now: Int64

  var page: DashboardPage {
    DashboardPage("Failures", HTML([reading, types, sending, contents, aside]))
  }

  private var reading: HTML {
    var facts: [(String, HTML)] = [
      ("Last good round", rounds.lastGood.map { ShownTime.relative($0, at: now) } ?? "none yet"),
      ("Next round", next),
    ]
    if let since = rounds.unreadSince {
      facts.append(("Nothing could be read since", ShownTime.relative(since, at: now)))
    }
    if let message = rounds.message { facts.append(("The last round ended with", Pieces.foreign(message))) }
    return section("rounds", "Rounds", Pieces.facts(facts))
  }

  private var next: HTML {
    switch course.state {
    case .underWay(let since, let with): "under way since \(ShownTime.relative(since, at: now)): \(with)"
    case .idle: course.nextDueAt.map { QueuePage.due($0, at: now) } ?? "not by itself: the log says why"
    }
  }

  private var types: HTML {
    guard !failures.types.isEmpty else { return "" }
    let rows = failures.types.map { type -> [HTML] in
      [
        Pieces.foreign(type.type), ShownTime.relative(type.ended, at: now),
        type.message.map { Pieces.foreign($0) } ?? "–",
      ]
    }
    let columns = ["Type", "Failed", "The round said"].map { Column($0) }
    let table = DashboardTable("Types that could not be read or swept; each is tried with every round", columns, rows)
    return section("types", "Types (\(failures.types.count))", table.html)
  }

  private var sending: HTML {
    let failing = queue.changes.filter { $0.attempts > 0 && ($0.state == .queued || $0.state == .uncertain) }
    let refused = queue.changes.count { $0.state == .rejected }
    guard queue.hold != nil || !failing.isEmpty || refused > 0 else { return "" }
    let rows = failing.prefix(most).map { change -> [HTML] in
      [
        QueuePage.link(change), QueuePage.resource(change), "\(change.attempts)",
        change.error.map { Pieces.foreign($0) } ?? "–", QueuePage.next(change, queue.hold, at: now),
      ]
    }
    let columns = [
      Column("Change"), Column("Resource"), Column("Attempts", isNumber: true), Column("Last failure"),
      Column("Next try"),
    ]
    let table = DashboardTable("Local changes that could not be sent yet", columns, rows)
    let link: HTML =
      refused > 0
      ? "<p><a href=\"\(QueuePage.path)#refused\">\(refused) refused by the site</a>: they wait for a person.</p>\n"
      : ""
    return section(
      "sending", "Local changes (\(failing.count))",
      "\(QueuePage.held(queue.hold, at: now))\(failing.isEmpty ? "" : table.html)\(left(failing.count))\(link)")
  }

  private var contents: HTML {
    guard !failures.files.isEmpty else { return "" }
    let rows = failures.files.map { file -> [HTML] in
      [
        Pieces.foreign(file.path), "\(file.attempts)", Pieces.foreign(file.reason), QueuePage.due(file.next, at: now),
      ]
    }
    let columns = [Column("File"), Column("Attempts", isNumber: true), Column("Why"), Column("Next try")]
    let table = DashboardTable("Files whose contents do not come", columns, rows)
    let more: HTML = files > failures.files.count ? "<p>And \(files - failures.files.count) more.</p>\n" : ""
    return section("files", "Contents of files (\(files))", "\(table.html)\(more)")
  }

  private var aside: HTML {
    // Files are above, with their times.
    let things = setAside.filter { $0.kind != .file }
    guard !things.isEmpty else { return "" }
    let rows = things.prefix(most).map { thing -> [HTML] in
      [
        Pieces.foreign([thing.kind.rawValue, thing.type, thing.subject].filter { !$0.isEmpty }.joined(separator: " ")),
        Pieces.foreign(thing.reason), Pieces.foreign(thing.advice), ShownTime.relative(thing.since, at: now),
        ShownTime.relative(thing.lastSeen, at: now),
      ]
    }
    let columns = ["What", "Why", "What can be done", "Since", "Last seen"].map { Column($0) }
    let table = DashboardTable("What could not be used; it is looked at again by itself", columns, rows)
    return section("set-aside", "Set aside (\(things.count))", "\(table.html)\(left(things.count))")
  }

  private func left(_ count: Int) -> HTML { count > most ? "<p>And \(count - most) more.</p>\n" : "" }

  private func section(_ id: String, _ title: String, _ content: HTML) -> HTML {
    "<section id=\"\(id)\" data-refresh><h2>\(title)</h2>\n\(content)</section>\n"
  }
}
