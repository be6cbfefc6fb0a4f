import Foundation
import Hummingbird
import NIOCore

/// A site with one type, `node--topic`, whose pages lie ready in memory: entry point, token route, and the collection by
/// keyset query. It costs what sending the bytes costs.
struct PageSite: HTTPResponder {
  typealias Context = BasicRequestContext

  private static let rows = 50
  private let firstChanged: Int
  private let entry: ByteBuffer
  private let newest: ByteBuffer
  private let pages: [ByteBuffer]
  private let empty: ByteBuffer

  /// - Parameters:
  ///   - base: scheme, host and port.
  ///   - firstChanged: Unix seconds of the first resource; each following one is a second younger.
  init(base: String, templates: [ResourceTemplate], pages count: Int, firstChanged: Int) {
    self.firstChanged = firstChanged
    let escaped = base.replacingOccurrences(of: "/", with: "\\/")
    let me = "a0000000-0000-4000-8000-000000000001"
    let head =
      #"{"jsonapi":{"version":"1.0","meta":{"links":{"self":{"href":"http:\/\/jsonapi.org\/format\/1.0\/"}}}},"data":["#
    let topics = #"\#(escaped)\/jsonapi\/node\/topic"#
    let formatter = ISO8601DateFormatter()

    func page(_ range: Range<Int>, hasNext: Bool) -> ByteBuffer {
      var bytes = Array(head.utf8)
      for index in range {
        if index > range.lowerBound { bytes.append(UInt8(ascii: ",")) }
        let changed = formatter.string(from: Date(timeIntervalSince1970: TimeInterval(firstChanged + index)))
        templates[index % templates.count].clone(
          number: index + 1, changed: changed.replacingOccurrences(of: "Z", with: "+00:00"), into: &bytes)
      }
      let next = hasNext ? #""next":{"href":"\#(topics)?page%5Boffset%5D=50\u0026page%5Blimit%5D=50"},"# : ""
      bytes += #"],"links":{\#(next)"self":{"href":"\#(topics)"}}}"#.utf8
      return ByteBuffer(bytes: bytes)
    }

    entry = ByteBuffer(
      string: head
        + #"],"meta":{"links":{"me":{"meta":{"id":"\#(me)"},"href":"\#(escaped)\/jsonapi\/user\/user\/\#(me)"}}},"#
        + #""links":{"node--topic":{"href":"\#(topics)"},"self":{"href":"\#(escaped)\/jsonapi"}}}"#)
    let rows = PageSite.rows
    pages = (0..<count).map { page($0 * rows..<($0 + 1) * rows, hasNext: $0 + 1 < count) }
    newest = page(max(0, count * rows - 1)..<count * rows, hasNext: count > 0)
    empty = page(0..<0, hasNext: false)
  }

  func respond(to request: Request, context: Context) async throws -> Response {
    switch request.uri.path {
    case "/jsonapi": document(entry)
    case "/jsonapi/node/topic": document(topics(request.uri.query))
    case "/oauth/token":
      Response(
        status: .ok, headers: [.contentType: "application/json; charset=UTF-8"],
        body: ResponseBody(
          byteBuffer: ByteBuffer(
            string: #"{"token_type":"Bearer","expires_in":86400,"access_token":"benchmark","refresh_token":"again"}"#)))
    default: Response(status: .notFound)
    }
  }

  private func document(_ body: ByteBuffer) -> Response {
    Response(status: .ok, headers: [.contentType: "application/vnd.api+json"], body: ResponseBody(byteBuffer: body))
  }

  /// The page behind a key, as `filter[gt][condition][value]` names it; without a filter, the newest resource.
  private func topics(_ query: String?) -> ByteBuffer {
    let name = "filter[gt][condition][value]="
    for pair in (query ?? "").split(separator: "&") {
      guard pair.hasPrefix("filter"), let text = pair.removingPercentEncoding, text.hasPrefix(name),
        let changed = Int(text.dropFirst(name.count))
      else { continue }
      let page = changed < firstChanged ? 0 : (changed - firstChanged + 1) / PageSite.rows
      return page < pages.count ? pages[page] : empty
    }
    return newest
  }
}
