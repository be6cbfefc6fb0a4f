import JSONAPI

/// What a plain member, or a visitor without a token, gets to see: the rules that the recorded site followed for one.
struct MemberAccess {
  let community: Community
  /// UUID of the member; nil for a visitor.
  let user: String?

  func sight(of row: Row, _ type: ResourceType) -> Viewer.Sight {
    let body = community.recorded(row)
    let isPublished = body.attributes["status"]?.bool ?? true
    switch type.entityType {
    case "node":
      return isPublished && body.attributes["field_content_visibility"] == "public" ? .whole : .vanished
    case "comment":
      guard isPublished else { return .vanished }
      return seesAny("entity_id", of: row)
        ? .whole : .omitted(reason: "The 'access comments' permission is required and the comment must be published.")
    case "post":
      let isOpen = ["1", "3"].contains(body.attributes["field_visibility"]?.string)
      return isPublished && isOpen || isOwn(row, "user_id") ? .whole : .omitted(reason: "")
    case "event_enrollment":
      let state = isPublished ? "published" : "unpublished"
      return .omitted(reason: "The 'view \(state) event enrollment entities' permission is required.")
    case "file":
      let isPublic = body.attributes["uri"]?["value"]?.string?.hasPrefix("public://") ?? true
      return isPublic || isOwn(row, "uid") ? .whole : .omitted(reason: "")
    case "taxonomy_term": return term(type, isPublished)
    case "group_content": return type.bundle.hasSuffix("-group_membership") ? .vanished : .whole
    case "profile": return isOwn(row, "uid") ? .whole : .vanished
    case "user": return row.uuid.text == user ? .whole : .label
    default: return .whole
    }
  }

  private func term(_ type: ResourceType, _ isPublished: Bool) -> Viewer.Sight {
    if user != nil, isPublished { return .whole }
    let state = isPublished ? ("", "") : ("unpublished ", " unpublished")
    return .omitted(
      reason: "The 'view \(state.0)terms in \(type.bundle)' OR 'view any\(state.1) term' OR 'administer taxonomy' "
        + "permission is required.")
  }

  private func isOwn(_ row: Row, _ relationship: String) -> Bool {
    guard let user else { return false }
    return community.targets(of: row, relationship).contains { $0.row.uuid.text == user }
  }

  private func seesAny(_ relationship: String, of row: Row) -> Bool {
    community.targets(of: row, relationship).contains { target in
      sight(of: target.row, community.types[target.type]) == .whole
    }
  }

  /// Fields that no one below the site's managers sees.
  func hiddenFields(of type: ResourceType) -> Set<String> { MemberAccess.hidden[type.entityType] ?? [] }

  /// Attributes of users that only an administrator of users may filter by (reference 3.2).
  static let closedUserFields: Set<String> = [
    "mail", "timezone", "preferred_langcode", "preferred_admin_langcode", "status", "access", "login", "init",
  ]

  private static let hidden: [String: Set<String>] = [
    "comment": ["mail"], "node": ["revision_log"], "group": ["revision_log_message"],
    "taxonomy_term": ["revision_log_message"], "user": ["access", "init", "login", "status", "roles"],
  ]
}

/// Which members of a resource object are shown (reference 2.7, 3.7).
struct FieldChoice: Sendable {
  /// The members of a sparse fieldset; nil for all.
  var only: Set<String>?
  /// What the viewer may not see.
  var without: Set<String> = []
  /// The label alone: relationships are left out.
  var isLabelOnly = false

  func shows(_ name: String) -> Bool { (only?.contains(name) ?? true) && !without.contains(name) }
}
