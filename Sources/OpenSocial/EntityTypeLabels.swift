import JSONAPI

/// How people call what there is, as far as its machine names tell: the site's own words for it are not known.
extension EntityTypes {
  private static let labels = [
    "node": "Content", "group_content": "Group relationship", "group_relationship": "Group relationship",
    "taxonomy_term": "Taxonomy term",
  ]

  /// The modules that bring entity types, where they are not called as those are: the site's API description goes by them.
  private static let modules = [
    "event_enrollment": "social_event", "group_content": "group", "group_relationship": "group", "post": "social_post",
    "taxonomy_term": "taxonomy",
  ]

  /// An entity type's label, as core and Open Social have it: `Content`.
  package static func label(of entityType: String) -> String { labels[entityType] ?? words(of: entityType) }

  /// What the site calls the kinds that an entity type has: `Content type`, `Vocabulary`.
  package static func bundleLabel(of entityType: String) -> String {
    entityType == "taxonomy_term" ? "Vocabulary" : "\(label(of: entityType)) type"
  }

  /// The name of the module that brings an entity type; its own for one that is not known.
  package static func module(of entityType: String) -> String { modules[entityType] ?? entityType }

  /// A machine name in words: `Post comment` of `post_comment`, `Open group, group node, event` of `open_group-group_node-event`.
  package static func words(of name: String) -> String {
    let words = name.replacing("_", with: " ").replacing("-", with: ", ")
    guard let first = words.first else { return name }
    return first.uppercased() + words.dropFirst()
  }
}

extension FieldDescription {
  /// Its name in words, for people: `Topic image` of `field_topic_image`.
  package var words: String {
    let name = isConfigured ? String(name.dropFirst(FieldDescription.configured.count)) : internalName
    return EntityTypes.words(of: name.isEmpty ? self.name : name)
  }

  /// A text that stands for any in an example.
  /// - Parameter name: of an attribute, or of a property of one.
  package static func exampleText(_ name: String) -> String {
    if name.hasSuffix("langcode") { return "en" }
    if computedProperties.contains(name) { return "<p>Text</p>" }
    return name == "format" ? "basic_html" : "Text"
  }
}
