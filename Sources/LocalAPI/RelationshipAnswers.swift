import JSONAPI
import Store

/// Answers the routes behind a resource: related resources and relationship objects (reference 1.2, 2.7).
extension ResourceAnswers {
  /// A relationship as a resource stores it.
  private struct Found {
    var source: IncludeResolver.Source
    var relationship: JSON?
    var knownUntil: Int64
  }

  /// The resources that a relationship leads to. Nil where the site has no such route.
  func related(_ request: ReadRequest, collection: String, id: String, field: String) throws -> Answer? {
    let renderer = DocumentRenderer(base: request.base)
    return try reader.snapshot { snapshot in
      guard let type = try snapshot.type(path: collection) else { return nil }
      guard let found = try find(field, id, type, renderer, snapshot) else {
        return try hasRoute(field, type, renderer, snapshot) ? unknown(type, .related(field), request) : nil
      }
      // All targets internal: the route does not exist (reference 2.7).
      guard let relationship = found.relationship, relationship["links"]?["related"] != nil else { return nil }
      var writer = DocumentWriter(capacity: 32_768)
      var sources: [IncludeResolver.Source] = []
      let isMany = relationship["data"]?.array != nil
      if isMany { writer.append("[") }
      for target in try snapshot.targets(of: found.source.id, field: field) {
        guard let target else { continue }
        _ = try snapshot.resource(id: target) { row in
          if !sources.isEmpty { writer.append(",") }
          writer.append(row.stored, by: renderer, fields: request.fields(of: row.type))
          sources.append(.init(id: row.id, type: row.type))
        }
      }
      if isMany { writer.append("]") } else if sources.isEmpty { writer.append("null") }
      try includes(request.parameters?.include ?? [], from: sources, request, snapshot, renderer, &writer)
      return answer(&writer, links: [("self", request.uri.selfLink)], knownUntil: found.knownUntil)
    }
  }

  /// A relationship object. Nil where the site has no such route.
  func relationship(_ request: ReadRequest, collection: String, id: String, field: String) throws -> Answer? {
    let renderer = DocumentRenderer(base: request.base)
    return try reader.snapshot { snapshot in
      guard let type = try snapshot.type(path: collection) else { return nil }
      guard let found = try find(field, id, type, renderer, snapshot) else {
        return try hasRoute(field, type, renderer, snapshot) ? unknown(type, .relationship(field), request) : nil
      }
      guard let relationship = found.relationship else { return nil }
      var writer = DocumentWriter(capacity: 4096)
      writer.append(value: relationship["data"] ?? .null)
      try includes(request.parameters?.include ?? [], from: [found.source], request, snapshot, renderer, &writer)
      var links = [("self", request.uri.selfLink)]
      if let related = relationship["links"]?["related"]?["href"]?.string { links.insert(("related", related), at: 0) }
      return answer(&writer, links: links, knownUntil: found.knownUntil)
    }
  }

  /// The resource and, when it has one of that name, its relationship. Nil when there is no such resource.
  private func find(
    _ field: String, _ id: String, _ type: ServedType, _ renderer: DocumentRenderer, _ snapshot: ReadSnapshot
  ) throws -> Found? {
    guard let uuid = ResourceUUID(id) else { return nil }
    return try snapshot.resource(uuid, entityType: type.entityType) { row in
      var bytes: [UInt8] = []
      let has = renderer.append(relationship: field, of: row.stored, into: &bytes)
      return Found(
        source: .init(id: row.id, type: row.type), relationship: has ? try JSON(parsing: bytes) : nil,
        knownUntil: row.knownUntil)
    }
  }

  /// Whether the type has a relationship of this name at all: then an unknown UUID is a document, else a page.
  private func hasRoute(
    _ field: String, _ type: ServedType, _ renderer: DocumentRenderer, _ snapshot: ReadSnapshot
  ) throws -> Bool {
    try snapshot.schema(of: type)?.relationships.contains(field) ?? false
  }
}
