import JSONAPI
import Store

/// What comparing the mirror with the site found.
package struct VerificationReport: Sendable {
  /// Types that were compared to their end.
  package var types = 0
  /// Resources of the site that were compared with what is stored.
  package var compared = 0
  /// Requests for pages and single resources, repetitions counted; of visits to the entry point the first, and one for each
  /// type that failed. Sign-in is not counted.
  package var requests = 0
  /// Resources of the site that cannot be used: nothing can be said of them.
  package var unusable = 0
  /// By type and UUID.
  package var differences: [Difference] = []
  /// Types that could not be compared.
  package var failures: [(type: String, error: any Error)] = []
  /// Resources that could not be compared, because the site gives no page that holds them.
  package var uncompared: [SetAside] = []

  /// One resource that is not the same on both sides.
  package struct Difference: Sendable, Hashable, CustomStringConvertible {
    /// How it differs.
    package enum Kind: String, Sendable {
      /// The site shows it, the mirror has it not.
      case missing
      /// The mirror has it, the site does not show it.
      case extra
      case different
    }

    /// The name of the type, such as `node--topic`.
    package var type: String
    /// Its id.
    package var uuid: ResourceID
    /// How it differs.
    package var kind: Kind
    /// The members that differ, such as `attributes.title`.
    package var members: [String]

    /// One line for people.
    package var description: String {
      "\(kind.rawValue)  \(type)  \(uuid)" + (members.isEmpty ? "" : "  \(members.joined(separator: ", "))")
    }
  }
}
