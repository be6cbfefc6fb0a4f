import JSONAPI
import LocalAPI
import OpenSocial
import Store

/// A place where bytes from outside come in, for a fuzzer that knows which code its inputs reach (`make fuzz-coverage`), and for
/// tests that replay what it found.
package enum FuzzTarget: String, CaseIterable, Sendable {
  /// `POST /oauth/token`: the first byte tells the media type, the rest is the body.
  case token
  /// What stands in `Authorization`, without line breaks.
  case bearer
  /// The query of a collection, down to SQL.
  case query
  /// The body of a PATCH.
  case body
  /// A page of the site.
  case page
}

/// Gives inputs to the places where they come in. Each input must have an answer that the site could give; what traps, ends the
/// process, and what takes long, the fuzzer notices.
package struct FuzzTargets: Sendable {
  private let api: InProcessLocalAPI
  private let paths: [String: String]
  private let resource: String

  /// Over a few resources of each recorded type.
  /// - Throws: when a fixture is absent or damaged, or the mirror cannot be made.
  package init() async throws {
    api = try await RequestFuzzer.smallAPI()
    paths = try CrawledMirror.paths()
    let page = try JSON(parsing: await api.answer("GET", "/jsonapi/node/topic?page%5Blimit%5D=1").body)
    resource = page["data"]?[0]?["id"]?.string ?? ""
  }

  /// One input.
  /// - Returns: what is wrong with what came of it; nil when nothing is.
  package func run(_ target: FuzzTarget, _ input: [UInt8]) async -> String? {
    switch target {
    case .token: return await token(input)
    case .bearer:
      return fault(await api.answer("GET", "/jsonapi/node/topic", ["Authorization": FuzzTargets.line(input)]))
    case .query:
      return fault(await api.answer("GET", "/jsonapi/node/topic?" + FuzzTargets.line(input).filter { $0 != " " }))
    case .body: return await body(input)
    case .page: return page(input)
    }
  }

  private static let media = [
    "application/x-www-form-urlencoded", "multipart/form-data; boundary=b", "application/json", "multipart/form-data",
    "multipart/form-data; boundary=\"\"", "text/plain",
  ]

  private func token(_ input: [UInt8]) async -> String? {
    let media = FuzzTargets.media[Int(input.first ?? 0) % FuzzTargets.media.count]
    return fault(
      await api.answer(
        "POST", "/oauth/token", ["Content-Type": media, "Authorization": nil], body: Array(input.dropFirst())))
  }

  private func body(_ input: [UInt8]) async -> String? {
    if let written = (try? JSON(parsing: input))?.encoded(.site),
      (try? JSON(parsing: written))?.encoded(.site) != written
    {
      return "is another document once it was written: \(String(decoding: written, as: UTF8.self))"
    }
    return fault(
      await api.answer(
        "PATCH", "/jsonapi/node/topic/\(resource)", ["Content-Type": "application/vnd.api+json"], body: input))
  }

  /// A page is scanned alike each time, and what is stored of it is JSON.
  private func page(_ input: [UInt8]) -> String? {
    var scanner = PageScanner(base: DocumentBase(CrawledMirror.site), paths: paths)
    guard let page = try? scanner.page(input) else { return nil }
    let renderer = DocumentRenderer(base: DocumentBase(CrawledMirror.site))
    for resource in page.resources {
      guard let path = paths[resource.type] else { continue }
      var escaped: [UInt8] = []
      JSON.encodeContent(path, into: &escaped, .site)
      var shown: [UInt8] = []
      resource.document.withUnsafeBytes { document in
        resource.splices.withUnsafeBytes { splices in
          renderer.append(
            .init(document: document, splices: splices, path: escaped, revision: resource.revision), into: &shown)
        }
      }
      guard let json = try? JSON(parsing: shown) else {
        return "shows no JSON: \(String(decoding: shown, as: UTF8.self))"
      }
      guard json["id"]?.string != nil, json["type"]?.string == resource.type else { return "shows another resource" }
    }
    return nil
  }

  private func fault(_ answer: LocalAPIServer.Answered) -> String? {
    RequestFuzzer.fault(answer, isHead: false).map { "\(answer.status) \($0)" }
  }

  /// A line of a request: what no server takes in one is left out, and what is no UTF-8 is replaced.
  private static func line(_ input: [UInt8]) -> String {
    String(decoding: input.filter { $0 >= 0x20 && $0 != 0x7F }, as: UTF8.self)
  }
}
