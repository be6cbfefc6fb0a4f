/// What the paths below a list of clients or people say: the list itself, one more, or what is done with one of them.
enum ListedRoute<Action: RawRepresentable & Hashable & Sendable>: Hashable, Sendable where Action.RawValue == String {
  case list, add
  case action(Action, String)

  /// - Parameter root: the path of the list.
  /// - Returns: nil for a path that is none of these.
  init?(_ path: String, under root: String) {
    guard let path = PagePath(path, under: root) else { return nil }
    switch (path.segments.count, path.name(0)) {
    case (0, _): self = .list
    case (1, nil) where path.segments == ["add"]: self = .add
    case (2, let name?):
      guard let action = Action(rawValue: path.segments[1]) else { return nil }
      self = .action(action, name)
    default: return nil
    }
  }

  /// The path of an action.
  static func path(_ action: Action, _ name: String, under root: String) -> String {
    "\(root)/\(PagePath.segment(name))/\(action.rawValue)"
  }

  /// Lists are read and everything else is sent; what fails may be sent again.
  /// - Parameter done: answers by the route, on a thread that may wait for the mirror.
  /// - Throws: what `done` throws.
  func answer(
    _ request: DashboardRequest, _ once: ShownOnce, _ done: @escaping @Sendable () throws -> DashboardAnswer
  ) async throws -> DashboardAnswer {
    guard request.isAction == (self != .list) else {
      return .plain(AdminAnswer(onlyAllowing: self == .list ? "GET, HEAD" : "POST"))
    }
    return try await AdminThreads.run { () throws -> DashboardAnswer in
      do { return try done() } catch {
        once.forget(request)
        throw error
      }
    }
  }
}
