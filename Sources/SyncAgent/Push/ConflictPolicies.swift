import JSONAPI
import OpenSocial
import Store

/// Who is right when both sides changed the same field.
package enum ConflictPolicy: String, Sendable, Hashable, CaseIterable {
  /// A person decides.
  case manual
  /// The site.
  case site
  /// The local change.
  case local
  /// Whoever changed later: the site's `changed` against when the change was recorded.
  case newest
}

/// The policies of `sync.conflicts`: by field (`node--topic.title`), by type (`node--topic`), and for all others.
package struct ConflictPolicies: Sendable, Hashable {
  private let policies: [String: ConflictPolicy]

  /// - Parameter policies: by name, as configured; what none is given for is for a person to decide.
  package init(_ policies: [String: ConflictPolicy] = [:]) { self.policies = policies }

  /// The policy for a field, or for a whole resource.
  package func policy(type: String, field: String? = nil) -> ConflictPolicy {
    field.flatMap { policies["\(type).\($0)"] } ?? policies[type] ?? policies["default"] ?? .manual
  }

  /// Who is right; nil when a person has to say.
  /// - Parameter name: what the type calls the time of the last change.
  func winner(
    _ change: OutboxChange, field: String? = nil, site: JSON?, changed name: String = FieldDescription.changed
  ) -> ConflictPolicy? {
    switch policy(type: change.type, field: field) {
    case .manual: return nil
    case .site: return .site
    case .local: return .local
    case .newest:
      let text = site?["attributes"]?[name]?.string
      guard let changed = text.flatMap({ RFC3339.unixSeconds($0) }) else { return nil }
      return change.recorded >= changed ? .local : .site
    }
  }
}
