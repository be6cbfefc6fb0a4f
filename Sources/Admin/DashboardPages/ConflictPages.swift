import Coding
import Reports
import Store

/// `/conflicts`: what was changed on both sides, side by side, and the decision.
struct ConflictPages: DashboardPart {
  let mirror: Mirror

  /// How a conflict is decided.
  enum Take: String, Sendable {
    case site, local, document
  }

  /// What the paths say.
  enum Route: Hashable {
    case list
    case conflict(Int64)
    case take(Take, Int64)

    init?(_ path: String) {
      guard let path = PagePath(path, under: ConflictPage.path) else { return nil }
      switch (path.segments.count, path.number(0)) {
      case (0, _): self = .list
      case (1, let id?): self = .conflict(id)
      case (2, let id?):
        guard let take = Take(rawValue: path.segments[1]) else { return nil }
        self = .take(take, id)
      default: return nil
      }
    }
  }

  var links: [DashboardLink] { [DashboardLink(ConflictPage.path, "Conflicts")] }

  func answer(_ request: DashboardRequest) async throws -> DashboardAnswer? {
    guard let route = Route(request.path) else { return nil }
    if case .take = route, !request.isAction { return .plain(AdminAnswer(onlyAllowing: "POST")) }
    return try await AdminThreads.run { [mirror] () throws -> DashboardAnswer in
      switch route {
      case .take(let take, let id): return try ConflictPages.decide(id, take, mirror, request)
      case _ where request.isAction: return .plain(AdminAnswer(onlyAllowing: "GET, HEAD"))
      case .conflict(let id): return try ConflictPages.conflict(id, mirror, request)
      case .list:
        let isAll = request.request.queryValue("all") != nil
        let report = try ConflictsReport(of: mirror, open: !isAll, at: request.now)
        return .page(ConflictListPage.page(report, isAll: isAll, at: request.now))
      }
    }
  }

  private static func conflict(
    _ id: Int64, _ mirror: Mirror, _ request: DashboardRequest, typed: String? = nil, refusal: String? = nil
  ) throws -> DashboardAnswer {
    guard let report = try ConflictReport(id, of: mirror) else { return .page(ConflictListPage.unknown(id)) }
    let shown = ConflictPage(
      conflict: report.conflict, change: try mirror.outbox.change(report.conflict.change), typed: typed,
      refusal: refusal)
    return .page(shown.page(request))
  }

  private static func decide(
    _ id: Int64, _ take: Take, _ mirror: Mirror, _ request: DashboardRequest
  ) throws -> DashboardAnswer {
    let decision: ConflictDecision
    let typed = take == .document ? request.field("document") ?? "" : nil
    switch take {
    case .site: decision = .site
    case .local: decision = .local
    case .document:
      guard let document = try? JSON(parsing: typed ?? "") else {
        return try conflict(id, mirror, request, typed: typed, refusal: "That is no JSON. Nothing was decided.")
      }
      decision = .document(document)
    }
    // Whoever names no version has seen none.
    let version = request.field("version").flatMap { Int64($0) } ?? -1
    do {
      try mirror.outbox.resolve(id, decision, of: version, at: request.now)
      return .seeOther(ConflictPage.path, .done(ConflictListPage.decided(id, take)))
    } catch let refusal as OutboxRefusal {
      guard let typed, try mirror.outbox.conflict(id)?.decision == nil else {
        return .seeOther("\(ConflictPage.path)/\(id)", .failed("Nothing was decided: \(refusal.description)."))
      }
      return try conflict(id, mirror, request, typed: typed, refusal: "\(refusal.description).")
    }
  }
}
