/// What an account with fewer rights than a site manager's does not get.
enum Rights {
  /// Types whose filters show nothing without a permission of their own (reference 3.3).
  static let closedToFilters: Set<String> = ["profile--profile", "node--topic"]

  /// Members that field access takes away, by entity type.
  static let hidden: [String: Set<String>] = [
    "user": ["mail", "status", "roles", "timezone", "init", "access", "login"], "comment": ["mail", "homepage"],
    "node": ["revision_log", "field_content_visibility"],
  ]
}
