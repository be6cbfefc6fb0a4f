/// What sites call the attributes that the scanner reads, as plain values: whoever knows the sites gives them.
package struct UsualNames: Sendable, Hashable {
  /// The time of the last change.
  package let changed: String
  /// The serial number, by entity type.
  package let serials: [String: String]
  /// What names of numbers begin with: those of entities, and those of their revisions.
  package let prefix: String
  /// Names of numbers of revisions, without that beginning.
  package let revisions: Set<String>
  /// What stands in all other names of numbers of revisions.
  package let revisionWord: String

  /// The names as given: those of serial numbers with `prefix`, those of `revisions` without it.
  package init(changed: String, serials: [String: String], prefix: String, revisions: Set<String>, revisionWord: String)
  {
    self.changed = changed
    self.serials = serials
    self.prefix = prefix
    self.revisions = revisions
    self.revisionWord = revisionWord
  }

  /// Whether an attribute counts revisions.
  package func isOfRevision(_ attribute: String) -> Bool {
    let name = attribute.hasPrefix(prefix) ? String(attribute.dropFirst(prefix.count)) : attribute
    return revisions.contains(name) || name.contains(revisionWord)
  }
}

/// Which attribute holds the serial number of a type's resources (reference 2.5, 6.1): the entity's own, never its revision's, and
/// wherever it stands among the attributes: a site's cache changes their order. The one place that is asked.
///
/// The entity type tells it, unless a name was given: where the site has renamed the attribute, or where that of an unknown
/// entity type was proved (`SerialNumberProof`).
package struct SerialNumbers: Sendable, Hashable {
  /// What sites that have renamed nothing call their attributes.
  package let usual: UsualNames
  private var named: [String: String]
  private var entityTypes: [String: String]

  /// - Parameters:
  ///   - usual: the names in sites that have renamed nothing.
  ///   - named: attributes by resource type that were found out or given; those of revisions are not taken.
  ///   - entityTypes: the entity type of resource types whose own name does not tell it.
  package init(usual: UsualNames, named: [String: String], entityTypes: [String: String]) {
    self.usual = usual
    self.named = named.filter { !usual.isOfRevision($0.value) }
    self.entityTypes = entityTypes
  }

  /// The public name of the attribute; nil while nothing is known of the type.
  package func attribute(of type: String) -> String? {
    named[type] ?? whereNothingIsRenamed(type)
  }

  private func whereNothingIsRenamed(_ type: String) -> String? {
    usual.serials[entityTypes[type] ?? ResourceTypeName(type).entityType]
  }

  /// Takes in what was found out of one type.
  package mutating func name(_ attribute: String, of type: String) {
    if !usual.isOfRevision(attribute) { named[type] = attribute }
  }

  /// Forgets what was found out of one type: its attribute is called as usual again. Where nothing is usual, what was proved stays.
  package mutating func forget(_ type: String) {
    if whereNothingIsRenamed(type) != nil { named[type] = nil }
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
