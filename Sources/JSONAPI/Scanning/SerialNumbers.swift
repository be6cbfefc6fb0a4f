/// Which attribute holds the serial number of a type's resources (reference 2.5, 6.1): the entity's own, never its revision's, and
/// wherever it stands among the attributes: a site's cache changes their order. The one place that is asked.
///
/// The entity type tells it, unless a name was given: where the site has renamed the attribute, or where that of an unknown
/// entity type was proved (`SerialNumberProof`).
package struct SerialNumbers: Sendable, Hashable {
  /// The names that the site's own code has.
  private static let keys = [
    "block_content": "id", "comment": "cid", "event_enrollment": "id", "file": "fid", "group": "id",
    "group_content": "id",
    "group_relationship": "id", "media": "mid", "menu_link_content": "id", "node": "nid", "paragraph": "id",
    "path_alias": "id", "post": "id", "profile": "profile_id", "shortcut": "id", "taxonomy_term": "tid", "user": "uid",
  ]

  private var named: [String: String]
  private var entityTypes: [String: String]

  /// - Parameters:
  ///   - named: attributes by resource type that were found out or given; those of revisions are not taken.
  ///   - entityTypes: the entity type of resource types whose own name does not tell it.
  package init(named: [String: String] = [:], entityTypes: [String: String] = [:]) {
    self.named = named.filter { !SerialNumbers.isOfRevision($0.value) }
    self.entityTypes = entityTypes
  }

  /// The public name of the attribute; nil while nothing is known of the type.
  package func attribute(of type: String) -> String? {
    named[type] ?? usual(of: type)
  }

  private func usual(of type: String) -> String? {
    SerialNumbers.attribute(ofEntityType: entityTypes[type] ?? ResourceTypeName(type).entityType)
  }

  /// Takes in what was found out of one type.
  package mutating func name(_ attribute: String, of type: String) {
    if !SerialNumbers.isOfRevision(attribute) { named[type] = attribute }
  }

  /// Forgets what was found out of one type: its attribute is called as usual again. Where nothing is usual, what was proved stays.
  package mutating func forget(_ type: String) {
    if usual(of: type) != nil { named[type] = nil }
  }

  /// The name in sites that have renamed nothing; nil for an entity type that is not known.
  package static func attribute(ofEntityType name: String) -> String? { keys[name].map { prefix + $0 } }

  /// All entity types that are known, with their attributes.
  package static var known: [(entityType: String, attribute: String)] {
    keys.sorted { $0.key < $1.key }.map { ($0.key, prefix + $0.value) }
  }

  /// What names of serial numbers begin with, those of revisions too.
  package static let prefix = "drupal_internal__"

  /// Whether an attribute counts revisions: `vid`, `revision_id` and the like.
  package static func isOfRevision(_ attribute: String) -> Bool {
    let name = attribute.hasPrefix(prefix) ? String(attribute.dropFirst(prefix.count)) : attribute
    return name == "vid" || name.contains("revision")
  }
}

/// Whether an attribute of an entity type that nobody knows can be its serial number, as decisions only: it has to be a whole number
/// in every resource, different in each, and in order where the site is asked to sort by it.
package enum SerialNumberProof {
  /// The fewest resources that prove anything.
  private static let fewest = 2

  /// Attributes that may hold it, as an unsorted page shows, by name.
  package static func candidates(in page: ScannedPage) -> [String] {
    let whole = page.resources.filter { !$0.isLabelOnly }
    guard whole.count >= fewest, let first = whole.first else { return [] }
    return first.candidates.map(\.name).filter { name in
      let numbers = whole.compactMap { resource in resource.candidates.first { $0.name == name }?.number }
      return numbers.count == whole.count && Set(numbers).count == numbers.count
    }.sorted()
  }

  /// Whether a page that was asked for with this attribute descending shows it so.
  package static func isProved(_ name: String, by page: ScannedPage) -> Bool {
    guard candidates(in: page).contains(name) else { return false }
    let numbers = page.resources.compactMap { resource in resource.candidates.first { $0.name == name }?.number }
    return zip(numbers, numbers.dropFirst()).allSatisfy { $0 > $1 }
  }
}
