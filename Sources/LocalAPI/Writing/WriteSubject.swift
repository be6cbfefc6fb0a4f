import JSONAPI
import OpenSocial
import Store

/// What a write is about, as far as the mirror knows it.
struct WriteSubject {
  /// The resource type's name: of a stored resource its own, else the route's, whatever the body says (reference 5.1).
  var type: String
  /// Such as `node`.
  var entityType: String
  /// Where the types belong.
  var homes = EntityTypes()
  /// The type of files (reference 1.1).
  var fileType = "file--file"
  /// Nil while nothing is known of the type: then everything is left to the site.
  var schema: TypeSchema?
  /// The resource object as the client sees it; nil for a POST to a collection.
  var stored: ResourceText?
  /// The stored resource's id.
  var uuid: ResourceID?
  /// In which state it was seen; nil for a POST to a collection.
  var stamp: Stamp?
  /// POST, PATCH or DELETE.
  var method: String
  /// The request, for the links of errors.
  var request: RequestURI
  /// What its author may not see of the type: such a field is as one that the type does not have, and nothing of a write to it is
  /// handed on.
  var hides: @Sendable (_ field: String) -> Bool = { _ in false }
  /// Whether a client may give a new resource its id: not where it could tell by that whether one is left out of what it sees.
  var takesID = true

  /// One state of a stored resource: as long as this is the same, so is what was read of it.
  struct Stamp: Equatable, Sendable {
    /// The interned (type, UUID).
    var resource: Int64
    /// The number of its last change.
    var sequence: Int64
  }

  /// An error about the request, in the site's form.
  func refusal(_ status: Int, _ detail: String, pointer: String? = nil) -> ErrorResponse {
    ErrorResponse(status: status, detail: detail, request: request, pointer: pointer)
  }
}

/// What checks ask of the mirror.
protocol KnownResources {
  /// Whether there is a resource type of this name.
  func hasType(_ name: String) throws -> Bool
  /// The id of a resource as the mirror has it today, in the letter case in which it is given; nil when there is no such resource.
  /// Of types that were never read whole nothing can be said: then it is taken to exist.
  func current(_ uuid: ResourceID, type: String) throws -> ResourceID?
  /// Whether resources of the type have an attribute of this name.
  func shows(_ attribute: String, of type: String) throws -> Bool
  /// Whether a resource of the type has this value in an attribute.
  func isUsed(_ value: String, in attribute: String, of type: String) throws -> Bool
}

/// The answers of a snapshot.
struct SnapshotResources: KnownResources {
  let snapshot: ReadSnapshot
  let recording: Recording
  let limit: WorkLimit
  let request: RequestURI

  func hasType(_ name: String) throws -> Bool { try snapshot.type(name: name) != nil }

  func current(_ uuid: ResourceID, type: String) throws -> ResourceID? {
    guard limit.goesOn else { throw WriteBody.takesTooLong(request) }
    guard let type = try snapshot.type(name: type) else { return nil }
    if try has(uuid, type) { return uuid }
    // A file that was uploaded here may have got its UUID from the site since.
    if type.entityType == "file", let renamed = try recording.siteUUID(ofUpload: uuid), try has(renamed, type) {
      return renamed
    }
    return try snapshot.state(ofType: type.id).knownUntil == 0 ? uuid : nil
  }

  private func has(_ uuid: ResourceID, _ type: ServedType) throws -> Bool {
    try snapshot.resource(uuid, entityType: type.entityType) { _ in true } ?? false
  }

  func shows(_ attribute: String, of type: String) throws -> Bool {
    try snapshot.type(name: type).map { try snapshot.shows(attribute, of: $0) } ?? false
  }

  func isUsed(_ value: String, in attribute: String, of type: String) throws -> Bool {
    guard let type = try snapshot.type(name: type) else { return false }
    let query = "filter[\(attribute)]=\(PercentCoding.encoded(value))&page[limit]=1"
    let parameters = try QueryParameters(QueryString(parsing: query).tree, for: .collection)
    var isUsed = false
    try snapshot.rows(QueryCompiler.compile(parameters, for: type, in: snapshot)) { _ in
      isUsed = true
      return false
    }
    return isUsed
  }
}
