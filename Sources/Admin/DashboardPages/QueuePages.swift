import Coding
import Store

/// `/queue`: local changes on their way to the site, what the site said to those that it refused, and what can be done with them.
struct QueuePages: DashboardPart {
  let mirror: Mirror

  /// What the paths say.
  enum Route: Hashable {
    case list
    case change(Int64)
    case action(Action, Int64)

    /// What is done with a change.
    enum Action: String { case retry, drop, edit }

    init?(_ path: String) {
      guard let path = PagePath(path, under: QueuePage.path) else { return nil }
      switch (path.segments.count, path.number(0)) {
      case (0, _): self = .list
      case (1, let id?): self = .change(id)
      case (2, let id?):
        guard let action = Action(rawValue: path.segments[1]) else { return nil }
        self = .action(action, id)
      default: return nil
      }
    }
  }

  var links: [DashboardLink] { [DashboardLink(QueuePage.path, "Queue")] }

  func answer(_ request: DashboardRequest) async throws -> DashboardAnswer? {
    guard let route = Route(request.path) else { return nil }
    let (mirror, time) = (mirror, TimeWords(now: request.now))
    switch route {
    case .list:
      if request.isAction { return .plain(AdminAnswer(onlyAllowing: "GET, HEAD")) }
      let page = request.request.queryValue("page").flatMap { Int($0) } ?? 1
      let state = try await AdminThreads.run { try QueueState(of: mirror) }
      return .page(QueuePage.list(state, page: page, time, request.form))
    case .change(let id):
      if request.isAction { return .plain(AdminAnswer(onlyAllowing: "GET, HEAD")) }
      return try await AdminThreads.run { try QueuePages.change(id, mirror, time, request.form) }
    case .action(let action, let id):
      guard request.isAction else { return .plain(AdminAnswer(onlyAllowing: "POST")) }
      let asked = Asked(
        action: action, id: id, version: request.field("version").flatMap { Int64($0) },
        document: request.field("document"))
      return try await AdminThreads.run { try QueuePages.act(asked, mirror, time, request.form) }
    }
  }

  func overview(_ request: DashboardRequest) async throws -> HTML? {
    let mirror = mirror
    let status = try await AdminThreads.run { try mirror.reporting.outboxStatus() }
    return QueuePage.overview(status, TimeWords(now: request.now))
  }

  /// A form that was sent.
  private struct Asked: Sendable {
    var action: Route.Action
    var id: Int64
    var version: Int64?
    var document: String?
  }

  private static func change(
    _ id: Int64, _ mirror: Mirror, _ time: TimeWords, _ form: (String, HTML) -> HTML, typed: String? = nil,
    refusal: String? = nil
  ) throws -> DashboardAnswer {
    guard let change = try mirror.outbox.change(id) else {
      return .page(DashboardPage("No such change", QueuePage.unknown(id), status: 404))
    }
    let conflict = try change.state == .conflict ? mirror.outbox.conflicts().first { $0.change == id }?.id : nil
    let shown = ChangePage(
      change: change, hold: try mirror.outbox.writesHold(), conflict: conflict, time: time, typed: typed,
      refusal: refusal)
    return .page(shown.page(form))
  }

  private static func act(
    _ asked: Asked, _ mirror: Mirror, _ time: TimeWords, _ form: (String, HTML) -> HTML
  ) throws -> DashboardAnswer {
    let (id, path) = (asked.id, "\(QueuePage.path)/\(asked.id)")
    do {
      switch asked.action {
      case .retry:
        try mirror.outbox.retry(id)
        return .seeOther(path, .done("Change \(id) goes with the next push."))
      case .drop:
        // A row that cannot be read has no version; nothing of it was shown.
        let dropped = try mirror.outbox.drop(id, of: asked.version ?? 0, at: time.now)
        return .page(QueuePage.dropped(id, dropped))
      case .edit:
        guard let text = asked.document, let document = try? JSON(parsing: text) else {
          return try change(id, mirror, time, form, typed: asked.document, refusal: "That is no JSON. Nothing was done.")
        }
        try mirror.outbox.correct(id, to: document, of: asked.version ?? 0, at: time.now)
        return .seeOther(path, .done("Change \(id) has its new values, and goes with the next push."))
      }
    } catch let refusal as OutboxRefusal {
      guard asked.action == .edit, let typed = asked.document, try mirror.outbox.change(id) != nil else {
        let isThere = try mirror.outbox.change(id) != nil
        return .seeOther(isThere ? path : QueuePage.path, .failed("\(refusal.description)."))
      }
      return try change(id, mirror, time, form, typed: typed, refusal: "\(refusal.description).")
    }
  }
}

/// What waits, as it is read for a page.
struct QueueState: Sendable {
  /// Changes that are not over, the oldest first.
  let changes: [OutboxChange]
  /// Rows that cannot be read.
  let unreadable: [UnreadableChange]
  /// That the site takes no writes at all.
  let hold: WritesHold?

  init(of mirror: Mirror) throws {
    (changes, unreadable) = try mirror.outbox.waiting()
    hold = try mirror.outbox.writesHold()
  }
}
