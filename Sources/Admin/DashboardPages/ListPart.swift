import Coding

/// The part of a list that stands on one page: accounts may be as many as the site has members.
struct ListPart: Sendable, Hashable {
  /// So many stand on one page.
  static let size = 100

  private let path: String
  private let page: Int
  private let pages: Int

  /// - Parameters:
  ///   - path: of the list.
  ///   - request: says which page, from 1; what is no page is the nearest one.
  ///   - count: how many there are.
  init(of path: String, _ request: DashboardRequest, count: Int) {
    self.path = path
    pages = max(1, (count + ListPart.size - 1) / ListPart.size)
    page = min(max(1, request.request.queryValue("page").flatMap { Int($0) } ?? 1), pages)
  }

  /// What of a list stands here.
  func part<Element>(_ all: [Element]) -> ArraySlice<Element> {
    all.dropFirst((page - 1) * ListPart.size).prefix(ListPart.size)
  }

  /// The ways to the pages before and after it; nothing where there is one page.
  var turning: HTML {
    if pages == 1 { return "" }
    let before: HTML = page > 1 ? "<a href=\"\(path)?page=\(page - 1)\" rel=\"prev\">Before</a> " : ""
    let after: HTML = page < pages ? " <a href=\"\(path)?page=\(page + 1)\" rel=\"next\">After</a>" : ""
    return "<p>\(before)Page \(page) of \(pages)\(after)</p>\n"
  }
}
