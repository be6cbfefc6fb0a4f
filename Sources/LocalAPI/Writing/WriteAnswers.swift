import Crypto
import Foundation
import HTTPTypes
import JSONAPI
import NIOCore
import Store
import Synchronization

/// A write, all but its body.
struct WriteRequest: Sendable {
  var route: WriteRoute
  var method: String
  var uri: RequestURI
  var base: DocumentBase
  var author: ChangeAuthor
  /// Whether the token's scopes allow writing.
  var mayWrite: Bool
  /// The `Content-Disposition` header.
  var disposition: String?
}

/// What was recorded for a write.
struct RecordedWrite: Sendable {
  /// Those that the site has to settle.
  var changes: [Int64] = []
  /// The interned resource and its type's name.
  var resource: Int64
  var type: String
  var uuid: ResourceUUID
  /// Whether the answer has no content.
  var isBare = false
}

/// Checks writes as the site does, records them, and answers with what the mirror then shows (reference 5).
struct WriteAnswers: Sendable {
  let answers: ResourceAnswers
  let mirror: Mirror
  /// Checks and recording go together: of two writes that were based on the same `changed`, one must see the other.
  private let turn = Turn()

  private final class Turn: Sendable {
    let mutex = Mutex(())
  }

  init(answers: ResourceAnswers, mirror: Mirror) { (self.answers, self.mirror) = (answers, mirror) }

  // MARK: Checks

  /// What a path and a method lead to.
  func find(_ route: Route, _ method: String) throws -> WriteRoute.Found {
    try answers.reader.snapshot { snapshot in
      let type = try route.collectionPath.flatMap { try snapshot.type(path: $0) }
      return WriteRoute.find(
        route, method, schema: try type.flatMap { try snapshot.schema(of: $0) },
        hasUploads: try type.map { try snapshot.hasUploadRoutes($0) } ?? false)
    }
  }

  /// Checks everything that needs no body.
  /// - Throws: `ErrorResponse`, `QueryParameterError` as the site answers.
  func admit(_ write: WriteRequest) throws {
    _ = try answers.reader.snapshot { try subject(write, $0) }
  }

  private func subject(_ write: WriteRequest, _ snapshot: ReadSnapshot) throws -> WriteSubject {
    guard let type = try snapshot.type(path: write.route.path) else {
      throw ErrorResponse(status: 404, detail: "No such collection.", request: write.uri)
    }
    var subject = WriteSubject(
      type: type.name, entityType: type.entityType, schema: try snapshot.schema(of: type), method: write.method,
      request: write.uri)
    if let id = write.route.id {
      let renderer = DocumentRenderer(base: write.base)
      let found = try ResourceUUID(id).flatMap { uuid in
        try snapshot.resource(uuid, entityType: type.entityType) { row in
          var bytes: [UInt8] = []
          renderer.append(row.stored, into: &bytes)
          return (try JSON(parsing: bytes), row.type, uuid)
        }
      }
      guard let found else { throw unknown(write, type) }
      (subject.stored, subject.type, subject.uuid) = (found.0, found.1.name, found.2)
      if found.1 != type { subject.schema = try snapshot.schema(of: found.1) }
    }
    guard !mirror.isReadOnly, write.mayWrite,
      write.method != "POST" || type.entityType != "file" || write.route.id != nil
    else {
      throw forbidden(write, subject)
    }
    let read = ReadRequest(uri: write.uri, base: write.base, isCollection: false)
    try read.checkFormat()
    if write.uri.query.tree["resourceVersion"] != nil {
      guard subject.schema?.isVersioned ?? true else { throw ErrorResponse.versionsNotSupported(write.uri) }
      throw subject.refusal(
        400, "\(write.method) requests with a `resourceVersion` query parameter are not supported.")
    }
    try read.checkParameters()
    for path in read.parameters?.include ?? [] { try snapshot.check(include: path[...], of: type) }
    return subject
  }

