import JSONAPI
import Synchronization

/// Answers that caches keep, the site's own and one in front of it. Each reader's are its own.
final class KeptAnswers: Sendable {
  private struct Kept {
    var response: SiteResponse
    var madeAt: Double
  }
  private let kept = Mutex<[String: Kept]>([:])
  /// A cache has an end.
  private static let most = 4000
  /// How long the one in front answers with what it has, in seconds, whatever was saved meanwhile and whatever is asked for.
  private static let life = 30.0

  /// The answer that a client gets for a read: a kept one with its own `Date`, or the right one, which is kept.
  func answer(_ request: SiteRequest, now: Double, habits: Set<Habit>, _ make: () -> SiteResponse) -> SiteResponse {
    guard request.method == "GET", habits.contains(.dynamicCache) || habits.contains(.pageCache) else { return make() }
    let key = "\(request.headers["authorization"] ?? "") \(request.base)\(request.target)"
    if habits.contains(.pageCache), let old = kept.withLock({ $0[key] }) {
      let age = now - old.madeAt
      if age >= 1, age < KeptAnswers.life {
        var response = old.response
        response.headers += [("age", String(Int(age))), ("x-cache", "HIT")]
        return response
      }
    }
    var response = make()
    guard response.status == 200, response.header("content-type") == SiteResponse.mediaType else { return response }
    if habits.contains(.dynamicCache) {
      // What is saved makes the site forget what shows it: what is kept is right, and only its date is old.
      if let old = kept.withLock({ $0[key] }), old.response.body == response.body {
        var response = old.response
        response.headers.append(("x-drupal-dynamic-cache", "HIT"))
        return response
      }
    }
    response.headers.append(("date", SiteTime.httpDate(Int64(now.rounded(.down)))))
    kept.withLock { [response] kept in
      if kept.count >= KeptAnswers.most { kept.removeAll() }
      kept[key] = Kept(response: response, madeAt: now)
    }
    return response
  }
}
