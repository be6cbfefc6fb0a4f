import JSONAPI

/// What every site of this kind has alike, for fields that no stored resource shows a value of (reference 2.5, 2.6).
enum CoreFields {
  /// The properties of a composite attribute where core fixes them; none where the mirror must have seen them.
  static func properties(of attribute: String, entityType: String) -> [TypeSchema.Property] {
    switch (entityType, attribute) {
    case (_, "path"): [.init("alias", .text), .init("pid", .number), .init("langcode", .text)]
    case (_, "metatag"): [.init("tag", .text), .init("attributes", .object)]
    case ("taxonomy_term", "description"): [.init("value", .text), .init("format", .text), .init("processed", .text)]
    default: []
    }
  }

  /// The properties of an attribute as the site names them: an address shows only those that its country has use for.
  static func completed(_ properties: [TypeSchema.Property]) -> [TypeSchema.Property] {
    guard properties.contains(where: { $0.name == "country_code" }) else { return properties }
    let known = Set(address)
    return address.map { .init($0, .text) } + properties.filter { !known.contains($0.name) }
  }

  private static let address = [
    "langcode", "country_code", "administrative_area", "locality", "dependent_locality", "postal_code", "sorting_code",
    "address_line1", "address_line2", "address_line3", "organization", "given_name", "additional_name", "family_name",
  ]

  /// The name that the site's own code has for a field: it stands in messages about access.
  static func internalName(of name: String, entityType: String) -> String {
    if name.hasPrefix("drupal_internal__") { return String(name.dropFirst("drupal_internal__".count)) }
    return name == "\(entityType)_type" && entityType != "comment" ? "type" : name
  }

  /// Whether no account may filter by a field: passwords, and the addresses of who commented.
  static func isClosed(_ name: String, entityType: String) -> Bool {
    entityType == "user" && name == "pass" || entityType == "comment" && name == "hostname"
  }

  /// The types that a relationship leads to where core fixes it, for one that was never set.
  static func targets(of relationship: String, of type: ServedType) -> [String] {
    switch (type.entityType, relationship) {
    case (_, "uid"), (_, "revision_uid"), (_, "revision_user"), (_, "user_id"): ["user--user"]
    case ("taxonomy_term", "parent"): [type.name]
    default: []
    }
  }

  /// The entity type of which a relationship leads to every bundle.
  static func entityTypeOfAllBundles(_ relationship: String, entityType: String) -> String? {
    entityType == "comment" && relationship == "pid" ? "comment" : nil
  }

  /// Whether a relationship to hidden targets, always shown empty, has one in the site's database all the same: the
  /// bundle, and the roles of a user.
  static func isAlwaysSet(_ field: TypeSchema.Field, entityType: String) -> Bool {
    guard field.isInternal else { return false }
    return field.name.hasSuffix("_type") || entityType == "taxonomy_term" && field.name == "vid"
      || entityType == "user" && field.name == "roles"
  }

  /// Whether a relationship is the one to the type's bundle, whose machine name then is known.
  static func isBundle(_ field: TypeSchema.Field, entityType: String) -> Bool {
    field.name == "\(entityType)_type" || entityType == "taxonomy_term" && field.name == "vid"
  }

  /// The type of the configuration that a relationship leads to: as its targets tell, or where core or Group fixes it; nil for
  /// others, which may lead to content that the site hides.
  static func configuration(behind field: TypeSchema.Field, entityType: String) -> String? {
    let seen = Set(field.targets.map { ResourceTypeName($0).entityType })
    if let only = seen.first { return seen.count == 1 && configurations[only] != nil ? only : nil }
    return switch field.name {
    case "vid" where entityType == "taxonomy_term": "taxonomy_vocabulary"
    case "roles" where entityType == "user": "user_role"
    case "group_roles": "group_role"
    case _ where field.name.hasSuffix("_type") && (field.isInternal || field.name == "\(entityType)_type"): field.name
    default: nil
    }
  }

  private struct Configuration {
    var label: String
    var fields: Set<String>
  }

  /// The types of configuration that content leads to: how the site calls them, and what they have besides what all have.
  private static let configurations: [String: Configuration] = [
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

  /// How the site calls a type of configuration in messages; its machine name where that is not known.
  static func label(ofConfiguration type: String) -> String { configurations[type]?.label ?? type }

  /// What configuration of a type has: the site knows the names, and cannot filter by them.
  static func fields(ofConfiguration type: String) -> Set<String> {
    let all: Set = ["id", "langcode", "status", "dependencies", "third_party_settings"]
    guard let own = configurations[type]?.fields else {
      return all.union(["label", "name", "description", "drupal_internal__id", "drupal_internal__type"])
    }
    let keys: Set = ["id", "type", "vid"]
    return all.union(own).union(own.intersection(keys).map { "drupal_internal__\($0)" })
  }

  /// Whether the site compares an attribute's property byte by byte: addresses of files.
  static func isCaseSensitive(_ attribute: String, entityType: String) -> Bool {
    entityType == "file" && attribute == "uri"
  }

  /// Whether a text is what the site calls a string, which it compares by `LIKE`: trailing spaces count. Languages, mail
  /// addresses, telephone numbers and lists of choices are no strings; of a configured field its values tell.
  static func isString(_ field: TypeSchema.Field) -> Bool {
    let name = field.name
    if strings.contains(name) { return true }
    let isOther = name.hasSuffix("langcode") || ["mail", "init", "homepage"].contains(name)
    if isOther || name.contains("email") || name.contains("phone") { return false }
    return field.isProse ?? false
  }

  private static let strings: Set = [
    "title", "name", "subject", "label", "filename", "filemime", "thread", "timezone", "field_name", "entity_type",
    "plugin_id", "revision_log", "revision_log_message",
  ]
}