  private func unknown(_ write: WriteRequest, _ type: ServedType) -> ErrorResponse {
    let route: ErrorResponse.EntityRoute
    switch write.route {
    case .relationship(_, _, let field): route = .relationship(field)
    case .attach:
      return ErrorResponse(
        status: 404,
        detail:
          "The \"entity\" parameter was not converted for the path \"\(type.routePath)/{entity}/{file_field_name}\" "
          + "(route name: \"jsonapi.\(type.name).file_upload.existing_resource\")", request: write.uri)
    case .create, .change, .upload: route = .individual
    }
    return .unknownEntity(
      type: ResourceTypeName(type.name), collectionPath: type.routePath, route: route, method: write.method,
      request: write.uri)
  }

  private func forbidden(_ write: WriteRequest, _ subject: WriteSubject) -> ErrorResponse {
    let reason =
      mirror.isReadOnly
      ? " This mirror is a copy for reading alone." : write.mayWrite ? "" : " The scope 'write' is required."
    switch write.route {
    case .relationship:
      return subject.refusal(403, "The current user is not allowed to edit this relationship.\(reason)")
    case .upload, .attach:
      return subject.refusal(403, "The current user is not permitted to upload a file for this field.\(reason)")
    case .create, .change:
      return .forbidden(
        method: write.method, reason: reason.isEmpty ? nil : String(reason.dropFirst()), request: write.uri)
    }
  }

  // MARK: Recording

  /// Checks a write with its body and records it. When this returns, it is in the outbox and in the local copy.
  /// - Parameter now: Unix seconds.
  /// - Throws: `ErrorResponse`, `QueryParameterError` as the site answers; errors of the mirror.
  func record(_ write: WriteRequest, _ body: [UInt8], at now: Int64) throws -> RecordedWrite {
    try turn.mutex.withLock { _ in
      let plan = try answers.reader.snapshot { snapshot in
        let subject = try subject(write, snapshot)
        try checkLearned(write, subject, at: now)
        return try self.plan(write, body, subject, SnapshotResources(snapshot: snapshot, mirror: mirror))
      }
      var outcome = RecordedWrite(resource: 0, type: plan.type, uuid: plan.uuid, isBare: plan.isBare)
      var changes: [LocalChange] = []
      for action in plan.actions {
        var isUpload = false
        if case .upload = action { isUpload = true }
        changes.append(
          LocalChange(
            type: isUpload ? WriteAnswers.fileType : plan.type,
            uuid: isUpload ? plan.file ?? plan.uuid : plan.uuid, action: action, author: write.author,
            clientBase: write.base.text))
      }
      do {
        let recorded = try mirror.record(changes, at: now)
        outcome.changes = recorded.flatMap { $0.change.map { [$0] } ?? $0.repeats }
        if let last = recorded.last { (outcome.resource, outcome.uuid) = (last.resource, last.uuid) }
      } catch let refusal as RecordRefusal {
        throw self.refusal(refusal, write)
      }
      return outcome
    }
  }

  /// What the site has refused of every creation of a type lately it would refuse of this one: the client hears so at once.
  private func checkLearned(_ write: WriteRequest, _ subject: WriteSubject, at now: Int64) throws {
    let kind: ChangeKind
    switch write.route {
    case .create: kind = .create
    case .upload, .attach: kind = .upload
    case .change, .relationship: return
    }
    let type = kind == .upload ? WriteAnswers.fileType : subject.type
    guard let known = try mirror.refusedCreations(of: type, kind, at: now) else { return }
    // The site's own failure is no failure of this side: it is not able to.
    let status = known.refusal.status >= 500 ? 501 : known.refusal.status
    throw ErrorResponse(
      status: status,
      detail: "\(known.refusal.detail) (The site answered \(known.refusal.status) to the last \(known.changes.count) "
        + "creations of \(type): nothing was recorded; \(known.advice).)", request: write.uri)
  }

  /// The type of files (reference 1.1).
  private static let fileType = "file--file"

  /// What is to be recorded.
  private struct Plan {
    var type: String
    var uuid: ResourceUUID
    /// The new file's, where one is attached to a resource.
    var file: ResourceUUID?
    var actions: [LocalChange.Action]
    var isBare = false
  }

