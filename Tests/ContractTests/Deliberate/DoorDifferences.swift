import Foundation
import JSONAPI
import Support

extension DeliberateDifference {
  /// Who may read, and what caches may keep.
  static func doors() -> [DeliberateDifference] {
    [
      DeliberateDifference(
        name: "anonymous reads",
        reason: "the mirror holds what the account may see, so without a token it shows its entry point only",
        runs: [.managerOfLocalAPI]
      ) { exchange, given, _ in
        exchange.isAnonymous && exchange.path != "/jsonapi" && given.status == 401 && isRefusal(exchange, given)
      },
      DeliberateDifference(
        name: "page cache",
        reason: "the site lets caches keep anonymous answers for as long as its settings say; the mirror lets none",
        runs: [.managerOfLocalAPI]
      ) { exchange, given, difference in
        guard exchange.isAnonymous, given.fields["cache-control"] == "must-revalidate, no-cache, private" else {
          return false
        }
        let isKept = exchange.fields["cache-control"]?.hasPrefix("max-age=") == true
        return isKept && ["header cache-control", "header vary"].contains(difference.place)
      },
    ]
  }
}
