import JSONAPI
import OpenSocial
import Store

/// Answers the routes behind a resource: related resources and relationship objects (reference 1.2, 2.7).
extension ResourceAnswers {
  /// A relationship as a resource stores it.
  private struct Found {
    var source: IncludeResolver.Source
    var relationship: JSON?
    var knownUntil: Int64
    var revision: Int64?
  }

  /// The resources that a relationship leads to. Nil where the site has no such route.
  func related(_ request: ReadRequest, collection: String, id: String, field: String) throws -> Answer? {
    let renderer = DocumentRenderer(base: request.base)
    return try reader.snapshot(seeing: request.sight) { snapshot in
      guard let type = try snapshot.type(path: collection) else { return nil }
      guard var found = try find(field, id, type, renderer, snapshot) else {
        return try hasRoute(field, type, snapshot, isRelated: true)
          ? unknown(type, .related(field), request, snapshot) : noRoute(type, request, snapshot)
      }
      try fillIn(&found, field, request, collection: collection, id: id, snapshot)
      // All targets internal: the route does not exist (reference 2.7).
      guard let relationship = found.relationship, relationship["links"]?["related"] != nil else {
        return try noRoute(type, request, snapshot)
      }
      try check(request, found)
      let sequence = try snapshot.state(ofType: found.source.type.id).sequence
      let tag = tags.tag(sequence, types: snapshot.typesEdition, seeing: request.sight)
      var pending = PendingCount(snapshot)
      if let tag, request.precondition.names(tag) {
        return Answer(notModified: tag, knownUntil: found.knownUntil, pending: nil)
      }
      var writer = DocumentWriter(capacity: 32_768, pieces: request.pieces)
      var sources: [IncludeResolver.Source] = []
      var knownUntil = found.knownUntil
      let isMany = relationship["data"]?.array != nil
      if isMany { writer.append("[") }
      for target in try snapshot.targets(of: found.source.id, field: field) {
        guard let target else { continue }
        _ = try snapshot.resource(id: target) { row in
          if !sources.isEmpty { writer.append(",") }
          writer.append(row, by: renderer, fields: try request.fields(of: row.type, snapshot))
          try pending.note(row.id, row.type)
          sources.append(.init(id: row.id, type: row.type))
          knownUntil = min(knownUntil, row.knownUntil)
        }
      }
      if isMany { writer.append("]") } else if sources.isEmpty { writer.append("null") }
      let include = request.parameters?.include ?? []
      knownUntil = try min(knownUntil, includes(include, from: sources, request, snapshot, renderer, &pending, &writer))
      return answer(
        &writer, request, links: [("self", request.uri.selfLink)], knownUntil: knownUntil, pending: pending.sum,
        tag: tag)
    }
  }

  /// A relationship object. Nil where the site has no such route.
  func relationship(_ request: ReadRequest, collection: String, id: String, field: String) throws -> Answer? {
    let renderer = DocumentRenderer(base: request.base)
    return try reader.snapshot(seeing: request.sight) { snapshot in
      guard let type = try snapshot.type(path: collection) else { return nil }
      guard var found = try find(field, id, type, renderer, snapshot) else {
        return try hasRoute(field, type, snapshot, isRelated: false)
          ? unknown(type, .relationship(field), request, snapshot) : nil
      }
      try fillIn(&found, field, request, collection: collection, id: id, snapshot)
      guard let relationship = found.relationship else { return nil }
      try check(request, found)
      let sequence = try snapshot.state(ofType: found.source.type.id).sequence
      let tag = tags.tag(sequence, types: snapshot.typesEdition, seeing: request.sight)
      var pending = PendingCount(snapshot)
      try pending.note(found.source.id, found.source.type)
      if let tag, request.precondition.names(tag) {
        return Answer(notModified: tag, knownUntil: found.knownUntil, pending: pending.sum)
      }
      var writer = DocumentWriter(capacity: 4096)
      // A computed relationship may be a bare empty list.
      let data = relationship.array.map { JSON.array($0) } ?? relationship["data"] ?? .null
      writer.append(value: data)
      let include = request.parameters?.include ?? []
      let knownUntil = try includes(include, from: [found.source], request, snapshot, renderer, &pending, &writer)
      var links = [("self", request.uri.selfLink)]
      if let related = relationship["links"]?["related"]?["href"]?.string { links.insert(("related", related), at: 0) }
      return answer(
        &writer, request, links: links, knownUntil: min(found.knownUntil, knownUntil), pending: pending.sum, tag: tag)
    }
  }

  private func check(_ request: ReadRequest, _ found: Found) throws {
    try request.checkFormat()
    try request.checkVersion(found.revision)
    try request.checkParameters(upTo: .include)
  }

  /// The resource and, when it has one of that name, its relationship. Nil when there is no such resource.
  private func find(
    _ field: String, _ id: String, _ type: ServedType, _ renderer: DocumentRenderer, _ snapshot: ReadSnapshot
  ) throws -> Found? {
    guard let name = ResourceID(id) else { return nil }
    return try snapshot.resource(named: name, entityType: type.entityType) { row in
      var bytes: [UInt8] = []
      let has =
        snapshot.sight.shows(field, of: row.type)
        && renderer.append(relationship: field, of: row.stored, into: &bytes)
      return Found(
        source: .init(id: row.id, type: row.type), relationship: has ? try JSON(parsing: bytes) : JSON?.none,
        knownUntil: row.knownUntil, revision: row.stored.revision)
    }
  }

  /// A relationship that the type has and documents do not show leads nowhere; the site has its routes all the same.
  private func fillIn(
    _ found: inout Found, _ name: String, _ request: ReadRequest, collection: String, id: String,
    _ snapshot: ReadSnapshot
  ) throws {
    guard found.relationship == nil, let field = try snapshot.schema(of: found.source.type)?.field(name),
      field.isRelationship, !field.isInternal
    else { return }
    let version = found.revision.map { "?resourceVersion=id%3A\($0)" } ?? ""
    let part = ResourceID(id)?.pathPart ?? id
    let related: JSON = ["href": .string("\(request.base.text)\(collection)/\(part)/\(name)\(version)")]
    found.relationship = ["data": field.isList ? [] : .null, "links": ["related": related]]
  }

  /// Whether the type has such a route: then an unknown UUID is a document, else a page. To internal targets there is none.
  private func hasRoute(_ name: String, _ type: ServedType, _ snapshot: ReadSnapshot, isRelated: Bool) throws -> Bool {
    guard let field = try snapshot.schema(of: type)?.field(name) else { return false }
    return field.isRelationship && !(isRelated && field.isInternal)
  }

  /// A name behind a resource that is no related route. Where resources have files, the site's upload route takes any name,
  /// and takes POST alone; elsewhere there is no route: nil.
  private func noRoute(_ type: ServedType, _ request: ReadRequest, _ snapshot: ReadSnapshot) throws -> Answer? {
    guard try snapshot.hasUploadRoutes(type) else { return nil }
    return Answer(.methodNotAllowed(request.method, allowed: ["POST"], request: request.uri))
  }

  /// The methods of a route as the site names them: none where there is no such route.
  func methods(of route: ResourceRoute, seeing sight: Sight) throws -> [String] {
    try reader.snapshot(seeing: sight) { snapshot in
      for route in route.readings {
        guard let type = try snapshot.type(path: route.collectionPath) else { continue }
        return route.methods(
          schema: try snapshot.schema(of: type), hasUploads: try snapshot.hasUploadRoutes(type))
      }
      return route.methods(schema: nil, hasUploads: false)
    }
  }
}