  private func plan(
    _ write: WriteRequest, _ body: [UInt8], _ subject: WriteSubject, _ known: SnapshotResources
  ) throws -> Plan {
    let uuid = subject.uuid ?? ResourceUUID.random()
    switch write.route {
    case .create:
      let document = try WriteDocument(body, about: subject, known)
      return Plan(type: subject.type, uuid: document.id ?? uuid, actions: [.create(document.object)])
    case .change where write.method == "DELETE":
      return Plan(type: subject.type, uuid: uuid, actions: [.delete], isBare: true)
    case .change:
      let document = try WriteDocument(body, about: subject, known)
      return Plan(type: subject.type, uuid: uuid, actions: [.update(document.object)])
    case .relationship(_, _, let name): return try edit(name, uuid, body, subject, known)
    case .upload(_, let name):
      let file = try stage(body, name, write, subject)
      return Plan(
        type: WriteAnswers.fileType, uuid: uuid, actions: [.upload(file, hostType: subject.type, field: name)])
    case .attach(_, _, let name):
      let file = try stage(body, name, write, subject)
      let fileUUID = ResourceUUID.random()
      let identifier = ResourceIdentifier(type: WriteAnswers.fileType, id: fileUUID.description)
      return Plan(
        type: subject.type, uuid: uuid, file: fileUUID,
        actions: [
          .upload(file, hostType: subject.type, field: name, isAttached: true),
          subject.isList(name) ? .append([identifier], to: name) : .replace(name, .one(identifier)),
        ])
    }
  }

  private func edit(
    _ name: String, _ uuid: ResourceUUID, _ body: [UInt8], _ subject: WriteSubject, _ known: SnapshotResources
  ) throws -> Plan {
    let stored = subject.stored?["relationships"]?[name]
    guard let field = subject.schema?.field(name), !field.isInternal,
      !FieldValue.isClosed(name, of: subject.entityType), let linkage = try stored?["data"].map({ try Linkage($0) })
    else { throw subject.refusal(403, "The current user is not allowed to edit this relationship.") }
    let isList = subject.isList(name)
    let given = try RelationshipDocument(body, field: field, isList: isList, about: subject, known).items
    guard isList else {
      let new = given.first.map { Linkage.one($0) } ?? .none
      return Plan(type: subject.type, uuid: uuid, actions: [.replace(name, new)], isBare: true)
    }
    let edit = RelationshipEdit(subject.method, name, old: linkage.identifiers, given: given)
    return Plan(
      type: subject.type, uuid: uuid, actions: [edit.action],
      isBare: subject.method == "DELETE" || edit.isAllSent)
  }

  private func stage(
    _ body: [UInt8], _ name: String, _ write: WriteRequest, _ subject: WriteSubject
  ) throws -> StagedFile {
    let field = try UploadRequest.field(name, of: subject)
    let upload = try UploadRequest(disposition: write.disposition, for: field, about: subject)
    let digest = SHA256.hash(data: body).map { byte in
      String(byte >> 4, radix: 16) + String(byte & 15, radix: 16)
    }
    return try mirror.stage(body, filename: upload.filename, sha256: digest.joined())
  }

  /// What changed between the check and the record, in the site's words.
  private func refusal(_ refusal: RecordRefusal, _ write: WriteRequest) -> any Error {
    switch refusal {
    case .alreadyExists: ErrorResponse(status: 409, detail: "Conflict: Entity already exists.", request: write.uri)
    case .notFound(let type, _):
      ErrorResponse.unknownEntity(
        type: ResourceTypeName(type),
        collectionPath: (try? answers.reader.single { try $0.type(name: type)?.routePath }) ?? write.route.path,
        method: write.method,
        request: write.uri)
    case .notToMany, .noRelationship:
      ErrorResponse(
        status: 403, detail: "The current user is not allowed to edit this relationship.", request: write.uri)
    case .unknownType: refusal
    }
  }
}

extension WriteSubject {
  /// Whether a relationship is to-many: the resource itself says so, else its type.
  func isList(_ name: String) -> Bool {
    if let data = stored?["relationships"]?[name]?["data"], !data.isNull { return data.array != nil }
    return schema?.field(name)?.isList ?? false
  }
}

extension ResourceUUID {
  /// A new version 4 UUID.
  static func random() -> ResourceUUID {
    ResourceUUID(
      high: UInt64.random(in: 0 ... .max) & ~0xF000 | 0x4000, low: UInt64.random(in: 0 ... .max) >> 2 | 1 << 63)
  }
}
