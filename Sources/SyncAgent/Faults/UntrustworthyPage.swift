/// Why a page cannot be what was asked for. Nothing of such a page is stored.
package enum UntrustworthyPage: Error, Sendable, Hashable, CustomStringConvertible {
  /// A resource of another type.
  case foreignType(String)
  /// Every resource of a page is of another type: the collection's own, by another name than its link.
  case calledOtherwise(String)
  /// Pages did not join up, or got no further, again and again.
  case restless
  /// Nothing, where the site had shown or promised resources a moment before.
  case suddenlyEmpty
  /// The serial number stands in another attribute than before: what was remembered by it is forgotten.
  case renumbered
  /// No resource shows a serial number, or none `changed`, of a type that is asked by them.
  case keyless

  /// What was seen.
  package var description: String {
    switch self {
    case .foreignType(let type): "the site answered with a resource of type \(type)"
    case .calledOtherwise(let type): "its resources call themselves \(type)"
    case .restless: "the site's pages did not join up, or got no further, again and again"
    case .suddenlyEmpty: "the site's answer was empty where it had shown resources a moment before"
    case .keyless: "its resources no longer show what they are asked by; the next round finds out anew what that is"
    case .renumbered: "its serial numbers have another name now; the next round reads it from the beginning"
    }
  }
}
