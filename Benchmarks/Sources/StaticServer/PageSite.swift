import Foundation
import Hummingbird
import NIOCore

/// A site with one type, `node--topic`, whose resources lie ready in memory one behind the other: entry point, token route, and the
/// collection by serial number, behind an offset or a number. It costs what sending the bytes costs.
struct PageSite: HTTPResponder {
  typealias Context = BasicRequestContext

  private static let rows = 50
  private let entry: ByteBuffer
  private let head: [UInt8]
  private let tail: [UInt8]
  private let next: [UInt8]
  /// All resources, with commas between them, and where each begins; the end behind them.
  private let bytes: [UInt8]
  private let starts: [Int]

  private var count: Int { starts.count - 1 }

  /// - Parameters:
  ///   - base: scheme, host and port.
  ///   - firstChanged: Unix seconds of the first resource; each following one is a second younger.
  init(base: String, templates: [ResourceTemplate], pages count: Int, firstChanged: Int) {
    let escaped = base.replacingOccurrences(of: "/", with: "\\/")
    let me = "a0000000-0000-4000-8000-000000000001"
    let head =
      #"{"jsonapi":{"version":"1.0","meta":{"links":{"self":{"href":"http:\/\/jsonapi.org\/format\/1.0\/"}}}},"data":["#
    let topics = #"\#(escaped)\/jsonapi\/node\/topic"#
    let formatter = ISO8601DateFormatter()
    var bytes: [UInt8] = []
    var starts: [Int] = []
    for index in 0..<count * PageSite.rows {
      if index > 0 { bytes.append(UInt8(ascii: ",")) }
      starts.append(bytes.count)
      let changed = formatter.string(from: Date(timeIntervalSince1970: TimeInterval(firstChanged + index)))
      templates[index % templates.count].clone(
        number: index + 1, changed: changed.replacingOccurrences(of: "Z", with: "+00:00"), into: &bytes)
    }
    starts.append(bytes.count + 1)
    (self.bytes, self.starts) = (bytes, starts)
    self.head = Array(head.utf8)
    next = Array(
      #"],"links":{"next":{"href":"\#(topics)?page%5Boffset%5D=50\u0026page%5Blimit%5D=50"},"self":{"href":"\#(topics)"}}}"#
        .utf8)
    tail = Array(#"],"links":{"self":{"href":"\#(topics)"}}}"#.utf8)
    entry = ByteBuffer(
      string: head
        + #"],"meta":{"links":{"me":{"meta":{"id":"\#(me)"},"href":"\#(escaped)\/jsonapi\/user\/user\/\#(me)"}}},"#
        + #""links":{"node--topic":{"href":"\#(topics)"},"self":{"href":"\#(escaped)\/jsonapi"}}}"#)
  }

  /// A page of the resources from an index on.
  private func page(_ range: Range<Int>, hasNext: Bool) -> ByteBuffer {
    var buffer = ByteBuffer()
    buffer.reserveCapacity(
      head.count + next.count + (range.isEmpty ? 0 : starts[range.upperBound] - starts[range.lowerBound]))
    buffer.writeBytes(head)
    if !range.isEmpty { buffer.writeBytes(bytes[starts[range.lowerBound]..<starts[range.upperBound] - 1]) }
    buffer.writeBytes(hasNext ? next : tail)
    return buffer
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

  /// The page behind an offset and a serial number; from the greatest number down, the newest resource alone.
  private func topics(_ query: String?) -> ByteBuffer {
    var after = 0
    var offset = 0
    for pair in (query ?? "").split(separator: "&") {
      guard let text = pair.removingPercentEncoding else { continue }
      func value(_ name: String) -> Int? { text.hasPrefix(name) ? Int(text.dropFirst(name.count)) : nil }
      if text.hasPrefix("sort=-") { return page(max(0, count - 1)..<count, hasNext: count > 0) }
      if let number = value("filter[ix][condition][value]=") { after = max(after, number) }
      if let number = value("filter[new][condition][value]=") { after = max(after, number - 1) }
      if let number = value("page[offset]=") { offset = number }
    }
    let first = min(after + offset, count)
    return page(first..<min(first + PageSite.rows, count), hasNext: first + PageSite.rows < count)
  }
}
