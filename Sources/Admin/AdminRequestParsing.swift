import Coding
import HTTPTypes
import NIOCore

extension AdminRequest {
  /// The most pairs of a query or a form; what comes behind them is not there.
  static let mostPairs = 100

  /// A request without its body; nil for one that has no path, or two hosts, of which a proxy and this server might each take another
  /// one (RFC 9112 section 3.2).
  /// - Parameter peer: who is at the other end of the connection.
  init?(_ head: HTTPRequest, from peer: SocketAddress?) {
    let target = head.path ?? ""
    guard target.utf8.first == UInt8(ascii: "/"),
      !head.headerFields.contains(where: { $0.name.canonicalName == "host" })
    else { return nil }
    let parts = target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
    self.init(
      method: head.method, path: String(parts[0]),
      query: parts.count > 1 ? AdminRequest.pairs(Array(parts[1].utf8)) : [], fields: head.headerFields,
      authority: head.authority,
      isLocal: Loopback.contains(peer) && Loopback.isNamed(head.authority)
        && !AdminRequest.isPassedOn(head.headerFields),
      address: peer?.ipAddress ?? "")
  }

  /// The pairs of a form (WHATWG URL, 5.1).
  static func pairs(_ text: [UInt8]) -> [Pair] {
    FormCoding.pairs(text, most: mostPairs).map { name, value in Pair(name: name, value: value) }
  }

  /// Whether a proxy says that it passes the request on.
  private static func isPassedOn(_ fields: HTTPFields) -> Bool {
    fields.contains { field in
      let name = field.name.canonicalName
      return name == "forwarded" || name == "via" || name == "x-real-ip" || name.hasPrefix("x-forwarded-")
    }
  }
}
