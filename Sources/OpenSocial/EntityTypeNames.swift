import JSONAPI

extension EntityTypes {
  /// The ten entity types of an Open Social site.
  package static let usual = [
    "comment", "event_enrollment", "file", "group", "group_content", "node", "post", "profile", "taxonomy_term", "user",
  ]

  /// Entity types that stand for one another: Group 3 renamed the first to the second.
  package static let successors = ["group_content": "group_relationship"]

  /// Entity types without bundles: their one resource type is named after them twice.
  package static let withoutBundles: Set<String> = ["file", "user", "event_enrollment"]

  /// Entity types whose bundle stands in a relationship named after them; the longest name first, for a group's content also names
  /// the type of its group.
  static let withBundles = ["group_relationship", "group_content", "node", "comment", "group", "post", "profile"]

  /// Entity types that are a part of what points to them: a creation whose part is taken out is the same thing still. Without its host,
  /// its group or its reader it would be another.
  package static let parts: Set<String> = ["file", "taxonomy_term"]

  /// Entity types of which filters always hide something, whatever an account may do (reference 3.3): files of others, and the
  /// anonymous user.
  package static let hiddenByFilters: Set<String> = ["file", "user"]

  /// Whether a name that people give means an entity type.
  package static func means(_ name: String, _ entityType: String) -> Bool {
    name == entityType || successors[name] == entityType
  }

  /// The relationship from content to its bundle.
  package static func bundleRelationship(of entityType: String) -> String {
    entityType == "taxonomy_term" ? "vid" : entityType + "_type"
  }

  /// Entity types with the relationships of theirs whose target they do not outlive (reference 5.4, 6.3).
  package static let dependences: [(entityType: String, relationship: String)] = [
    ("comment", "entity_id"), ("comment", "pid"), ("group_content", "gid"), ("group_content", "entity_id"),
    ("group_relationship", "gid"), ("group_relationship", "entity_id"), ("event_enrollment", "field_event"),
    ("event_enrollment", "field_account"), ("profile", "uid"), ("taxonomy_term", "parent"),
  ]
}
