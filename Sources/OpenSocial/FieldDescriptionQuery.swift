import JSONAPI

/// What filters, sorts and paths find at a field of which no stored resource shows a value (reference 2.5, 2.6).
extension FieldDescription {
  /// The properties of a composite attribute where core fixes them; none where the mirror must have seen them.
  package var fixedProperties: [TypeSchema.Property] {
    switch (entityType, name) {
    case (_, "path"): [.init("alias", .text), .init("pid", .number), .init("langcode", .text)]
    case (_, "metatag"): [.init("tag", .text), .init("attributes", .object)]
    case ("taxonomy_term", "description"): [.init("value", .text), .init("format", .text), .init("processed", .text)]
    default: []
    }
  }

  /// The properties of an attribute as the site names them: an address shows only those that its country has use for.
  package static func completed(_ properties: [TypeSchema.Property]) -> [TypeSchema.Property] {
    guard properties.contains(where: { $0.name == "country_code" }) else { return properties }
    let known = Set(address)
    return address.map { .init($0, .text) } + properties.filter { !known.contains($0.name) }
  }

  private static let address = [
    "langcode", "country_code", "administrative_area", "locality", "dependent_locality", "postal_code", "sorting_code",
    "address_line1", "address_line2", "address_line3", "organization", "given_name", "additional_name", "family_name",
  ]

  /// Whether a site's database counts the seconds of a time that is shown in UTC: core's own fields; those that people made
  /// mostly are dates.
  /// - Parameter name: of the attribute, or of a property of one.
  package static func countsSeconds(_ name: String) -> Bool {
    !name.hasPrefix(configured) && name != "value" && name != "end_value"
  }

  /// Whether the site compares its properties byte by byte: addresses of files.
  package var isCaseSensitive: Bool { entityType == "file" && name == "uri" }

  /// Whether a text is what the site calls a string, which it compares by `LIKE`: trailing spaces count. Languages, mail
  /// addresses, telephone numbers and lists of choices are no strings; of a configured field its values tell.
  package var isString: Bool {
    if FieldDescription.strings.contains(name) { return true }
    let isOther = name.hasSuffix("langcode") || ["mail", "init", "homepage"].contains(name)
    if isOther || name.contains("email") || name.contains("phone") { return false }
    return learned?.isProse ?? false
  }

  private static let strings: Set = [
    "title", "name", "subject", "label", "filename", "filemime", "thread", "timezone", "field_name", "entity_type",
    "plugin_id", "revision_log", "revision_log_message",
  ]

  /// The kind of an attribute's value: as it was learned, else as core fixes it; null where nothing tells.
  package var kind: TypeSchema.Kind {
    if let learned, learned.kind != .null { return learned.kind }
    if isNumber || isSerialNumber { return .number }
    if isChanged { return .time }
    if !fixedProperties.isEmpty || isCaseSensitive { return .object }
    if name.hasSuffix("langcode") && name != "default_langcode" { return .text }
    switch name {
    case "created", "revision_created", "revision_timestamp", "access", "login": return .time
    case "status", "promote", "sticky", "default_langcode", "revision_translation_affected", "is_default": return .bool
    case "filesize", "weight": return .number
    case "mail", "init", "homepage": return .text
    default: return FieldDescription.strings.contains(name) ? .text : .null
    }
  }

  /// Whether its value is the number of the resource's version, under the names that core has for it.
  package var isCoreRevisionNumber: Bool { isNumber && ["vid", "revision_id"].contains(internalName) }
}

// MARK: Relationships

extension FieldDescription {
  /// The types that a relationship leads to where core fixes it, for one that was never set.
  /// - Parameter type: the name of the field's own resource type.
  package func fixedTargets(in type: String) -> [String] {
    switch (entityType, name) {
    case _ where FieldDescription.authors.contains(name): ["user--user"]
    case ("taxonomy_term", "parent"): [type]
    default: []
    }
  }

  /// The entity type of which a relationship leads to every bundle.
  package var entityTypeOfAllBundles: String? { entityType == "comment" && name == "pid" ? "comment" : nil }

  /// Whether a relationship to hidden targets, always shown empty, has one in the site's database all the same: the
  /// bundle, and the roles of a user.
  package var isAlwaysSet: Bool {
    guard learned?.isInternal ?? false else { return false }
    return name.hasSuffix("_type") || entityType == "taxonomy_term" && name == "vid"
      || entityType == "user" && name == "roles"
  }

  /// Whether a relationship is the one to the type's bundle, whose machine name then is known.
  package var isBundle: Bool { name == "\(entityType)_type" || entityType == "taxonomy_term" && name == "vid" }

  /// The type of the configuration that a relationship leads to: as its targets tell, or where core or Group fixes it; nil for
  /// others, which may lead to content that the site hides.
  package var configuration: String? {
    let seen = Set((learned?.targets ?? []).map { ResourceTypeName($0).entityType })
    if let only = seen.first { return seen.count == 1 && ConfigurationType.isKnown(only) ? only : nil }
    return switch name {
    case "vid" where entityType == "taxonomy_term": "taxonomy_vocabulary"
    case "roles" where entityType == "user": "user_role"
    case "group_roles": "group_role"
    case _ where name.hasSuffix("_type") && (learned?.isInternal ?? false || name == "\(entityType)_type"): name
    default: nil
    }
  }

  /// Whether a relationship of which no target was seen is named like those that take images.
  package var isNamedLikeImages: Bool { name.hasSuffix("_image") || name.hasSuffix("_picture") }

  /// Whether a relationship of which no target was seen is named like those that take files.
  package var isNamedLikeFiles: Bool {
    isNamedLikeImages || ["_file", "_files", "_attachments"].contains { name.hasSuffix($0) }
  }
}
