import Foundation
import HTTPTypes
import JSONAPI

/// Where a form was sent from, as the browser says.
enum FormOrigin {
  /// Whether a form comes from a page of this mirror, as far as the browser tells: an old one may tell nothing, and then the seal alone
  /// counts. A page of another port or a sibling host is another's.
  /// - Parameters:
  ///   - fields: of the request.
  ///   - authority: the host that the client used, with its port.
  static func isOwn(_ fields: HTTPFields, authority: String?, _ base: DocumentBase) -> Bool {
    if let site = fields[.fetchSite], site != "same-origin", site != "none" { return false }
    guard let origin = fields[.origin] else { return true }
    guard let scheme = origin.range(of: "://") else { return false }
    let sender = String(origin[scheme.upperBound...]).loweredASCII
    return sender == authority?.loweredASCII || "\(base.text.loweredASCII)/".hasPrefix("\(origin.loweredASCII)/")
  }
}

extension HTTPField.Name {
  /// Fetch Metadata.
  static let fetchSite = parsed("Sec-Fetch-Site")
}
