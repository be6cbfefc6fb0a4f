import JSONAPI
import Synchronization

/// What can go wrong on the way to an answer.
package enum Fault: Sendable, Equatable {
  /// 503 with `Retry-After` in seconds, as a page of the web server in front; without it when nil.
  case unavailable(retryAfter: Int?)
  /// 503 with `Retry-After`, as Drupal says it in maintenance mode.
  case maintenance
  /// 429 with `Retry-After` in seconds.
  case tooManyRequests(retryAfter: Int?)
  /// 401 with an HTML page, as for a revoked token.
  case unauthorizedPage
  /// 200 with an HTML page: a login wall, a captive portal.
  case pageInsteadOfDocument
  /// The right answer, its body cut in the middle, then the connection closed.
  case truncatedBody
  /// 200 with nothing in it: `data` is empty and there is no `next`.
  case emptyCollection
  /// 500 with an error document.
  case serverError
  /// This status with an error document.
  case status(Int)
  /// The connection ends without an answer, and nothing was done.
  case reset
  /// The request is carried out, and the connection ends without an answer.
  case lostAnswer
  /// The right answer, later.
  case delay(Duration)
}

/// Faults waiting for requests. Safe to use from anywhere.
package final class Faults: Sendable {
  private struct Planned {
    var fault: Fault
    var remaining: Int
    var prefix: String
    var method: String?
    var skip: Int
  }

  private let planned = Mutex<[Planned]>([])

  /// Lets the next `times` requests whose target begins with `prefix` fail, after `skip` of them went through. `method`
  /// picks those of one method. Several faults for the same requests take effect one after the other.
  package func inject(
    _ fault: Fault, times: Int = 1, below prefix: String = "/jsonapi", method: String? = nil, after skip: Int = 0
  ) {
    planned.withLock {
      $0.append(Planned(fault: fault, remaining: times, prefix: prefix, method: method, skip: skip))
    }
  }

  /// Forgets all that has not struck yet.
  package func clear() { planned.withLock { $0.removeAll() } }

  /// How many faults are still waiting.
  package var waiting: Int { planned.withLock { $0.reduce(0) { $0 + $1.remaining } } }

  func next(for request: SiteRequest) -> Fault? {
    planned.withLock { planned in
      for index in planned.indices
      where request.target.hasPrefix(planned[index].prefix) && planned[index].method ?? request.method == request.method
      {
        if planned[index].skip > 0 {
          planned[index].skip -= 1
          continue
        }
        let fault = planned[index].fault
        planned[index].remaining -= 1
        if planned[index].remaining <= 0 { planned.remove(at: index) }
        return fault
      }
      return nil
    }
  }
}

extension Fault {
  /// The answer in place of the right one, or the right one spoilt.
  func spoil(_ right: () -> SiteResponse, requestURL: String) -> SiteResponse {
    func retry(_ seconds: Int?) -> [(name: String, value: String)] {
      seconds.map { [("retry-after", String($0))] } ?? []
    }
    switch self {
    case .unavailable(let seconds):
      // Not Drupal's page.
      return .html(503, "503 Service Temporarily Unavailable", retry(seconds) + [("x-generator", "")])
    case .maintenance: return .maintenance(requestURL: requestURL)
    case .tooManyRequests(let seconds): return .html(429, "Too Many Requests", retry(seconds))
    case .unauthorizedPage: return .unauthorized("Access token has been revoked")
    case .pageInsteadOfDocument: return .html(200, "Log in")
    case .serverError:
      return SiteError(500, "The website encountered an unexpected error.").response(requestURL: requestURL)
    case .status(let status):
      return SiteError(status, "The website encountered an unexpected error.").response(requestURL: requestURL)
    case .reset: return SiteResponse.lost
    case .lostAnswer:
      _ = right()
      return SiteResponse.lost
    case .truncatedBody:
      var response = right()
      response.cutAfter = response.body.count / 2
      return response
    case .emptyCollection:
      var response = right()
      let links = #""links":{"self":{"href":"\#(requestURL.replacing("/", with: "\\/"))"}}}"#
      let version = String(decoding: DocumentParts.version.encoded(.site), as: UTF8.self)
      response.body = Array((#"{"jsonapi":"# + version + #","data":[],"# + links).utf8)
      return response
    case .delay(let duration):
      var response = right()
      response.delay = duration
      return response
    }
  }
}
