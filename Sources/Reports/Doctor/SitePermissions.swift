/// The site's permissions by which an account comes to see a type, and its filters to show it (reference 3.3): as its page of
/// permissions has them.
enum SitePermissions {
  /// What shows resources of an entity type.
  static func toSee(_ entityType: String) -> String {
    switch entityType {
    case "node": "“access content” and “view node.TYPE.field_content_visibility:… content”, or “bypass node access”"
    case "comment": "“access comments” or “administer comments”"
    case "event_enrollment": "“view published event enrollment entities” or “administer event enrollment entities”"
    case "group", "group_content", "group_relationship": "“bypass group access” or “administer group”"
    case "post": "“administer post entities”"
    case "profile": "“administer profile” or “view any profile”"
    case "taxonomy_term": "“access content” or “administer taxonomy”"
    case "user": "“access user profiles” and “administer users”"
    case "file": "“access content” and “administer files”"
    default: "the permission to view \(entityType)"
    }
  }

  /// What lets filters show resources of an entity type.
  static func toFilter(_ entityType: String) -> String {
    switch entityType {
    case "node": "“bypass node access”, or “access content”"
    case "comment": "“administer comments”"
    case "event_enrollment": "“administer event enrollment entities”"
    case "group", "group_content", "group_relationship":
      "“administer group”; with Group 2 and later filters work only where the module entity is 1.4 or newer"
    case "post": "“administer post entities”"
    case "profile": "“administer profile” or “view any profile”"
    case "taxonomy_term": "“administer taxonomy” or “access content”"
    case "user": "“administer users”"
    case "file": "“access content”"
    default: "the permission to administer \(entityType)"
    }
  }
}
