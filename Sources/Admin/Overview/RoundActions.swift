import Coding
import Control

/// What can be asked of the daemon's rounds on the overview page, by the path that its form is sent to.
enum RoundAction: String, Sendable, CaseIterable {
  case begin = "/rounds/begin"
  case full = "/rounds/full"
  case sweep = "/rounds/sweep"
  /// Held removals may go on, of the types in the field `type`.
  case accept = "/rounds/accept"

  /// What is asked for; nil where the form names no type, or one that the mirror does not have.
  /// - Parameters:
  ///   - types: the fields `type`.
  ///   - known: the mirror's types.
  func wish(types: [String], known: Set<String>) -> RoundWish? {
    switch self {
    case .begin: return .round
    case .full: return .full
    case .sweep: return .sweep
    case .accept:
      let accepted = Set(types)
      return accepted.isEmpty || !accepted.isSubset(of: known) ? nil : .accepting(removalsOf: accepted)
    }
  }

  /// What people are told of the answer.
  static func notice(_ reply: RoundReply, to wish: RoundWish) -> DashboardNotice {
    switch reply {
    case .begun: .done("Begun: \(wish.words).")
    case .waits(let behind): .done("Noted: \(wish.words). It comes after what is under way: \(behind).")
    case .refused(let reason): .failed("Not done, \(wish.words): \(reason).")
    }
  }

  /// A form with nothing but a button, and what belongs to it.
  func button(_ label: String, _ look: String = "", _ request: DashboardRequest, fields: HTML = "") -> HTML {
    request.form(rawValue, "\(fields)<button type=\"submit\" class=\"\(look)\">\(label)</button>")
  }
}
