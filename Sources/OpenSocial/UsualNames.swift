import JSONAPI

extension UsualNames {
  /// The names that the code of Open Social and Drupal has (reference 2.5, 6.1).
  package static let openSocial: UsualNames = {
    let keys = [
      "block_content": "id", "comment": "cid", "event_enrollment": "id", "file": "fid", "group": "id",
      "group_content": "id", "group_relationship": "id", "media": "mid", "menu_link_content": "id", "node": "nid",
      "paragraph": "id", "path_alias": "id", "post": "id", "profile": "profile_id", "shortcut": "id",
      "taxonomy_term": "tid", "user": "uid",
    ]
    let prefix = "drupal_internal__"
    return UsualNames(
      changed: FieldDescription.changed, serials: keys.mapValues { prefix + $0 }, prefix: prefix, revisions: ["vid"],
      revisionWord: "revision")
  }()
}

extension SerialNumbers {
  /// What was found out of a site, over what all sites have alike.
  /// - Parameters:
  ///   - named: attributes by resource type that were found out or given; those of revisions are not taken.
  ///   - entityTypes: the entity type of resource types whose own name does not tell it.
  package init(named: [String: String] = [:], entityTypes: [String: String] = [:]) {
    self.init(usual: .openSocial, named: named, entityTypes: entityTypes)
  }

  /// The name in sites that have renamed nothing; nil for an entity type that is not known.
  package static func attribute(ofEntityType name: String) -> String? { UsualNames.openSocial.serials[name] }

  /// All entity types that are known, with their attributes.
  package static var known: [(entityType: String, attribute: String)] {
    UsualNames.openSocial.serials.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
  }

  /// What names of serial numbers begin with, those of revisions too.
  package static var prefix: String { UsualNames.openSocial.prefix }

  /// Whether an attribute counts revisions: `vid`, `revision_id` and the like.
  package static func isOfRevision(_ attribute: String) -> Bool { UsualNames.openSocial.isOfRevision(attribute) }
}

extension PageScanner {
  /// A scanner that knows what all sites have alike.
  package init(base: DocumentBase, others: [DocumentBase] = [], paths: [String: String]) {
    self.init(base: base, others: others, paths: paths, serials: SerialNumbers())
  }
}

extension ResourceIdentifier {
  /// The member of `meta` with the target's internal id: a number for content, a machine name for configuration (reference 2.7).
  package static var targetNumber: String { "drupal_internal__target_id" }
}
