import JSONAPI

/// What kind of column stands behind an attribute, as far as filters and sorting care.
enum AttributeKind: Sendable, Equatable {
  /// true and false, stored as 1 and 0.
  case flag
  case number
  /// Unix seconds in the database, RFC 3339 in documents.
  case epoch
  /// Stored as text in UTC without an offset.
  case dateTime
  /// Choices, languages, mail addresses: texts that compare by `=`, in which spaces at the end count for nothing.
  case text
  /// What the site calls a string, which it compares by `LIKE`.
  case string
  /// Several properties; a path must name one.
  case object([String])
  /// Not in the database: filtering by it makes the site answer 500.
  case computed
}

/// A resource type of the sample site (reference 1.1, 6.1).
package struct ResourceType: Sendable {
  /// Such as `node--topic`.
  package let name: String
  /// The part before `--`.
  package let entityType: String
  /// The part after `--`.
  package let bundle: String
  /// The attribute that holds the internal id, such as `drupal_internal__nid`.
  package let idAttribute: String
  /// The attribute that holds the revision id, for versionable types (reference 1.5).
  package let revisionAttribute: String?
  /// Relationships that have no `related` link because their targets are internal.
  let selfOnly: Set<String>
  let kinds: [String: AttributeKind]
  let relationshipNames: [String]
  /// Which types a relationship was seen to point to; of one that points nowhere, what the site says of it.
  let targets: [String: [String]]
  let toMany: Set<String>
  /// What the identifiers of a relationship have in `meta` besides the number of the target.
  let metaNames: [String: [String]]

  /// Such as `/jsonapi/node/topic`.
  package var path: String { "/jsonapi/\(entityType)/\(bundle)" }

  /// Whether one of the relationships takes files. Then paths below a resource match an upload route, and a relationship
  /// without a related route gives 405 there instead of 404.
  var hasFileField: Bool { targets.values.contains { $0.contains("file--file") } }

  /// Whether there is a route to the resources of a relationship.
  func isRelated(_ name: String) -> Bool { relationshipNames.contains(name) && !selfOnly.contains(name) }

  /// Relationships as `include` knows them: nodes have one that no document shows.
  var includable: [String] {
    guard entityType == "node", let place = relationshipNames.firstIndex(of: "groups") else { return relationshipNames }
    return relationshipNames[..<place] + ["menu_link"] + relationshipNames[place...]
  }

  /// Whether a relationship with internal targets, always shown empty, has one in the database all the same: the bundle
  /// and the roles.
  func isAlwaysSet(_ relationship: String) -> Bool {
    selfOnly.contains(relationship)
      && (relationship.hasSuffix("_type") || relationship == "vid" || relationship == "roles")
  }

  init(name: String, selfOnly: [String], resources: [ContentRow]) {
    self.name = name
    self.selfOnly = Set(selfOnly)
    let mark = name.range(ofMark: "--")
    entityType = String(name[..<mark.lowerBound])
    bundle = String(name[mark.upperBound...])
    // The one resource that shows less than the rest (the anonymous user) says nothing about its type.
    let whole = resources.filter { $0.attributes.members.count > 1 }
    let names = whole.first?.attributes.names ?? []
    let ids = ["drupal_internal__nid", "drupal_internal__cid", "drupal_internal__fid", "drupal_internal__tid"]
    let others = ["drupal_internal__uid", "drupal_internal__profile_id", "drupal_internal__id"]
    idAttribute = (ids + others).first(where: names.contains) ?? "drupal_internal__id"
    let revisions = ["drupal_internal__vid", "drupal_internal__revision_id"]
    revisionAttribute = revisions.first(where: names.contains)
    relationshipNames = whole.first?.relationships?.names ?? []
    var kinds: [String: AttributeKind] = [:]
    for name in names {
      kinds[name] = ResourceType.kind(of: name, values: whole.compactMap { $0.attributes[name] })
    }
    self.kinds = kinds
    var targets: [String: [String]] = [:]
    var toMany: Set<String> = []
    var metaNames: [String: [String]] = [:]
    for row in whole {
      for member in row.relationships?.members ?? [] {
        guard let data = member.value["data"] else { continue }
        if data.array != nil { toMany.insert(member.name) }
        for item in data.array ?? [data] {
          guard let type = item["type"]?.string, type != "unknown" else { continue }
          for name in item["meta"]?.object?.names ?? []
          where name != "drupal_internal__target_id" && name != "arity" && name != "links"
            && metaNames[member.name]?.contains(name) != true
          {
            metaNames[member.name, default: []].append(name)
          }
          if targets[member.name, default: []].contains(type) == false {
            targets[member.name, default: []].append(type)
          }
        }
      }
    }
    for name in relationshipNames where targets[name] == nil { targets[name] = ResourceType.described[name] }
    self.targets = targets
    self.toMany = toMany
    self.metaNames = metaNames
  }

  /// What the site's description says of relationships that no resource of some types has set.
  private static let described = [
    "revision_user": ["user--user"], "field_files": ["file--file"], "social_tagging": ["taxonomy_term--social_tagging"],
  ]

  private static let epochs: Set<String> = [
    "created", "changed", "access", "login", "revision_timestamp", "revision_created",
  ]

  static let address = [
    "langcode", "country_code", "administrative_area", "locality", "dependent_locality", "postal_code", "sorting_code",
    "address_line1", "address_line2", "address_line3", "organization", "given_name", "additional_name", "family_name",
  ]

  private static let strings: Set = [
    "title", "name", "subject", "label", "filename", "filemime", "thread", "timezone", "field_name", "entity_type",
    "plugin_id", "revision_log", "revision_log_message",
  ]

  /// Whether a field of these values is a string, and no choice, language or address.
  private static func isString(_ name: String, _ values: [String]) -> Bool {
    if strings.contains(name) { return true }
    let others = ["langcode", "mail", "init", "homepage", "phone"]
    if others.contains(where: { name.hasSuffix($0) }) || name.contains("email") || name.contains("phone") {
      return false
    }
    return values.contains { value in
      !value.unicodeScalars.allSatisfy {
        ("a"..."z").contains($0) || ("0"..."9").contains($0) || $0 == "_" || $0 == "-"
      }
    }
  }

  private static func kind(of name: String, values: [JSON]) -> AttributeKind {
    if epochs.contains(name) { return .epoch }
    if name == "metatag" || name == "display_name" || name == "profile_name" { return .computed }
    let present = values.filter { !$0.isNull }
    guard let first = present.first else { return .text }
    switch first {
    case .bool: return .flag
    case .number: return .number
    case .object:
      var properties: [String] = []
      for value in present {
        for property in value.object?.names ?? [] where !properties.contains(property) { properties.append(property) }
      }
      // Documents leave out the properties that the country has no use for.
      return .object(properties.contains("country_code") ? address : properties)
    case .string(let text):
      if SiteTime.seconds(text) != nil { return .dateTime }
      return isString(name, present.compactMap(\.string)) ? .string : .text
    case .array, .null: return .text
    }
  }
}

extension String {
  /// Where a mark first stands; the end of the text when it does not.
  func range(ofMark mark: String) -> Range<String.Index> {
    var start = startIndex
    while start < endIndex {
      if self[start...].hasPrefix(mark) { return start..<index(start, offsetBy: mark.count) }
      start = index(after: start)
    }
    return endIndex..<endIndex
  }
}
