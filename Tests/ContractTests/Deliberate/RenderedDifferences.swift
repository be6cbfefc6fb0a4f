import Foundation
import JSONAPI
import Support

extension DeliberateDifference {
  /// What the site has rendered.
  static func rendered() -> [DeliberateDifference] {
    [
      DeliberateDifference(
        name: "metatags",
        reason: "a metatag holds the URL of the request that first made the site render it, not the resource's",
        runs: [.managerOfLocalAPI, .managerOfSampleSite]
      ) { exchange, _, difference in
        exchange.group == "version" && difference.place.contains(".attributes.metatag[")
          && difference.text.components(separatedBy: " instead of ").allSatisfy { $0.hasPrefix(Exchange.base) }
      }
    ]
  }
}
