import JSONAPI

/// The types of configuration that content leads to (reference 2.5): the site knows the names of their fields, and cannot filter by
/// them.
package enum ConfigurationType {
  private struct Known {
    var label: String
    var fields: Set<String>
  }

  /// How the site calls them, and what they have besides what all have.
  private static let all: [String: Known] = [
    "node_type": .init(
      label: "Content type",
      fields: ["name", "type", "description", "help", "new_revision", "preview_mode", "display_submitted"]),
    "comment_type": .init(label: "Comment type", fields: ["id", "label", "target_entity_type_id", "description"]),
    "taxonomy_vocabulary": .init(
      label: "Taxonomy vocabulary", fields: ["name", "vid", "description", "weight", "new_revision"]),
    "user_role": .init(label: "Role", fields: ["id", "label", "weight", "is_admin", "permissions"]),
    "group_type": .init(
      label: "Group type",
      fields: ["id", "label", "description", "new_revision", "creator_membership", "creator_wizard", "creator_roles"]),
    "group_role": .init(
      label: "Group role",
      fields: ["id", "label", "weight", "admin", "scope", "global_role", "group_type", "permissions"]),
    "group_content_type": .init(
      label: "Group relationship type", fields: ["id", "group_type", "content_plugin", "plugin_config"]),
    "group_relationship_type": .init(
      label: "Group relationship type", fields: ["id", "group_type", "content_plugin", "plugin_config"]),
    "profile_type": .init(
      label: "Profile type",
      fields: ["id", "label", "display_label", "multiple", "registration", "roles", "allow_revisions", "new_revision"]),
    "post_type": .init(label: "Post type", fields: ["id", "label"]),
  ]

  /// Whether an entity type is one of them.
  package static func isKnown(_ type: String) -> Bool { all[type] != nil }

  /// How the site calls a type of configuration in messages; its machine name where that is not known.
  package static func label(of type: String) -> String { all[type]?.label ?? type }

  /// What configuration of a type has, by its public names and by those of the site's own code.
  package static func fields(of type: String) -> Set<String> {
    let common: Set = ["id", "langcode", "status", "dependencies", "third_party_settings"]
    let prefix = UsualNames.openSocial.prefix
    guard let own = all[type]?.fields else {
      return common.union(["label", "name", "description", prefix + "id", prefix + "type"])
    }
    let keys: Set = ["id", "type", "vid"]
    return common.union(own).union(own.intersection(keys).map { prefix + $0 })
  }
}
