import Foundation
import JSONAPI
import OpenSocial
import Store

/// What a write is checked for before it is recorded, but for its body.
extension WriteAnswers {
  /// What a path and a method lead to.
  func find(_ route: ResourceRoute, _ method: String, seeing sight: Sight) throws -> WriteRoute.Found {
    try answers.reader.snapshot(seeing: sight) { snapshot in
      let type = try snapshot.type(path: route.collectionPath)
      return WriteRoute.find(
        route, method, schema: try type.flatMap { try snapshot.schema(of: $0) },
        hasUploads: try type.map { try snapshot.hasUploadRoutes($0) } ?? false)
    }
  }

  /// Checks everything that needs no body.
  /// - Throws: `ErrorResponse`, `QueryParameterError` as the site answers.
  func admit(_ write: WriteRequest) throws {
    _ = try answers.reader.snapshot(seeing: write.sight) { try subject(write, $0, isRead: false) }
  }

  /// - Parameter isRead: whether the resource is to be read as well: else it is only known to be there.
  func subject(_ write: WriteRequest, _ snapshot: ReadSnapshot, isRead: Bool = true) throws -> WriteSubject {
    guard let type = try snapshot.type(path: write.route.path) else {
      throw ErrorResponse(status: 404, detail: "No such collection.", request: write.uri)
    }
    var subject = WriteSubject(
      type: type.name, entityType: type.entityType, schema: try snapshot.schema(of: type), method: write.method,
      request: write.uri)
    let read = ReadRequest(uri: write.uri, base: write.base, seeing: write.sight, isCollection: false)
    // Another format has no route: nothing is looked up.
    try read.checkFormat()
    subject.homes = try snapshot.entityTypes()
    if let files = try snapshot.types().first(where: { $0.entityType == "file" }) { subject.fileType = files.name }
    if let id = write.route.id {
      let renderer = DocumentRenderer(base: write.base)
      let found = try ResourceID(id).flatMap { name in
        try snapshot.resource(named: name, entityType: type.entityType) { row in
          let stamp = WriteSubject.Stamp(resource: row.id, sequence: row.sequence)
          guard isRead else { return (ResourceText?.none, row.type, name, stamp) }
          var bytes: [UInt8] = []
          renderer.append(row.stored, fields: try snapshot.members(of: row.type, asked: nil), into: &bytes)
          let text = try ResourceText(bytes)
          // As the site writes it, whatever letter case the path has.
          return (text, row.type, text.id.flatMap { ResourceID($0) } ?? name, stamp)
        }
      }
      guard let found else { throw unknown(write, type) }
      subject.stamp = found.3
      (subject.stored, subject.type, subject.uuid) = (found.0, found.1.name, found.2)
      if found.1 != type { subject.schema = try snapshot.schema(of: found.1) }
    }
    let served = try snapshot.type(name: subject.type) ?? type
    if !write.sight.isEverything {
      subject.hides = { [sight = write.sight] in !sight.shows($0, of: served) }
      subject.takesID = try !snapshot.leavesOutResources(like: served)
    }
    guard !recording.isReadOnly, write.mayWrite(served.name, served.entityType),
      write.method != "POST" || type.entityType != "file" || write.route.id != nil
    else {
      throw forbidden(write, subject, served)
    }
    if write.uri.query.tree["resourceVersion"] != nil {
      guard subject.schema?.isVersioned ?? true else { throw ErrorResponse.versionsNotSupported(write.uri) }
      throw subject.refusal(
        400, "\(write.method) requests with a `resourceVersion` query parameter are not supported.")
    }
    try read.checkParameters(upTo: .names)
    // A file is kept as soon as it is looked at.
    if !write.route.takesDocument { try checkAnswer(write, snapshot) }
    return subject
  }

  /// Checks what the query says of the answer. The site does so when it answers: after all that can be wrong with the write itself,
  /// and not at all of a deletion. By then it has saved; here nothing is recorded.
  /// - Throws: `QueryParameterError` in the site's words.
  func checkAnswer(_ write: WriteRequest, _ snapshot: ReadSnapshot) throws {
    if case .change = write.route, write.method == "DELETE" { return }
    let read = ReadRequest(uri: write.uri, base: write.base, seeing: write.sight, isCollection: false)
    if let paths = read.parameters?.include, !paths.isEmpty, let type = try snapshot.type(path: write.route.path) {
      for path in paths { try snapshot.check(include: path[...], of: type) }
    }
    try read.checkParameters()
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

  private func forbidden(_ write: WriteRequest, _ subject: WriteSubject, _ type: ServedType) -> ErrorResponse {
    let reason =
      recording.isReadOnly
      ? " This mirror is a copy for reading alone."
      : write.mayWrite(type.name, type.entityType) ? "" : " The scope 'write' is required."
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

  /// What the site has refused of every creation of a type lately it would refuse of this one: the client hears so at once.
  /// Who may not see everything hears nothing of what others sent.
  func checkLearned(_ write: WriteRequest, _ subject: WriteSubject, at now: Int64) throws {
    guard write.sight.isEverything else { return }
    let kind: ChangeKind
    switch write.route {
    case .create: kind = .create
    case .upload, .attach: kind = .upload
    case .change, .relationship: return
    }
    let type = kind == .upload ? subject.fileType : subject.type
    guard let known = try recording.refusedCreations(of: type, kind, at: now) else { return }
    // The site's own failure is no failure of this side: it is not able to.
    let status = known.refusal.status >= 500 ? 501 : known.refusal.status
    throw ErrorResponse(
      status: status,
      detail: "\(known.refusal.detail) (The site answered \(known.refusal.status) to the last \(known.changes.count) "
        + "creations of \(type): nothing was recorded; \(known.advice).)", request: write.uri)
  }
}
