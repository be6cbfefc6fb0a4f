import JSONAPI

/// What tells of a person: what has to be left out where a consumer may not see who is behind a resource.
extension FieldDescription {
  /// Whether an attribute or relationship tells who a person is, how to reach one, or when one was here. By its usual name, and so
  /// never enough by itself: a site's people may have made fields of any other name, and write names into any text.
  ///
  /// - Accounts: names, addresses, `pass`, languages, time zone, visits, and names that other systems have for one.
  /// - Profiles: whatever a site's people put into one (`field_profile_*`), its name, and what a person belongs to and takes interest in.
  /// - Comments of visitors: their name, address, page, and from where they wrote.
  /// - Enrollments: the address, the name and what somebody wrote who enrolled.
  ///
  /// Who made a resource is told by `authors`, which lead to an account, and is none of these.
  package var isPersonal: Bool {
    switch entityType {
    case "user": FieldDescription.ofAccounts.contains(name) || isConfigured
    case "profile": FieldDescription.ofProfiles.contains(name) || isConfigured
    case "comment": ["name", "mail", "homepage", "hostname"].contains(name)
    case "event_enrollment":
      name == "name"
        || ["email", "first_name", "last_name", "phone", "request_message"].contains { name == "field_\($0)" }
    default: false
    }
  }

  private static let ofAccounts: Set<String> = [
    "name", "display_name", "mail", "init", "pass", "timezone", "access", "login", "preferred_langcode",
    "preferred_admin_langcode", "user_picture",
  ]
  private static let ofProfiles: Set<String> = [
    "profile_name", "data", "affiliation_owned_count", "user_removed_affiliations", "address",
  ]
}
