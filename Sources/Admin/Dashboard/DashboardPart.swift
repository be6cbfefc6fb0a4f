import Coding

/// A place that the navigation leads to.
package struct DashboardLink: Sendable, Hashable {
  /// Begins with `/`. Pages below it count as its own.
  package var path: String
  /// What people call it.
  package var label: String

  /// A link.
  package init(_ path: String, _ label: String) {
    self.path = path
    self.label = label
  }
}

/// Pages of the dashboard, and what is done on them. `DashboardRoutes` asks its parts in their order; who asks may see all of it.
package protocol DashboardPart: Sendable {
  /// What the navigation shows, in this order.
  var links: [DashboardLink] { get }
  /// The answer to GET and POST (HEAD comes as GET); nil where the path is none of the part's: then the next are asked, and at last it is 404.
  /// Is called on no thread of its own: what waits for the mirror goes to `AdminThreads`.
  /// - Throws: what becomes a page that says that it did not work, and a line in the log; its description has to be fit for both.
  func answer(_ request: DashboardRequest) async throws -> DashboardAnswer?
  /// A section for the overview page, with an id and the attribute `data-refresh`; nil for none.
  /// - Throws: as `answer`: the section says so, and the page has the rest.
  func overview(_ request: DashboardRequest) async throws -> HTML?
}

extension DashboardPart {
  /// The navigation shows nothing of it.
  package var links: [DashboardLink] { [] }
  /// Nothing on the overview page.
  package func overview(_ request: DashboardRequest) async throws -> HTML? { nil }
}
