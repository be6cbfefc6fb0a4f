import HTTPTypes
import JSONAPI
import Store

/// Answers reads of resources from the mirror, as far as the caller's sight goes: bytes are spliced, never decoded and encoded
/// again.
struct ResourceAnswers: Sendable {
  let reader: ResourceReader
  let tags = EntityTags()
  let sent = SentObjects()
  private let sizes = UsualSizes()

  init(reader: ResourceReader) { self.reader = reader }

  /// A resource as an answer goes on from it.
  private struct Primary {
    var source: IncludeResolver.Source
    var knownUntil: Int64
    /// Nil where it follows from the body.
    var tag: String?
    var isKnownToClient: Bool
    var pending: Int
  }

  /// One resource (reference 1.2, individual). Nil when the path leads to no type.
  func individual(_ request: ReadRequest, collection: String, id: String) throws -> Answer? {
    let renderer = DocumentRenderer(base: request.base)
    let include = request.parameters?.include ?? []
    return try reader.read(seeing: request.sight, inOneStatement: include.isEmpty) { snapshot in
      guard let type = try snapshot.type(path: collection) else { return nil }
      try request.checkFormat()
      let sequence = include.isEmpty ? nil : try snapshot.state(ofType: type.id).sequence
      var writer = DocumentWriter(capacity: 16_384, pieces: request.pieces)
      guard let name = ResourceID(id),
        let row = try snapshot.resource(
          named: name, entityType: type.entityType,
          { row in
            try request.checkVersion(row.stored.revision)
            try request.checkParameters(upTo: .include)
            let tag = tags.tag(sequence ?? row.sequence, types: snapshot.typesEdition, seeing: request.sight)
            let isKnown = request.precondition.names(tag)
            if !isKnown {
              writer.append(row, by: renderer, fields: try request.fields(of: row.type, snapshot))
            }
            return Primary(
              source: .init(id: row.id, type: row.type), knownUntil: row.knownUntil, tag: tag, isKnownToClient: isKnown,
              pending: row.pending)
          })
      else { return try unknown(type, .individual, request, snapshot) }
      if row.isKnownToClient, let tag = row.tag {
        return Answer(notModified: tag, knownUntil: row.knownUntil, pending: row.pending)
      }
      var pending = PendingCount(snapshot)
      let knownUntil = try includes(include, from: [row.source], request, snapshot, renderer, &pending, &writer)
      return answer(
        &writer, request, links: [("self", request.uri.selfLink)], knownUntil: min(row.knownUntil, knownUntil),
        pending: row.pending + pending.sum, tag: row.tag)
    }
  }

  /// A page of a collection. Nil when the path leads to no type.
  func collection(_ request: ReadRequest, path: String) throws -> Answer? {
    let renderer = DocumentRenderer(base: request.base)
    let parameters = request.parameters ?? QueryParameters()
    let isPlain = parameters.filter.isEmpty && parameters.sort.isEmpty && parameters.include.isEmpty
    return try reader.read(seeing: request.sight, inOneStatement: isPlain) { snapshot in
      guard let type = try snapshot.type(path: path) else { return nil }
      try request.checkFormat()
      try request.checkCollectionVersion { try snapshot.hasVersions(type) }
      try request.checkParameters(upTo: .version)
      let state = try snapshot.state(ofType: type.id)
      let tag = tags.tag(state.sequence, types: snapshot.typesEdition, seeing: request.sight)
      if let tag, request.precondition.names(tag) {
        let hasNone = try snapshot.pendingChanges(of: type).isEmpty
        return Answer(notModified: tag, knownUntil: state.knownUntil, pending: hasNone ? 0 : nil)
      }
      let paths = request.filterPaths
      try QueryBounds.check(conditions: paths.count)
      for (path, comparison) in paths {
        try QueryCompiler.check(path, comparison, of: type, in: snapshot)
      }
      try request.checkParameters(upTo: .page)
      let atHand = sent.atHand(on: request.base.text)
      let isAtHand = try request.fields(of: type, snapshot) == nil
      let query = try QueryCompiler.compile(parameters, for: type, in: snapshot, asksHolder: isAtHand)
      // Of what a sparse fieldset leaves, the whole size tells nothing.
      let isWhole = parameters.fields.isEmpty
      let capacity = isWhole ? sizes.capacity(of: type, parameters.page.limit) : 160_000
      var writer = DocumentWriter(capacity: capacity, pieces: request.pieces, atHand: atHand)
      var sources: [IncludeResolver.Source] = []
      var pending = PendingCount(snapshot)
      var count = 0
      writer.append("[")
      try snapshot.rows(query, holding: isAtHand ? atHand : nil) { row in
        count += 1
        guard count <= parameters.page.limit else { return false }
        try append(row, request, snapshot, renderer, isNext: count > 1, &writer)
        try pending.note(row.id, row.type)
        if !parameters.include.isEmpty { sources.append(.init(id: row.id, type: row.type)) }
        return true
      }
      writer.append("]")
      if isWhole { sizes.note(writer.count, of: type, count) }
      try request.checkParameters(upTo: .include)
      let knownUntil = try includes(
        parameters.include, from: sources, request, snapshot, renderer, &pending, &writer)
      return answer(
        &writer, request,
        links: ResourceAnswers.pager(parameters.page, hasNext: count > parameters.page.limit, request.uri),
        knownUntil: min(state.knownUntil, knownUntil), pending: pending.sum, tag: tag)
    }
  }

