import Foundation
import JSONAPI
import Support

/// Differences between the sample site and the local API over the same community, when the same write is asked of both and
/// nothing has reached the site yet.
enum DeliberateGridDifference: String, CaseIterable {
  case minted = "what only the site can make"
  case dependents = "what the site's modules delete or make with others"
  case kinds = "the sample site takes values of every kind"
  case defaults = "those of configured fields are the site's"
  case order = "one of two faults of one request"
  case anonymous = "the mirror shows nothing without a token"
  case closed = "relationships to what the site does not show cannot be edited"
  case endings = "which files a field takes is for the site to say"
  case faults = "where the site fails with 500"
  case times = "the sample site moves a changed of its own"

  /// Whether it explains one difference of two answers.
  func explains(_ written: WriteCase, _ site: Given, _ local: Given, _ difference: Difference) -> Bool {
    let (place, isSame) = (difference.place, site.status == local.status)
    switch self {
    case .minted: return isSame && site.status < 300 && DeliberateGridDifference.isMinted(place)
    case .dependents:
      if site.status == 404, local.status != 404, local.status < 500 { return true }
      // What went along there is gone there, and its UUID free; here it follows.
      let isTied = ["/group_content/", "/event_enrollment/", "/comment/"].contains { written.target.contains($0) }
      if isTied, site.status == 404, local.status == 404 { return difference.text.contains("was not converted") }
      if isTied, site.status == 201, local.status == 409 { return true }
      let isBroken = difference.text.contains("\"missing\"") || difference.text.contains("\"unknown\"")
      return isSame && (isBroken || place.contains(".included") || place.contains(".relationships.uid.data"))
    case .kinds:
      if written.name.contains("drupal_internal"), site.status == 403, local.status == 200 { return true }
      let isOdd = ["attribute", "title", "members", "relationship", "body"].contains { written.name.contains($0) }
      return isOdd && (site.status < 300 || isSame) && [200, 201, 400, 422].contains(local.status)
    case .defaults:
      // An odd value that one of both took earlier is nobody's default.
      let odd = ["langcode", "revision_log_message", "default_langcode", "timezone"].map { ".attributes." + $0 }
      let isField = place.contains(".attributes.field_") || place.contains(".relationships.field_")
      return isSame && (isField || place.contains(".attributes.path.") || odd.contains { place.hasSuffix($0) })
    case .order:
      let isMixed =
        ["changed", "drupal_internal", "unknown type"].contains { written.name.contains($0) }
        || written.target.contains("?")
      return isMixed && site.status >= 400 && local.status >= 400 && !isSame
    case .anonymous: return written.isAnonymous && local.status == 401
    case .closed:
      return local.status == 403 && [204, 400, 409].contains(site.status)
        && difference.text.contains("not allowed to edit this relationship")
    case .endings:
      return written.name.hasPrefix("upload") && written.target.contains("_files") && [200, 201].contains(local.status)
    case .faults: return site.status == 500 && local.status == 422
    case .times:
      return isSame && place.hasSuffix(".attributes.changed") || difference.text.contains("selected field (changed)")
    }
  }

  /// Whether a place in a successful document holds what only the site can make: serial and revision numbers, and the links
  /// and times that go with them; processed text; UUIDs that the client left to the site.
  private static func isMinted(_ place: String) -> Bool {
    let parts = place.split(separator: ".")
    let last = parts.last.map(String.init) ?? ""
    let names = [
      "processed", "metatag", "label", "thread", "profile_name", "profile_name[]", "filename", "display_name",
    ]
    if names.contains(last) || last.hasPrefix("drupal_internal__") || parts.contains("links") { return true }
    if place == ".data.id" || place == ".data[].id" { return true }
    return ["_comments", ".attributes.uri", ".meta"].contains { place.contains($0) }
  }
}
