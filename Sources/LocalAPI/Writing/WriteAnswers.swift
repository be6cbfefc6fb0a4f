import Crypto
import Foundation
import HTTPTypes
import JSONAPI
import NIOCore
import Store

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
  var uuid: ResourceID
  /// Whether the answer has no content.
  var isBare = false
}

/// Checks writes as the site does, records them, and answers with what the mirror then shows (reference 5).
struct WriteAnswers: Sendable {
  let answers: ResourceAnswers
  let mirror: Mirror
  /// Writes are recorded one after the other: of two that were based on the same `changed`, one must see the other. They are
  /// checked before that, side by side: a check that takes long holds up nobody else.
  private let turn = WriteTurn()
  /// Is called while a write is checked: for tests of what others do meanwhile.
  var whileChecking: @Sendable () -> Void = {}
  /// How often a write is checked that takes long and that others are faster than.
  private static let mostChecks = 5
  /// A check that took no longer may be made again while the others wait.
  var shortCheck = Duration.milliseconds(100)

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
    subject.homes = try snapshot.entityTypes()
    if let files = try snapshot.types().first(where: { $0.entityType == "file" }) { subject.fileType = files.name }
    if let id = write.route.id {
      let renderer = DocumentRenderer(base: write.base)
      let found = try ResourceID(id).flatMap { name in
        try snapshot.resource(named: name, entityType: type.entityType) { row in
          var bytes: [UInt8] = []
          renderer.append(row.stored, into: &bytes)
          let json = try JSON(parsing: bytes)
          // As the site writes it, whatever letter case the path has.
          let uuid = json["id"]?.string.flatMap { ResourceID($0) } ?? name
          return (json, row.type, uuid, WriteSubject.Stamp(resource: row.id, sequence: row.sequence))
        }
      }
      guard let found else { throw unknown(write, type) }
      subject.stamp = found.3
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
          + "(route name: \"jsonapi.\(type.link).file_upload.existing_resource\")", request: write.uri)
    case .create, .change, .upload: route = .individual
    }
    return .unknownEntity(
      type: ResourceTypeName(type.link), collectionPath: type.routePath, route: route, method: write.method,
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
  /// - Parameters:
  ///   - now: Unix seconds.
  ///   - limit: how long the work on it may go on until it is recorded.
  /// - Throws: `ErrorResponse`, `QueryParameterError` as the site answers; `QueryOverdue` where the mirror cannot be asked in
  ///   time; errors of the mirror. Nothing is recorded then.
  func record(
    _ write: WriteRequest, _ body: [UInt8], at now: Int64, within limit: WorkLimit = WorkLimit()
  ) throws -> RecordedWrite {
    // Before it is this one's turn: the others do not wait for it.
    let body = try WriteBody(
      body, isDocument: write.route.takesDocument, within: limit, write.uri)
    for _ in 0..<WriteAnswers.mostChecks {
      let (began, deletions) = (ContinuousClock.now, turn.deletions)
      let plan = try check(write, body, at: now, within: limit)
      whileChecking()
      let isShort = ContinuousClock.now - began < shortCheck
      let recorded = try turn.alone { () -> RecordedWrite? in
        // What it points to may be gone, too.
        let stands = try stamp(of: write) == plan.stamp && (plan.isDeletion || turn.deletions == deletions)
        guard stands || isShort else { return nil }
        return try record(stands ? plan : check(write, body, at: now, within: limit), write, at: now)
      }
      if let recorded { return recorded }
    }
    throw ErrorResponse.later(
      "Others changed what this write is about while it was checked; nothing was recorded. Try again.", write.uri)
  }

  private func check(_ write: WriteRequest, _ body: WriteBody, at now: Int64, within limit: WorkLimit) throws -> Plan {
    try answers.reader.snapshot { snapshot in
      let subject = try subject(write, snapshot)
      try checkLearned(write, subject, at: now)
      return try plan(
        write, body, subject, SnapshotResources(snapshot: snapshot, mirror: mirror, limit: limit, request: write.uri))
    }
  }

  /// Records what was checked. In turn.
  private func record(_ plan: Plan, _ write: WriteRequest, at now: Int64) throws -> RecordedWrite {
    let fileType = plan.fileType
    var outcome = RecordedWrite(resource: 0, type: plan.type, uuid: plan.uuid, isBare: plan.isBare)
    var changes: [LocalChange] = []
    for action in plan.actions {
      var isUpload = false
      if case .upload = action { isUpload = true }
      changes.append(
        LocalChange(
          type: isUpload ? fileType : plan.type,
          uuid: isUpload ? plan.file ?? plan.uuid : plan.uuid, action: action, author: write.author,
          clientBase: write.base.text))
    }
    do {
      let recorded = try mirror.record(changes, at: now)
      // Not before: who counts it beforehand could still see what goes.
      if plan.isDeletion { turn.noteDeletion() }
      outcome.changes = recorded.flatMap { $0.change.map { [$0] } ?? $0.repeats }
      if let last = recorded.last { (outcome.resource, outcome.uuid) = (last.resource, last.uuid) }
    } catch let refusal as RecordRefusal {
      throw self.refusal(refusal, write)
    }
    return outcome
  }

  /// What the site has refused of every creation of a type lately it would refuse of this one: the client hears so at once.
  private func checkLearned(_ write: WriteRequest, _ subject: WriteSubject, at now: Int64) throws {
    let kind: ChangeKind
    switch write.route {
    case .create: kind = .create
    case .upload, .attach: kind = .upload
    case .change, .relationship: return
    }
    let type = kind == .upload ? subject.fileType : subject.type
    guard let known = try mirror.refusedCreations(of: type, kind, at: now) else { return }
    // The site's own failure is no failure of this side: it is not able to.
    let status = known.refusal.status >= 500 ? 501 : known.refusal.status
    throw ErrorResponse(
      status: status,
      detail: "\(known.refusal.detail) (The site answered \(known.refusal.status) to the last \(known.changes.count) "
        + "creations of \(type): nothing was recorded; \(known.advice).)", request: write.uri)
  }

  /// What is to be recorded.
  private struct Plan {
    var type: String
    var uuid: ResourceID
    /// The new file's, where one is attached to a resource.
    var file: ResourceID?
    var actions: [LocalChange.Action]
    var isBare = false
    var fileType = "file--file"
    /// In which state the resource was when it was checked.
    var stamp: WriteSubject.Stamp?

    /// Whether it removes the resource: nothing else of it can be wrong.
    var isDeletion: Bool {
      actions.contains { action in
        if case .delete = action { return true }
        return false
      }
    }
  }

  private func plan(
    _ write: WriteRequest, _ body: WriteBody, _ subject: WriteSubject, _ known: SnapshotResources
  ) throws -> Plan {
    var plan = try actions(write, body, subject, known)
    plan.fileType = subject.fileType
    plan.stamp = subject.stamp
    return plan
  }

  private func actions(
    _ write: WriteRequest, _ body: WriteBody, _ subject: WriteSubject, _ known: SnapshotResources
  ) throws -> Plan {
    let uuid = subject.uuid ?? ResourceID.random()
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
      let file = try stage(body.bytes, name, write, subject)
      return Plan(
        type: subject.fileType, uuid: uuid, actions: [.upload(file, hostType: subject.type, field: name)])
    case .attach(_, _, let name):
      let file = try stage(body.bytes, name, write, subject)
      let fileUUID = ResourceID.random()
      let identifier = ResourceIdentifier(type: subject.fileType, id: fileUUID.description)
      return Plan(
        type: subject.type, uuid: uuid, file: fileUUID,
        actions: [
          .upload(file, hostType: subject.type, field: name, isAttached: true),
          subject.isList(name) ? .append([identifier], to: name) : .replace(name, .one(identifier)),
        ])
    }
  }

  private func edit(
    _ name: String, _ uuid: ResourceID, _ body: WriteBody, _ subject: WriteSubject, _ known: SnapshotResources
  ) throws -> Plan {
    let stored = subject.stored?["relationships"]?[name]
    guard let field = subject.schema?.field(name), !field.isInternal,
      !FieldValue.isClosed(name, of: subject.entityType), let linkage = stored?["data"].flatMap({ try? Linkage($0) })
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

extension ResourceID {
  /// A new version 4 UUID.
  static func random() -> ResourceID {
    ResourceID(
      high: UInt64.random(in: 0 ... .max) & ~0xF000 | 0x4000, low: UInt64.random(in: 0 ... .max) >> 2 | 1 << 63)
  }
}
