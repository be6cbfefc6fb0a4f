import JSONAPI

/// On whose behalf a request is answered.
enum Viewer: Sendable {
  /// No token was sent.
  case anonymous
  /// The account that synchronises: it sees all that is not concealed.
  case account

  func sees(_ row: Row, of type: ResourceType, in community: Community) -> Bool {
    switch self {
    case .account: return row.concealment == .none
    case .anonymous:
      guard row.concealment == .none, type.entityType == "node" || type.entityType == "taxonomy_term" else {
        return false
      }
      return community.document(row).attributes["status"]?.bool ?? false
    }
  }
}
