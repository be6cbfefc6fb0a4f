import JSONAPI

/// What moves without anybody's edit (reference 2.5, 6.2, 12).
extension FieldDescription {
  /// Whether the site derives it from other resources, so that it moves with those: in which groups content is, the profiles of a
  /// user, the name of what was put into a group.
  package var isDerived: Bool {
    switch entityType {
    case "node": name == "groups"
    case "user": name == "profile_profiles"
    case "group_content", "group_relationship": name == "label"
    default: false
    }
  }

  /// Whether its value is nobody's edit: what no client sets, what is derived, versions, aliases, signed URLs, visits, places in a
  /// thread.
  package var movesByItself: Bool {
    isReadOnly || isDerived || isAboutRevision || ["path", "uri", "access", "login", "thread"].contains(name)
  }

  /// How two values of an attribute are compared when the mirror is held against the site.
  package enum Comparison: Sendable, Hashable {
    case whole
    /// The value without the signature of its URL.
    case withoutSignature
    /// Not at all: it differs from read to read.
    case never
  }

  /// How the mirror's value is held against the site's.
  package var comparison: Comparison {
    switch name {
    case "metatag", "revision_timestamp": .never
    case "access", "login": entityType == "user" ? .never : .whole
    // The signature is in the query; what it signs is compared.
    case "uri": .withoutSignature
    default: .whole
    }
  }

  /// Whether the site compares its value alone with one that is sent back: the URL beside it is computed.
  package var isComparedByValue: Bool { entityType == "file" && name == "uri" }

  /// What is not compared whole, as people know it.
  package static let volatile = [
    "links", "metatag", "signed file URLs", "revision_timestamp", "access and login of users",
  ]
}
