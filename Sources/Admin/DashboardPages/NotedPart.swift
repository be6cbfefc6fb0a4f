import Coding
import Logging

/// A part whose deeds are a line each in the log: who did what, and whether it was done. Nothing of a form, and so no secret, is in it.
struct NotedPart: DashboardPart {
  let part: any DashboardPart
  let logger: Logger

  var links: [DashboardLink] { part.links }

  func answer(_ request: DashboardRequest) async throws -> DashboardAnswer? {
    let answer = try await part.answer(request)
    if request.isAction, let isDone = answer.flatMap(NotedPart.isDone) {
      logger.notice(
        isDone ? "done on the dashboard" : "refused on the dashboard",
        metadata: ["path": "\(request.path)", "by": "\(request.person.name)"])
    }
    return answer
  }

  func overview(_ request: DashboardRequest) async throws -> HTML? { try await part.overview(request) }

  /// Nil where nothing was asked for that could be.
  private static func isDone(_ answer: DashboardAnswer) -> Bool? {
    switch answer {
    case .seeOther(_, let notice): notice.kind == .done
    case .page(let page): page.status == 200
    case .plain: nil
    }
  }
}
