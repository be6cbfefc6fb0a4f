import HTTPTypes
import JSONAPI
import Store

/// Answers `GET /mirror/search?q=…&type=…&page[…]`: resources by the words in them, the best first, as far as the caller's sight goes.
/// They are shown as in a collection, with `fields[…]`, and with a snippet in `meta`.
struct SearchAnswers: Sendable {
  let reader: ResourceReader

  /// The answer; what is asked for wrongly is refused in the site's error form.
  func answer(_ asked: Asked) throws -> Answer? {
    if asked.head.method == .options { return Answer(allowing: ["GET"]) }
    guard asked.isRead else { return Answer(onlyAllowing: "GET, HEAD") }
    if let refusal = asked.refusal { return refusal }
    // Only a path that is written so is answered where nobody waits for it (`SlowReads`).
    guard asked.spelling.path.loweredASCII.hasSuffix("/mirror/search") else { return nil }
    if let location = asked.spelling.moved(nil, base: asked.uri.base) { return Answer(movedTo: location) }
    return try asked.read {
      let search = try Search(asked.uri)
      return try reader.snapshot(seeing: asked.viewer.sight) { try found(search, asked, $0) }
    }
  }

  /// What is asked for.
  private struct Search {
    var words: SearchWords
    var page: PageParameter
    var fields: [String: [String]]
    /// Names of types; nil for all.
    var types: [String]?

    /// - Throws: an `ErrorResponse` or a `QueryParameterError` about what cannot be.
    init(_ uri: RequestURI) throws {
      let tree = uri.query.tree
      func refused(_ detail: String) -> ErrorResponse { ErrorResponse(status: 400, detail: detail, request: uri) }
      guard let text = tree["q"]?.text else {
        throw refused("The parameter `q` has to have the words that are looked for.")
      }
      do { words = try SearchWords(text) } catch { throw refused("\(error)") }
      var known = QueryTree()
      for name in ["page", "fields"] { known[name] = tree[name] }
      let read = QueryParameters.read(known, for: .collection)
      if let complaint = read.complaint { throw complaint.error }
      (page, fields) = (read.parameters.page, read.parameters.fields)
      guard let node = tree["type"] else { return }
      guard let list = node.text else {
        throw refused("The parameter `type` has to be names with commas between them.")
      }
      types = list.split(separator: ",").map(String.init)
    }
  }

  private func found(_ search: Search, _ asked: Asked, _ snapshot: ReadSnapshot) throws -> Answer {
    let types = try self.types(search.types, asked, snapshot)
    let page = try snapshot.search(search.words, in: types, page: search.page)
    let renderer = DocumentRenderer(base: asked.base)
    var writer = DocumentWriter(capacity: 64_000)
    var pending = PendingCount(snapshot)
    var count = 0
    writer.append("[")
    for hit in page.hits {
      _ = try snapshot.resource(id: hit.id) { row in
        if count > 0 { writer.append(",") }
        count += 1
        var bytes: [UInt8] = []
        let chosen = try snapshot.members(of: row.type, asked: search.fields[row.type.name])
        renderer.append(row.stored, fields: chosen, into: &bytes)
        SearchAnswers.add(hit.snippet, to: &bytes)
        writer.append(bytes: bytes)
        try pending.note(row.id, row.type)
      }
    }
    writer.append("]")
    var meta: [(String, JSON)] = []
    if try !snapshot.isSearchCurrent() { meta.append(("indexing", true)) }
    if !page.isRanked { meta.append(("order", "newest")) }
    if !meta.isEmpty {
      writer.append(",\"meta\":")
      writer.append(value: .object(JSONObject(meta)))
    }
    let body = writer.finish(links: ResourceAnswers.pager(search.page, hasNext: page.hasNext, asked.uri))
    let knownUntil = try snapshot.knownUntilOfAll()
    // The index follows behind the mirror: no number of a change tells what was found.
    let tag = EntityTags.tag(of: body)
    let precondition = Precondition(asked.head.ifNoneMatch)
    if precondition == .any || precondition.names(tag) {
      return Answer(notModified: tag, knownUntil: knownUntil, pending: pending.sum)
    }
    var answer = Answer(document: body)
    answer.speaks(tag: tag, knownUntil: knownUntil, pending: pending.sum)
    return answer
  }

  /// The types that are looked through: those of these names, entity types with all their bundles.
  /// - Throws: an `ErrorResponse` for a name that nothing has that the caller may see.
  private func types(_ names: [String]?, _ asked: Asked, _ snapshot: ReadSnapshot) throws -> [ServedType] {
    let all = try snapshot.types()
    guard let names, !names.isEmpty else { return all }
    for name in names where !all.contains(where: { $0.name == name || $0.entityType == name }) {
      throw ErrorResponse(status: 400, detail: "There is no type `\(name)`.", request: asked.uri)
    }
    return all.filter { names.contains($0.name) || names.contains($0.entityType) }
  }

  /// Puts a snippet into the `meta` of a resource object, beside what the site has there.
  static func add(_ snippet: SearchSnippet, to resource: inout [UInt8]) {
    let html = HTML(snippet.pieces.map { $0.isFound ? "<mark>\($0.text)</mark>" : "\($0.text)" })
    let own = JSON.object(JSONObject([("snippet", .string(snippet.text)), ("snippet_html", .string(html.text))]))
    let bytes = own.encoded(.site)
    let meta = resource.withUnsafeBytes { StoredLayout.objectMembers($0).first { $0.name == "meta" }?.value }
    guard let meta else {
      guard resource.popLast() == UInt8(ascii: "}") else { return }
      resource += ",\"meta\":".utf8
      resource += bytes
      resource.append(UInt8(ascii: "}"))
      return
    }
    guard resource[meta.lowerBound] == UInt8(ascii: "{"), meta.count > 2 else {
      resource.replaceSubrange(meta, with: bytes)
      return
    }
    resource.insert(contentsOf: ",".utf8 + bytes.dropFirst().dropLast(), at: meta.upperBound - 1)
  }
}
