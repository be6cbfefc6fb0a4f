/// How the local API answers. Safe from any thread.
package final class AnswerMeasures: Sendable {
  /// What an answer's status says (RFC 9110 section 15).
  package enum Class: Int, CaseIterable, Sendable {
    case successful, redirected, refused, failed

    /// The name in labels.
    package var label: String {
      switch self {
      case .successful: "2xx"
      case .redirected: "3xx"
      case .refused: "4xx"
      case .failed: "5xx"
      }
    }

    /// - Parameter status: a status code; what is none counts as failed.
    package init(status: Int) {
      switch status {
      case 200..<300: self = .successful
      case 300..<400: self = .redirected
      case 400..<500: self = .refused
      default: self = .failed
      }
    }
  }

  private static let classes = Class.allCases.count

  private let durations: [Durations]
  /// How many were not successful, by kind and class; the others are the rest of all.
  private let others: [Count]

  /// None yet.
  package init() {
    durations = RouteKind.allCases.map { _ in Durations(bounds: Durations.ofRequests) }
    others = (0..<RouteKind.allCases.count * AnswerMeasures.classes).map { _ in Count() }
  }

  /// Notes an answer.
  /// - Parameter nanoseconds: from the request's head to the whole answer; the time in which it is sent is the client's.
  package func note(_ kind: RouteKind, status: Int, nanoseconds: Int) {
    durations[kind.rawValue].note(nanoseconds: nanoseconds)
    let outcome = Class(status: status)
    if outcome != .successful { others[kind.rawValue * AnswerMeasures.classes + outcome.rawValue].add() }
  }

  /// How long answers of a kind took.
  package func durations(of kind: RouteKind) -> Durations.Snapshot { durations[kind.rawValue].snapshot }

  /// How many answers of a kind there were, by class.
  package func numbers(of kind: RouteKind) -> [(outcome: Class, number: Int)] {
    var numbers = Class.allCases.map { outcome in
      (outcome: outcome, number: others[kind.rawValue * AnswerMeasures.classes + outcome.rawValue].total)
    }
    // An answer that is noted meanwhile may be in one and not yet in the other.
    let unsuccessful = numbers.reduce(0) { $0 + $1.number }
    numbers[Class.successful.rawValue].number = max(0, durations(of: kind).number - unsuccessful)
    return numbers
  }
}
