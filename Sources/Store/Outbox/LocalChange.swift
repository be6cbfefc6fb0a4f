import JSONAPI

/// A change that a client of the local API asks for, already validated as far as the mirror can.
package struct LocalChange: Sendable {
  /// What to do.
  package enum Action: Sendable {
    /// POST to a collection: `attributes` and `relationships` as the client sent them.
    case create(ResourceObject)
    /// PATCH of a resource: the members to change as the client sent them.
    case update(ResourceObject)
    /// DELETE of a resource.
    case delete
    /// POST to a relationship route: adds the targets that are not there yet (reference 5.6).
    case append([ResourceIdentifier], to: String)
    /// DELETE on a relationship route: removes these targets.
    case remove([ResourceIdentifier], from: String)
    /// PATCH of a relationship route: sets it.
    case replace(String, Linkage)
    /// A file for a field of a type (reference 5.7); its bytes are staged (`Recording.stage`). `LocalChange.type` is the file's
    /// type, `file--file`, and `uuid` a new one; the site gives the file another (see `Recording.siteUUID`). To attach it to an
    /// existing host, record an `append` or `replace` on the host in the same call, and say so: its file is no temporary one.
    case upload(StagedFile, hostType: String, field: String, isAttached: Bool = false)
  }

  /// The exact resource type, such as `node--topic`: for an update or deletion that of the stored resource.
  package var type: String
  /// For a creation the client's UUID, or a new one where it sent none.
  package var uuid: ResourceID
  /// What the client asks for.
  package var action: Action
  /// Who asks for it.
  package var author: ChangeAuthor
  /// The base URL of the client's answers, without a slash at its end: where it stands in values, the site's is meant.
  package var clientBase: String?

  /// A change.
  package init(
    type: String, uuid: ResourceID, action: Action, author: ChangeAuthor, clientBase: String? = nil
  ) {
    self.type = type
    self.uuid = uuid
    self.action = action
    self.author = author
    self.clientBase = clientBase
  }
}

/// What became of a change that was asked for.
package struct RecordedChange: Sendable, Hashable {
  /// Its number in the outbox, to wait for with `Recording.change`; nil when there was nothing to change. A change that joined
  /// one that was waiting has that one's number.
  package var change: Int64?
  /// The interned (type, UUID): `ReadSnapshot.resource(id:)` reads the result, and finds nothing after a deletion.
  package var resource: Int64
  /// The resource's type, such as `node--topic`.
  package var type: String
  /// The resource's id; of an uploaded file the one that it has today.
  package var uuid: ResourceID
  /// When there was nothing to change: the unsettled changes that did it before, the oldest first.
  package var repeats: [Int64] = []
}

/// Why a change was not recorded. Nothing of it is in the mirror, and nothing of what was asked for in the same call.
package enum RecordRefusal: Error, Sendable, Hashable, CustomStringConvertible {
  /// The mirror knows no collection of this type.
  case unknownType(String)
  /// There is no such resource, or it was deleted here: 404.
  case notFound(type: String, ResourceID)
  /// A resource of this type has the UUID, perhaps one whose deletion waits for the site: 409 (reference 5.2).
  case alreadyExists(type: String, ResourceID)
  /// The resource has no relationship of this name.
  case noRelationship(type: String, name: String)
  /// `append` and `remove` need a to-many relationship: 409 (reference 5.6).
  case notToMany(type: String, name: String)

  /// One line for the log.
  package var description: String {
    switch self {
    case .unknownType(let type): "the mirror knows no collection of \(type)"
    case .notFound(let type, let uuid): "there is no \(type) \(uuid)"
    case .alreadyExists(let type, let uuid): "there is a \(type) \(uuid) already"
    case .noRelationship(let type, let name): "\(type) has no relationship \(name)"
    case .notToMany(let type, let name): "\(name) of \(type) is a to-one relationship"
    }
  }
}
