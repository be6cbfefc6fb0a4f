import JSONAPI
import Store

/// What every Open Social site demands of values that no schema tells (reference 5.2 to 5.5, 12). What is not here is left to
/// the site, which refuses it when the change gets there.
enum SiteRules {
  /// The one text that a resource of an entity type cannot do without, by its usual name: a site may call it otherwise.
  static func requiredText(of entityType: String) -> String? {
    switch entityType {
    case "node": "title"
    case "taxonomy_term", "user": "name"
    case "group": "label"
    case "event_enrollment": "field_email"
    default: nil
    }
  }

  /// The most characters of a label; nil where it is not known.
  static func longest(_ attribute: String, of entityType: String) -> Int? {
    entityType != "user" && entityType != "event_enrollment" && attribute == requiredText(of: entityType) ? 255 : nil
  }

  /// The values of a list that all sites have; sites add their own.
  static func choices(of attribute: String) -> Set<String>? {
    switch attribute {
    case "field_content_visibility": ["public", "community", "group"]
    case "field_visibility": ["0", "1", "2", "3"]
    case "field_enrollment_status": ["0", "1"]
    default: nil
    }
  }

  /// Members that are accepted and have no effect: the site computes them (reference 2.5, 12).
  static func isComputed(_ name: String) -> Bool {
    name == "display_name" || name == "metatag" || name == "revision_translation_affected"
  }

  /// Attributes that can be set and are never shown.
  static func isHidden(_ name: String, of entityType: String) -> Bool {
    FieldValue.isSecret(name) || entityType == "comment" && name == "hostname"
  }

  /// The name of a composite field's type on the site, told by its properties; nil when they tell nothing.
  static func fieldType(_ properties: [String]) -> String? {
    let names = Set(properties)
    if names.contains("processed") { return names.contains("summary") ? "text_with_summary" : "text_long" }
    if names.contains("end_value") { return "daterange" }
    if names.contains("alias") && names.contains("pid") { return "path" }
    if names.contains("uri") && names.contains("options") { return "link" }
    return nil
  }
}
