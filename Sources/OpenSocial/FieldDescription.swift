import JSONAPI

/// What a field of a resource is: what every site of this kind has alike, and what was learned of this one. The one place that knows
/// fields by name: pull, push, local writing, queries and checks ask here.
///
/// Made where it is asked and thrown away: it holds names, and every answer is worked out from them.
package struct FieldDescription: Sendable, Hashable {
  /// Its public name.
  package let name: String
  /// The entity type of its resource type; empty where only what holds for all is asked.
  package let entityType: String
  /// What its resource type calls the serial number and the time of the last change, where not as usual.
  package let called: AttributeNames
  /// What stored documents and the site's description showed of it; nil where nothing did.
  package let learned: TypeSchema.Field?

  /// A field by its name.
  /// - Parameter called: what its type calls the serial number and the time of the last change, where not as usual.
  package init(_ name: String, of entityType: String = "", called: AttributeNames = AttributeNames()) {
    self.name = name
    self.entityType = entityType
    self.called = called
    learned = nil
  }

  /// A field that was learned.
  /// - Parameter called: what its type calls the serial number and the time of the last change, where not as usual.
  package init(_ learned: TypeSchema.Field, of entityType: String, called: AttributeNames = AttributeNames()) {
    name = learned.name
    self.entityType = entityType
    self.called = called
    self.learned = learned
  }
}

// MARK: Names

extension FieldDescription {
  /// The time of the last change, where a site has not renamed it (reference 6.2).
  package static let changed = "changed"
  /// The attribute that keeps track of translations, in types whose bundles take them.
  package static let translationSource = "content_translation_source"
  /// What names of fields begin with that a site's people made, not its code.
  static let configured = "field_"
  /// What attributes and relationships begin with that are about a resource's version.
  private static let ofRevision = "revision_"

  /// Whether it is the serial number of its resource.
  package var isSerialNumber: Bool { name == called.serial ?? SerialNumbers.attribute(ofEntityType: entityType) }
  /// Whether it is the time of the last change.
  package var isChanged: Bool { name == called.changed ?? FieldDescription.changed }
  /// Whether it is a number that the site's own code gave, under its usual name: a resource's, or its version's.
  package var isNumber: Bool { name.hasPrefix(UsualNames.openSocial.prefix) }
  /// Whether it is such a number of a version.
  package var isRevisionNumber: Bool { isNumber && UsualNames.openSocial.isOfRevision(name) }
  /// Whether it is about the resource's version, but its number: who made it, when, and what for.
  package var isAboutRevision: Bool { name.hasPrefix(FieldDescription.ofRevision) }
  /// Whether a site's people made it: then what it is differs from site to site.
  package var isConfigured: Bool { name.hasPrefix(FieldDescription.configured) }

  /// The name that the site's own code has for it, with which messages about access name it (reference 2.5).
  package var internalName: String {
    if isNumber { return String(name.dropFirst(UsualNames.openSocial.prefix.count)) }
    return name == "\(entityType)_type" && entityType != "comment" ? "type" : name
  }

  /// The name as it stands in a refusal of a change, where the site's own code writes it.
  package var refusedName: String { name.replacing(UsualNames.openSocial.prefix, with: "") }

  /// Attributes that name a resource for people, the first that there is; for all entity types.
  package static let labels = ["title", "label", "display_name", "name", "subject", "filename"]
  /// Relationships to who made a resource or its version.
  package static let authors = ["uid", "user_id", "revision_uid", "revision_user"]
  /// Relationships to whom a resource belongs.
  package static let owners = ["uid", "user_id"]
  /// What decides who may see a resource: whether it is published, and where its content lies.
  package static let visibility: (published: StaticString, address: StaticString) = ("status", "uri")
  /// The name that an account has, and the one under which it is shown: the same, where it has no other.
  package static let accountNames = (name: "name", shown: "display_name")

  /// Members of an identifier's `meta` that the site alone sets: the target's number, and which of several equal ones it is.
  /// - Parameter name: such as `alt`, which is none of them.
  package static func isOfIdentifier(_ name: String) -> Bool {
    name.hasPrefix(UsualNames.openSocial.prefix) || name == "arity"
  }
}

// MARK: Values of several parts

extension FieldDescription {
  /// Properties of values that the site computes and nobody sets (reference 2.6, 12).
  package static let computedProperties: Set<String> = ["processed"]
  /// The properties of formatted text: what was entered, in which format, what the site makes of it, and what is shown for it where
  /// there is little room (reference 2.6).
  package static let formattedText = (source: "value", format: "format", html: "processed", summary: "summary")
  /// Whether a value is one of formatted text (reference 2.6).
  package static func isFormatted(_ value: JSONObject) -> Bool { value["processed"] != nil && value["value"] != nil }
  /// The property that tells statistics of comments: what they count is nobody's edit.
  package static let statistics = "comment_count"
  /// The one of those that has no number.
  package static let lastCommenter = "last_comment_name"

  /// The name of a composite field's type on the site, told by its properties; nil when they tell nothing.
  package static func fieldType(_ properties: [String]) -> String? {
    let names = Set(properties)
    if names.contains("processed") { return names.contains("summary") ? "text_with_summary" : "text_long" }
    if names.contains("end_value") { return "daterange" }
    if names.contains("alias") && names.contains("pid") { return "path" }
    if names.contains("uri") && names.contains("options") { return "link" }
    return nil
  }

  /// What a value shows of the properties that the site's API description gives it; none for a bare value: a field of one property
  /// is shown bare, and so are languages, which are described as objects that they are not; text that has a format also has a
  /// processed form, and a link has options.
  package static func shownProperties(of described: [String]) -> [String] {
    guard described.count > 1, described != ["value", "language"] else { return [] }
    var names = described
    if names == ["uri", "title"] { names.append("options") }
    if names.starts(with: ["value", "format"]), !names.contains("processed") { names.insert("processed", at: 2) }
    return names
  }

  /// What core calls the serial number of an entity in the site's API description.
  package static let serialTitles: Set<String> = [
    "ID", "Term ID", "User ID", "File ID", "Comment ID", "Profile ID",
  ]
  /// What core calls the time of the last change there.
  package static let changedTitles: Set<String> = ["Changed", "Changed on"]
}