  /// Appends a row: as it was sent before, if that is at hand.
  private func append(
    _ row: StoredRow, _ request: ReadRequest, _ snapshot: ReadSnapshot, _ renderer: DocumentRenderer, isNext: Bool,
    _ writer: inout DocumentWriter
  ) throws {
    guard row.isHeld else {
      return writer.append(row, by: renderer, fields: try request.fields(of: row.type, snapshot), isNext: isNext)
    }
    if let sent = writer.atHand?.take(row.id, path: row.stored.path) {
      return writer.append(sent, of: .init(resource: row.id, sequence: row.sequence), isNext: isNext)
    }
    try snapshot.row(id: row.id, like: row.type) { writer.append($0, by: renderer, fields: nil, isNext: isNext) }
  }

  /// `first`, `next`, `prev`, `self` exactly when the site gives them (reference 2.3).
  static func pager(_ page: PageParameter, hasNext: Bool, _ uri: RequestURI) -> [(String, String)] {
    let pages = page.links
    func link(_ offset: String) -> String { uri.pagerLink(offset: offset, limit: pages.limit) }
    var links: [(String, String)] = []
    if pages.previous != nil { links.append(("first", link("0"))) }
    if hasNext { links.append(("next", link(pages.next))) }
    if let previous = pages.previous { links.append(("prev", link(previous))) }
    links.append(("self", uri.selfLink))
    return links
  }

  /// Appends `included`, when there is any, and gives the time up to which all of it is known.
  func includes(
    _ paths: [[String]], from sources: [IncludeResolver.Source], _ request: ReadRequest, _ snapshot: ReadSnapshot,
    _ renderer: DocumentRenderer, _ pending: inout PendingCount, _ writer: inout DocumentWriter
  ) throws -> Int64 {
    guard !paths.isEmpty else {
      try request.checkParameters()
      return .max
    }
    var resolver = IncludeResolver(snapshot, atMost: request.mostTargets)
    try resolver.resolve(paths, from: sources)
    try request.checkParameters()
    var knownUntil = Int64.max
    var types: Set<Int64> = []
    func note(_ id: Int64, _ type: ServedType) throws {
      if types.insert(type.id).inserted {
        knownUntil = min(knownUntil, try snapshot.state(ofType: type.id).knownUntil)
      }
      try pending.note(id, type)
    }
    for (index, target) in resolver.included.enumerated() {
      writer.append(index == 0 ? ",\"included\":[" : ",")
      let isWhole = try request.fields(of: target.type, snapshot) == nil
      if isWhole, let sequence = target.sequence, let atHand = writer.atHand {
        let key = AnswerPieces.Key(resource: target.id, sequence: sequence)
        if let sent = atHand.object(key, path: target.type.escapedPath) {
          try note(target.id, target.type)
          writer.append(sent, of: key)
          continue
        }
      }
      try snapshot.row(id: target.id, like: target.type) { row in
        try note(row.id, row.type)
        writer.append(row, by: renderer, fields: try request.fields(of: row.type, snapshot))
      }
    }
    if !resolver.included.isEmpty { writer.append("]") }
    return knownUntil
  }

  /// 404: the mirror has no such resource, as far as it knows the type.
  func unknown(
    _ type: ServedType, _ route: ErrorResponse.EntityRoute, _ request: ReadRequest, _ snapshot: ReadSnapshot
  ) throws -> Answer {
    try request.checkFormat()
    var answer = Answer(
      .unknownEntity(
        type: ResourceTypeName(type.link), collectionPath: type.routePath, route: route, request: request.uri))
    answer.speaks(knownUntil: try snapshot.state(ofType: type.id).knownUntil)
    return answer
  }

  /// The finished document; 304 for a client that takes any, or has it.
  /// - Parameter tag: nil for one that follows from the body; of another it was asked before whether the client has it.
  func answer(
    _ writer: inout DocumentWriter, _ request: ReadRequest, links: [(String, String)], knownUntil: Int64, pending: Int,
    tag known: String?
  ) -> Answer {
    if let known, request.precondition == .any {
      return Answer(notModified: known, knownUntil: knownUntil, pending: pending)
    }
    var answer = Answer(document: writer.finish(links: links))
    answer.pieces = writer.pieces
    let tag = known ?? EntityTags.tag(of: answer.body)
    if known == nil, request.precondition == .any || request.precondition.names(tag) {
      return Answer(notModified: tag, knownUntil: knownUntil, pending: pending)
    }
    answer.speaks(tag: tag, knownUntil: knownUntil, pending: pending)
    return answer
  }
}
