import JSONAPI
import Store
import Upstream

/// Updates of resources whose id is no UUID: the site takes no document about them (reference 5.1), but takes their relationships one
/// by one, on routes that name the resource in the path alone (reference 5.6).
extension PushAttempt {
  /// Sends relationships by their own routes.
  /// - Throws: the site's refusal; `OutboxUnsendable` for attributes, which no request can set.
  func updateByRoutes(_ members: [ChangedMember], _ report: inout PushReport) async throws {
    if let member = members.first(where: { $0.group == .attributes }) {
      let reason =
        "the site takes no attributes of a resource whose id is no UUID (\(member.name) of \(change.uuid)); change it on the site"
      return try reject(OutboxUnsendable(description: reason), &report)
    }
    for member in members {
      let response = try await send(OutgoingRequest.relationship(change, path: path, member), &report)
      _ = try SiteAnswer.written(response)
    }
    guard case .there(let copy) = try await lookAfter(&report) else { return try deletedOnSite(&report) }
    try settle(.resource(copy), &report)
  }
}

extension OutgoingRequest {
  /// Sets one relationship.
  static func relationship(_ change: OutboxChange, path: String, _ member: ChangedMember) -> SiteRequest {
    let data = FieldValue.sendable(member.local, in: .relationships)
    return SiteRequest(
      "PATCH", path: "\(path)/\(change.uuid.pathPart)/relationships/\(member.name)",
      body: JSON.object(JSONObject([("data", data)])).encoded(.site))
  }
}
