import Coding
import Store

/// `/queue`: local changes on their way to the site, what the site said to those that it refused, and what can be done with them.
struct QueuePages: DashboardPart {
  let mirror: Mirror

  /// What is done with a change.
  enum Action: String, Sendable {
    case retry, drop, edit
  }

  /// What the paths say.
  enum Route: Hashable {
    case list
    case change(Int64)
    case action(Action, Int64)

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
    if case .action = route, !request.isAction { return .plain(AdminAnswer(onlyAllowing: "POST")) }
    return try await AdminThreads.run { [mirror] () throws -> DashboardAnswer in
      switch route {
      case .action(let action, let id): return try QueuePages.act(action, id, mirror, request)
      case _ where request.isAction: return .plain(AdminAnswer(onlyAllowing: "GET, HEAD"))
      case .change(let id): return try QueuePages.change(id, mirror, request)
      case .list:
        return .page(QueuePage.list(try QueueState(of: mirror), request))
      }
    }
  }

  func overview(_ request: DashboardRequest) async throws -> HTML? {
    let status = try await AdminThreads.run { [mirror] in try mirror.reporting.outboxStatus() }
    return QueuePage.overview(status, at: request.now)
  }

  private static func change(
    _ id: Int64, _ mirror: Mirror, _ request: DashboardRequest, typed: String? = nil, refusal: String? = nil
  ) throws -> DashboardAnswer {
    guard let change = try mirror.outbox.change(id) else { return .page(QueuePage.unknown(id)) }
    let conflict = try change.state == .conflict ? mirror.outbox.conflicts().first { $0.change == id }?.id : nil
    let shown = ChangePage(
      change: change, hold: try mirror.outbox.writesHold(), conflict: conflict, typed: typed, refusal: refusal)
    return .page(shown.page(request))
  }

  private static func act(
    _ action: Action, _ id: Int64, _ mirror: Mirror, _ request: DashboardRequest
  ) throws -> DashboardAnswer {
    // Whoever names none has seen none.
    let version = request.field("version").flatMap { Int64($0) } ?? -1
    let path = "\(QueuePage.path)/\(id)"
    do {
      switch action {
      case .retry:
        try mirror.outbox.retry(id)
        return .seeOther(path, .done("Change \(id) goes with the next push."))
      case .drop:
        return .page(QueuePage.dropped(id, try mirror.outbox.drop(id, of: version, at: request.now)))
      case .edit:
        let typed = request.field("document") ?? ""
        guard let document = try? JSON(parsing: typed) else {
          return try change(id, mirror, request, typed: typed, refusal: "That is no JSON. Nothing was done.")
        }
        do { try mirror.outbox.correct(id, to: document, of: version, at: request.now) } catch let refusal
          as OutboxRefusal
        {
          return try change(id, mirror, request, typed: typed, refusal: "\(refusal.description).")
        }
        return .seeOther(path, .done("Change \(id) has its new values, and goes with the next push."))
      }
    } catch let refusal as OutboxRefusal {
      let isThere = try mirror.outbox.change(id) != nil
      return .seeOther(isThere ? path : QueuePage.path, .failed("Change \(id): \(refusal.description)."))
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
}

extension QueueState {
  /// - Throws: a fault of the mirror.
  init(of mirror: Mirror) throws {
    let (changes, unreadable) = try mirror.outbox.waiting()
    self.init(changes: changes, unreadable: unreadable, hold: try mirror.outbox.writesHold())
  }
}
