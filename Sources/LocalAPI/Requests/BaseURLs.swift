import JSONAPI
import Synchronization

/// The base URL of answers: the configured one, or what the client used, as the site does (reference 1.4).
final class BaseURLs: Sendable {
  private let fixed: String?
  private let scheme: String
  private let known = Mutex<[String: DocumentBase]>([:])

  /// - Parameters:
  ///   - fixed: `localAPI.baseURL`; nil takes the host of each request.
  ///   - isSecure: whether the server speaks TLS.
  init(fixed: String?, isSecure: Bool) {
    self.fixed = fixed.map { DocumentBase($0).text }
    scheme = isSecure ? "https" : "http"
  }

  /// The base URL for a request, with the site's own place on its host; nil when the request's host is none.
  func base(of request: RequestHead, place: String) -> DocumentBase? {
    guard let host = fixed ?? request.authority, !host.isEmpty, fixed != nil || host.utf8.count <= 255 else {
      return nil
    }
    return known.withLock { known in
      let key = place.isEmpty ? host : host + place
      if let base = known[key] { return base }
      let base: DocumentBase
      if let fixed {
        base = DocumentBase(fixed + place)
      } else {
        guard host.utf8.allSatisfy(BaseURLs.isHostByte) else { return nil }
        base = DocumentBase("\(scheme)://\(host)\(place)")
      }
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
