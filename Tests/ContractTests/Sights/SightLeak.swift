import Foundation
import JSONAPI
import LocalAPI
import Support

/// A server that tells something of what is hidden, as a slip in the code would let it; without a kind it tells what it tells.
/// What it shows is right in each case: rows that are shown, with members that are shown. Only which, in which order, how many or
/// since when depends on what is hidden.
actor SightLeak {
  enum Kind: String, Sendable, CaseIterable {
    /// A filter is carried out on all that the mirror holds.
    case filter
    /// So is a sort.
    case sort
    /// What is hidden counts among what is included.
    case include
    /// What was kept of an answer to one client is given to another.
    case cache
    /// A tag tells the mirror's last change, whatever it was.
    case notModified
  }

  private let kind: Kind?
  private var shown: [ObjectIdentifier: Set<String>] = [:]
  private var kept: [ObjectIdentifier: [String: LocalAPIServer.Answered]] = [:]

  init(_ kind: Kind? = nil) { self.kind = kind }

  /// What the lesser client is told.
  func answer(_ api: SightedLocalAPI, _ question: SightQuestion) async -> LocalAPIServer.Answered {
    let told = await api.answer(.lesser, question.method, question.target, question.fields, body: question.body)
    guard let kind, question.method == "GET", question.target.hasPrefix("/jsonapi/") else { return told }
    switch kind {
    case .filter where question.target.contains("filter"), .sort where question.target.contains("sort"):
      return await chosenByAll(api, question.target, told)
    case .include where question.target.contains("include"):
      let all = await api.answer(.greater, "GET", question.target)
      var leaked = told
      let count = (try? JSON(parsing: all.body))?["included"]?.array?.count ?? 0
      leaked.body += Array("\(count)".utf8)
      return leaked
    case .cache where !question.target.contains("include"):
      if let answer = kept[ObjectIdentifier(api.made)]?[question.target] { return answer }
      let answer = await api.answer(.greater, "GET", question.target)
      kept[ObjectIdentifier(api.made), default: [:]][question.target] = answer
      return answer
    case .notModified:
      let all = await api.answer(.greater, "GET", question.target)
      guard all.status == 200, let number = all.fields["etag"]?.split(separator: "-").last else { return told }
      var leaked = told
      let tag = "W/\"\(number)"
      leaked.fields["etag"] = tag
      guard let known = question.fields["If-None-Match"] else { return leaked }
      leaked.status = known == tag ? 304 : 200
      return leaked
    default: return told
    }
  }

  /// The rows that are shown, of those that everything would have chosen, in the order of everything.
  private func chosenByAll(
    _ api: SightedLocalAPI, _ target: String, _ told: LocalAPIServer.Answered
  ) async -> LocalAPIServer.Answered {
    let all = await api.answer(.greater, "GET", target)
    guard all.status == 200, let rows = (try? JSON(parsing: all.body))?["data"]?.array else { return told }
    let known = await shownIDs(api)
    var leaked = told
    leaked.status = 200
    leaked.fields = [:]
    leaked.body = Array(rows.compactMap { $0["id"]?.string }.filter(known.contains).joined(separator: ",").utf8)
    return leaked
  }

  private func shownIDs(_ api: SightedLocalAPI) async -> Set<String> {
    if let known = shown[ObjectIdentifier(api.made)] { return known }
    var known: Set<String> = []
    for path in ((try? CrawledMirror.paths()) ?? [:]).values.sorted() {
      var next: String? = path
      while let target = next {
        let page = try? JSON(parsing: await api.answer(.lesser, "GET", target).body)
        known.formUnion(page?["data"]?.array?.compactMap { $0["id"]?.string } ?? [])
        next = page?["links"]?["next"]?["href"]?.string
          .map { String($0.dropFirst("http://\(SightedLocalAPI.host)".count)) }
      }
    }
    shown[ObjectIdentifier(api.made)] = known
    return known
  }
}
