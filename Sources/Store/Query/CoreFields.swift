/// What every site of this kind has alike, for fields that no stored resource shows a value of (reference 2.5, 2.6).
enum CoreFields {
  /// The properties of a composite attribute where core fixes them; none where the mirror must have seen them.
  static func properties(of attribute: String, entityType: String) -> [TypeSchema.Property] {
    switch (entityType, attribute) {
    case (_, "path"): [.init("alias", .text), .init("pid", .number), .init("langcode", .text)]
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

  /// Whether a relationship to hidden targets, always shown empty, has one in the site's database all the same: the
  /// bundle, and the roles of a user.
  static func isAlwaysSet(_ field: TypeSchema.Field, entityType: String) -> Bool {
    guard field.isInternal else { return false }
    return field.name.hasSuffix("_type") || entityType == "taxonomy_term" && field.name == "vid"
      || entityType == "user" && field.name == "roles"
  }

  /// Whether a relationship is the one to the type's bundle, whose machine name then is known.
  static func isBundle(_ field: TypeSchema.Field, entityType: String) -> Bool {
    field.isInternal && (field.name == "\(entityType)_type" || entityType == "taxonomy_term" && field.name == "vid")
  }

  /// The type of the configuration that a relationship leads to, where core or Group fixes it; nil for others, which may lead
  /// to content that the site hides.
  static func configuration(behind field: TypeSchema.Field, entityType: String) -> String? {
    switch field.name {
    case "vid" where entityType == "taxonomy_term": "taxonomy_vocabulary"
    case "roles" where entityType == "user": "user_role"
    case "group_roles": "group_role"
    case _ where field.name.hasSuffix("_type"): field.name
    default: nil
    }
  }

  /// What configuration of any type has: the site knows the names, and cannot filter by them.
  static let ofConfiguration: Set<String> = [
    "id", "uuid", "langcode", "status", "dependencies", "label", "name", "description", "drupal_internal__id",
    "drupal_internal__type", "drupal_internal__vid",
  ]

  /// Whether the site compares an attribute's property byte by byte: addresses of files.
  static func isCaseSensitive(_ attribute: String, entityType: String) -> Bool {
    entityType == "file" && attribute == "uri"
  }
}
