import JSONAPI
import Synchronization

/// The base URL of answers: the configured one, or what the client used, as the site does (reference 1.4).
final class BaseURLs: Sendable {
  private let fixed: String?
  private let scheme: String
  private let hosts: AllowedHosts
  /// Is told of requests that have no base URL.
  let refused: RefusedHosts
  private let known = Mutex<[String: DocumentBase]>([:])

  /// - Parameters:
  ///   - fixed: `localAPI.baseURL`; nil takes the host of each request.
  ///   - isSecure: whether the server speaks TLS.
  ///   - hosts: those that a request may name.
  ///   - refused: tells the operator of others.
  init(fixed: String?, isSecure: Bool, hosts: AllowedHosts, refused: RefusedHosts) {
    self.fixed = fixed.map { DocumentBase($0).text }
    self.hosts = hosts
    self.refused = refused
    scheme = isSecure ? "https" : "http"
  }

  /// The base URL for a request, with the site's own place on its host; nil when the request's host is none, or not this server's.
  func base(of request: RequestHead, place: String) -> DocumentBase? {
    guard let host = request.authority, !host.isEmpty, host.utf8.count <= 255 else { return nil }
    return known.withLock { known in
      var key = place.isEmpty ? host : host + place
      if let scheme = request.scheme { key += " " + scheme }
      if let base = known[key] { return base }
      guard host.utf8.allSatisfy(BaseURLs.isHostByte), hosts.contain(host) else { return nil }
      let base = DocumentBase(fixed.map { $0 + place } ?? "\(request.scheme ?? scheme)://\(host)\(place)")
      // Hosts come from clients: the table must not be theirs to fill.
      if known.count >= 64 { known.removeAll() }
      known[key] = base
      return base
    }
  }

  private static func isHostByte(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: ":"),
      UInt8(ascii: "["), UInt8(ascii: "]"), UInt8(ascii: "_"):
      true
    default: false
    }
  }
}
