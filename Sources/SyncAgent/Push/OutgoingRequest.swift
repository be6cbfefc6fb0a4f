import JSONAPI
import OpenSocial
import Store
import Upstream

/// The requests of the push (reference 5).
enum OutgoingRequest {
  /// Reads one resource.
  static func read(_ change: OutboxChange, path: String) -> SiteRequest {
    SiteRequest(path: "\(path)/\(change.uuid.pathPart)")
  }

  /// Creates a resource under its UUID: only what the client gave.
  static func create(_ change: OutboxChange, path: String) -> SiteRequest {
    SiteRequest("POST", path: path, body: body(change, change.members, changed: nil))
  }

  /// Changes members. `changed` as it was read goes along: a stale one is refused (reference 5.3).
  /// - Parameter name: what the type calls it.
  static func update(
    _ change: OutboxChange, path: String, _ members: [ChangedMember], changed: JSON?, named name: String
  ) -> SiteRequest {
    SiteRequest(
      "PATCH", path: "\(path)/\(change.uuid.pathPart)", body: body(change, members, changed: changed, named: name))
  }

  static func delete(_ change: OutboxChange, path: String) -> SiteRequest {
    SiteRequest("DELETE", path: "\(path)/\(change.uuid.pathPart)")
  }

  /// Sends a file through a field of its host's type (reference 5.7).
  static func upload(_ upload: Upload, hostPath: String, bytes: [UInt8]) -> SiteRequest {
    // The site takes what stands between the quotes as it is.
    let name = upload.file.filename.unicodeScalars.map { scalar in
      scalar.value < 0x20 || scalar == "\"" || scalar == "/" || scalar == "\\" ? "_" : String(scalar)
    }.joined()
    return SiteRequest(
      "POST", path: "\(hostPath)/\(upload.field)", body: bytes, contentType: "application/octet-stream",
      fields: [HTTPField("Content-Disposition", "file; filename=\"\(name)\"")])
  }

  private static func body(
    _ change: OutboxChange, _ members: [ChangedMember], changed: JSON?, named name: String = FieldDescription.changed
  ) -> [UInt8] {
    var attributes = JSONObject()
    var relationships = JSONObject()
    for member in members {
      let value = FieldValue.sendable(member.local, in: member.group)
      switch member.group {
      case .attributes: if !FieldDescription(member.name).isReadOnly { attributes[member.name] = value }
      case .relationships: relationships[member.name] = ["data": value]
      }
    }
    attributes[name] = changed
    var data = JSONObject([("type", .string(change.type)), ("id", .string(change.uuid.description))])
    if !attributes.isEmpty { data["attributes"] = .object(attributes) }
    if !relationships.isEmpty { data["relationships"] = .object(relationships) }
    return JSON.object(JSONObject([("data", .object(data))])).encoded(.site)
  }
}
