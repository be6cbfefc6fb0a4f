import JSONAPI

/// Who sets a field, and what every Open Social site demands of it that no schema tells (reference 5.2 to 5.5, 12). What is not here
/// is left to the site, which refuses it when the change gets there.
extension FieldDescription {
  /// Whether no client sets it (reference 5.2, 5.3), whatever the type calls it: it never goes to the site.
  package var isReadOnly: Bool {
    isNumber || name == FieldDescription.changed || isIgnored || name == called.changed || name == called.serial
  }

  /// Whether the site refuses it (reference 5.2, 5.3): it takes it only as it is, and not in a creation.
  package var isClosed: Bool {
    if isNumber || name == FieldDescription.changed || isCreateOnly { return true }
    switch entityType {
    case "node": return name == "revision_timestamp" || name == "revision_uid"
    case "event_enrollment": return name == "langcode"
    // By its use.
    case "file": return name == "status"
    default: return false
    }
  }

  /// Whether it is set as the resource is made, by what it is made of, and never again: contents of files (reference 5.7).
  package var isCreateOnly: Bool { entityType == "file" && ["uri", "filemime", "filesize"].contains(name) }

  /// Whether it is accepted and has no effect: the site computes it (reference 2.5, 12).
  package var isIgnored: Bool {
    name == "display_name" || name == "metatag" || name == "revision_translation_affected"
  }

  /// Whether it goes to the site and is never shown again.
  package var isSecret: Bool { name == "pass" }

  /// Whether it can be set and is never shown.
  package var isNeverShown: Bool { isSecret || isClosedToAll }

  /// Whether it is the site's to know who commented from where.
  private var isClosedToAll: Bool { entityType == "comment" && name == "hostname" }

  /// Whether no account may filter by it: passwords, and the addresses of who commented.
  package var isClosedToFilters: Bool { entityType == "user" && isSecret || isClosedToAll }

  /// The one text that a resource of an entity type cannot do without, by its usual name: a site may call it otherwise.
  package static func requiredText(of entityType: String) -> String? {
    switch entityType {
    case "node": "title"
    case "taxonomy_term", "user": "name"
    case "group": "label"
    case "event_enrollment": "field_email"
    default: nil
    }
  }

  /// The most characters of a label; nil where it is not known.
  package var longest: Int? {
    entityType != "user" && entityType != "event_enrollment" && name == FieldDescription.requiredText(of: entityType)
      ? 255 : nil
  }

  /// The values of a list that all sites have; sites add their own.
  package var choices: Set<String>? {
    switch name {
    case "field_content_visibility": ["public", "community", "group"]
    case "field_visibility": ["0", "1", "2", "3"]
    case "field_enrollment_status": ["0", "1"]
    default: nil
    }
  }

  /// Whether a new resource without it is still the thing that was to be made: never without its name, or what says who sees it.
  /// Attributes only.
  package var isDispensable: Bool {
    let names: Set<String> = ["title", "name", "label", "subject", "mail", "pass", "langcode", "default_langcode"]
    let isAboutSight = ["visib", "status", "access", "privacy", "publi"].contains { name.contains($0) }
    return !names.contains(name) && !isAboutSight
  }

  /// Whether a new resource has this value without anybody's saying so: the site's own language, that it is no translation, a
  /// comment's place in its thread. Who may not choose a language is refused where it is given, be it the site's own.
  /// - Parameter siteLanguage: as the site names it (RFC 9110 section 8.5); nil where it is not known.
  package func comesByItself(_ value: JSON, siteLanguage: String?) -> Bool {
    switch name {
    case "langcode": siteLanguage != nil && value.string == siteLanguage
    case "default_langcode": value == .bool(true)
    case "thread": entityType == "comment"
    default: false
    }
  }

  /// What every site gives a new resource for an attribute (reference 2.6).
  package enum FirstValue: Sendable, Hashable {
    /// Nothing that can be told before the site has made it: a number.
    case unknown
    /// The time at which it is made.
    case now
    /// The beginning of all times, where others have a time: it never happened.
    case never
    case yes
    /// Yes, where others have a yes or no.
    case shown
    /// What the first of the others has.
    case alike
    /// What nearly all others have, else no.
    case flag
    /// Only others tell.
    case usual
  }

  /// What a new resource shows of an attribute that nobody gave.
  package var firstValue: FirstValue {
    switch name {
    case _ where name == called.serial: .unknown
    case called.changed ?? FieldDescription.changed, "created", "revision_created", "revision_timestamp": .now
    case "status": .shown
    case "access", "login": .never
    case "langcode": .alike
    case "promote", "sticky": .flag
    case "default_langcode", "revision_translation_affected": .yes
    case _ where isNumber: .unknown
    default: .usual
    }
  }
}
