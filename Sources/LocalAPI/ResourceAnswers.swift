import HTTPTypes
import JSONAPI
import Store

/// A read of the local API: the URI it came with and what stands behind its query.
struct ReadRequest {
  var uri: RequestURI
  var base: DocumentBase
  /// Nil when there is no query at all, the common case.
  var parameters: QueryParameters?

  /// The fieldset of a type; nil for all of it.
  func fields(of type: ServedType) -> Set<String>? { parameters?.fields[type.name].map(Set.init) }
}

/// Answers reads of resources from the mirror: bytes are spliced, never decoded and encoded again.
struct ResourceAnswers: Sendable {
  let reader: ResourceReader

  /// A resource as an answer goes on from it.
  private struct Primary {
    var source: IncludeResolver.Source
    var knownUntil: Int64
  }

  /// One resource (reference 1.2, individual). Nil when the path leads to no type.
  func individual(_ request: ReadRequest, collection: String, id: String) throws -> Answer? {
    let renderer = DocumentRenderer(base: request.base)
    let include = request.parameters?.include ?? []
    return try reader.read(inOneStatement: include.isEmpty) { snapshot in
      guard let type = try snapshot.type(path: collection) else { return nil }
      var writer = DocumentWriter(capacity: 8192)
      guard let uuid = ResourceUUID(id),
        let row = try snapshot.resource(
          uuid, entityType: type.entityType,
          { row in
            writer.append(row.stored, by: renderer, fields: request.fields(of: row.type))
            return Primary(source: .init(id: row.id, type: row.type), knownUntil: row.knownUntil)
          })
      else { return unknown(type, .individual, request) }
      try includes(include, from: [row.source], request, snapshot, renderer, &writer)
      return answer(&writer, links: [("self", request.uri.selfLink)], knownUntil: row.knownUntil)
    }
  }

  /// A page of a collection. Nil when the path leads to no type.
  func collection(_ request: ReadRequest, path: String) throws -> Answer? {
    let renderer = DocumentRenderer(base: request.base)
    let parameters = request.parameters ?? QueryParameters()
    let isPlain = parameters.filter.isEmpty && parameters.sort.isEmpty && parameters.include.isEmpty
    return try reader.read(inOneStatement: isPlain) { snapshot in
      guard let type = try snapshot.type(path: path) else { return nil }
      let query = try QueryCompiler.compile(parameters, for: type, in: snapshot)
      var writer = DocumentWriter(capacity: 160_000)
      var sources: [IncludeResolver.Source] = []
      var count = 0
      writer.append("[")
      try snapshot.rows(query) { row in
        count += 1
        guard count <= parameters.page.limit else { return false }
        if count > 1 { writer.append(",") }
        writer.append(row.stored, by: renderer, fields: request.fields(of: row.type))
        if !parameters.include.isEmpty { sources.append(.init(id: row.id, type: row.type)) }
        return true
      }
      writer.append("]")
      try includes(parameters.include, from: sources, request, snapshot, renderer, &writer)
      return answer(
        &writer, links: pager(parameters.page, hasNext: count > parameters.page.limit, request),
        knownUntil: try snapshot.knownUntil(type: type.id))
    }
  }

  /// `first`, `next`, `prev`, `self` exactly when the site gives them (reference 2.3).
  private func pager(_ page: PageParameter, hasNext: Bool, _ request: ReadRequest) -> [(String, String)] {
    func link(_ offset: Int) -> String { request.uri.pagerLink(offset: offset, limit: page.limit) }
    var links: [(String, String)] = []
    if page.offset > 0 { links.append(("first", link(0))) }
    if hasNext { links.append(("next", link(page.offset + page.limit))) }
    if page.offset > 0 { links.append(("prev", link(max(page.offset - page.limit, 0)))) }
    links.append(("self", request.uri.selfLink))
    return links
  }

  func includes(
    _ paths: [[String]], from sources: [IncludeResolver.Source], _ request: ReadRequest, _ snapshot: ReadSnapshot,
    _ renderer: DocumentRenderer, _ writer: inout DocumentWriter
  ) throws {
    guard !paths.isEmpty else { return }
    var resolver = IncludeResolver(snapshot)
    try resolver.resolve(paths, from: sources)
    for (index, id) in resolver.included.enumerated() {
      writer.append(index == 0 ? ",\"included\":[" : ",")
      _ = try snapshot.resource(id: id) { row in
        writer.append(row.stored, by: renderer, fields: request.fields(of: row.type))
      }
    }
    if !resolver.included.isEmpty { writer.append("]") }
  }

  func unknown(_ type: ServedType, _ route: ErrorResponse.EntityRoute, _ request: ReadRequest) -> Answer {
    Answer(
      .unknownEntity(
        type: ResourceTypeName(type.name), collectionPath: type.path, route: route, request: request.uri))
  }

  func answer(_ writer: inout DocumentWriter, links: [(String, String)], knownUntil: Int64) -> Answer {
    var answer = Answer(document: writer.finish(links: links))
    // Before the first complete pull of a type nothing can be said.
    if knownUntil > 0 { answer.fields[.mirrorAsOf] = RFC3339.text(unixSeconds: knownUntil) }
    answer.fields[.mirrorPending] = "0"
    return answer
  }
}
