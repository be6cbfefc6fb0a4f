import Upstream

/// Whether an answer to a signed-in request was made for it, or kept by a cache; told by asking the same twice, some time apart.
package enum KeptAnswer: Sendable, Hashable {
  /// Made for this request.
  case fresh
  /// Kept by the site's own cache, which forgets what was saved since: right, and only its date is old.
  case bySite
  /// Kept by a cache in front of the site. `sign` is what told, `ageSeconds` how old it is where that is said.
  case inFront(sign: String, ageSeconds: Int64?)

  /// Header fields by which caches in front say that they had it.
  private static let signs = ["X-Cache", "CF-Cache-Status", "X-Cache-Status", "X-Proxy-Cache"]

  /// - Parameters:
  ///   - second: the answer to the second of the two requests.
  ///   - first: the `Date` of the answer to the first, Unix seconds.
  ///   - passed: seconds between the two.
  init(_ second: InboundResponse, after first: Int64?, passed: Int64) {
    func isHit(_ name: String) -> Bool { second[name]?.uppercased().hasPrefix("HIT") ?? false }
    if let age = second.age, age > 0 {
      self = .inFront(sign: "Age: \(age)", ageSeconds: age)
    } else if let sign = KeptAnswer.signs.first(where: isHit) {
      self = .inFront(sign: "\(sign): HIT", ageSeconds: nil)
    } else if isHit("X-Drupal-Dynamic-Cache") || isHit("X-Drupal-Cache") {
      self = .bySite
    } else if passed >= 2, let first, second.date == first {
      self = .inFront(sign: "its Date is that of an answer of \(passed) seconds before", ageSeconds: passed)
    } else {
      self = .fresh
    }
  }
}
