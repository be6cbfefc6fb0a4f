import JSONAPI

/// What a user of the community may do.
package enum Role: Sendable, Equatable {
  /// Sees and edits everything that is not concealed: the account that synchronises.
  case siteManager
  /// Sees what a member of the recorded site saw.
  case member
}

/// On whose behalf a request is answered.
enum Viewer: Sendable, Equatable {
  /// No token was sent.
  case anonymous
  /// A user by UUID, with the role that the community gives it now.
  case user(String, Role)

  var id: String? { if case .user(let id, _) = self { id } else { nil } }
  var isSiteManager: Bool { if case .user(_, .siteManager) = self { true } else { false } }

  /// What a viewer gets of a resource (reference 2.4, 2.8, 6.3).
  enum Sight: Sendable, Equatable {
    case whole
    /// The label alone.
    case label
    /// Listed under `meta.omitted`, with the reason after the site's usual sentence.
    case omitted(reason: String)
    /// In no collection at all; 403 alone.
    case vanished
  }

  func sees(_ row: Row, of type: ResourceType, in community: Community) -> Bool {
    switch sight(of: row, type, in: community) {
    case .whole, .label: true
    case .omitted, .vanished: false
    }
  }

  func sight(of row: Row, _ type: ResourceType, in community: Community) -> Sight {
    switch row.concealment {
    case .omitted: return .omitted(reason: "")
    case .vanished: return .vanished
    case .none: break
    }
    if isSiteManager { return .whole }
    return MemberAccess(community: community, user: id).sight(of: row, type)
  }
}
