import Coding

/// Scans documents of the site into pages for the mirror.
package struct PageScanner: Sendable {
  private var resources: ResourceScanner
  private let base: DocumentBase
  /// The type of each collection's path.
  private let types: [String: String]

  /// - Parameters:
  ///   - base: the site's base URL, as its links have it.
  ///   - others: more base URLs of the same site; they become the mirror's own likewise.
  ///   - paths: the path of each resource type (`/jsonapi/node/topic`), as the entry point links it.
  ///   - serials: which attributes are serial numbers, and what is usual at all.
  package init(base: DocumentBase, others: [DocumentBase] = [], paths: [String: String], serials: SerialNumbers) {
    let escaped = paths.mapValues { path in
      var bytes: [UInt8] = []
      JSON.encodeContent(path, into: &bytes, .site)
      return bytes
    }
    types = Dictionary(paths.map { ($0.value, $0.key) }) { first, _ in first }
    self.base = base
    let bases = [base.escaped] + others.map(\.escaped).filter { $0 != base.escaped }
    resources = ResourceScanner(bases: bases, paths: escaped, serials: serials)
  }

  /// Which attributes are serial numbers: a name that was found out meanwhile is told here.
  package var serials: SerialNumbers {
    get { resources.serials }
    set { resources.serials = newValue }
  }

  /// Names the attributes that are read of a type's resources, where they are not called as usual.
  package mutating func call(_ names: AttributeNames, of type: String) {
    resources.attributeNames[type] = names
    if let serial = names.serial { resources.serials.name(serial, of: type) }
  }

  /// Takes the attributes of a type to be called as usual again.
  package mutating func callAsUsual(_ type: String) {
    resources.attributeNames[type] = nil
    resources.serials.forget(type)
  }

  /// What a type's attributes are called, where that is not as usual.
  package func names(of type: String) -> AttributeNames? { resources.attributeNames[type] }

  /// The type whose collection stands at a path; nil for other paths, such as a single resource's.
  package func type(at path: String) -> String? { types[path] }

  /// A scanned resource with all its links, as the site writes them.
  /// - Throws: `JSONSyntaxError`.
  package func text(of resource: ScannedResource) throws(JSONSyntaxError) -> ResourceText {
    var bytes: [UInt8] = []
    resource.document.withUnsafeBytes { document in
      resource.splices.withUnsafeBytes { splices in
        DocumentRenderer(base: base).append(
          .init(
            document: document, splices: splices, path: resources.paths[resource.type] ?? [],
            revision: resource.revision), into: &bytes)
      }
    }
    return try ResourceText(bytes)
  }

  /// Whether a type has a collection of its own.
  package func hasCollection(_ type: String) -> Bool { resources.paths[type] != nil }

  /// Scans a collection, individual or related document. A single resource is a page of one. Elements of a collection that
  /// cannot be used are in `unusable`; the others are as if those were not there.
  /// - Parameters:
  ///   - path: where the document came from: what a type's collection shows of other types cannot be used, unless it shows
  ///     nothing else.
  ///   - known: the rows of a collection that need not be scanned where they are as they were; the others get a digest.
  /// - Throws: `JSONSyntaxError` when the text is not JSON in its outlines (cut in half, an HTML page), or is no document with
  ///   `data`.
  package mutating func page(
    _ body: [UInt8], from path: String? = nil, knowing known: KnownRows? = nil
  ) throws(JSONSyntaxError) -> ScannedPage {
    var page: ScannedPage
    do throws(JSONSyntaxError) { page = try strictly(body, known) } catch {
      // The fault may lie in one element.
      guard let found = loosely(body) else { throw error }
      page = found
    }
    page.bytes = body.count
    page.sort(expecting: path.flatMap { types[$0] })
    return page
  }

  /// All that besides its bytes decides what is made of a resource of a type.
  package func manner(of type: String) -> [UInt8] { resources.manner(of: type) }

  private mutating func strictly(_ body: [UInt8], _ known: KnownRows?) throws(JSONSyntaxError) -> ScannedPage {
    guard let known, known.manner == manner(of: known.type) else {
      return try document(SiteStyle.normalized(body), nil)
    }
    // Digests are of bytes as they were sent: where these are in another style than the site's, nothing is recognised.
    if known.rows.isEmpty {
      let text = try SiteStyle.normalized(body)
      return try document(text, text == body ? KnownRows.Recognition(known, checked: text.count) : nil)
    }
    if let page = try? document(body, KnownRows.Recognition(known)) { return page }
    return try document(SiteStyle.normalized(body), nil)
  }

  /// - Parameter recognition: nil for a text in the site's style; else it is checked, but for what is recognised.
  private mutating func document(
    _ text: [UInt8], _ recognition: KnownRows.Recognition?
  ) throws(JSONSyntaxError) -> ScannedPage {
    var page = ScannedPage()
    var hasData = false
    var recognition = recognition
    try text.withUnsafeBufferPointer { (bytes) throws(JSONSyntaxError) in
      var scanner = ByteScanner(UnsafeRawBufferPointer(bytes))
      try scanner.members { (scanner, name) throws(JSONSyntaxError) in
        if scanner.matches(name, "data") {
          hasData = true
          try data(&scanner, into: &page, &recognition)
        } else if scanner.matches(name, "links"), scanner.byte == UInt8(ascii: "{") {
          try scanner.members { (scanner, link) throws(JSONSyntaxError) in
            let value = try scanner.value()
            if scanner.matches(link, "next"), scanner.bytes[value.lowerBound] != UInt8(ascii: "n") {
              page.hasNext = true
              page.nextOffset = NextLink.offset(in: String(decoding: scanner.slice(value), as: UTF8.self))
            }
          }
        } else if scanner.matches(name, "meta") {
          let value = try scanner.value()
          page.omitted = PageScanner.omitted(Array(scanner.slice(value)))
        } else {
          try scanner.value()
        }
      }
      guard scanner.position == bytes.count else { throw scanner.failure("text after the document") }
      try recognition?.checkStyle(upTo: bytes.count, scanner)
    }
    guard hasData else { throw JSONSyntaxError(reason: "a document without data", offset: 0) }
    return page
  }

  private mutating func data(
    _ scanner: inout ByteScanner, into page: inout ScannedPage, _ recognition: inout KnownRows.Recognition?
  ) throws(JSONSyntaxError) {
    switch scanner.byte {
    case UInt8(ascii: "["):
      try scanner.elements { (scanner) throws(JSONSyntaxError) in
        guard page.resources.count + page.unusable.count < ScannedPage.mostRows else {
          throw scanner.failure("more than \(ScannedPage.mostRows) resources on one page")
        }
        if let resource = try recognition?.resource(&scanner) { return page.append(resource) }
        let start = scanner.position
        switch try resources.resource(&scanner) {
        case .success(var resource):
          resource.digest = recognition?.known.digest(scanner.slice(start..<scanner.position))
          page.append(resource)
        case .failure(let fault):
          page.append(resources.unusable(start..<scanner.position, in: scanner.bytes, fault.reason))
        }
      }
    case UInt8(ascii: "{"):
      let start = scanner.position
      switch try resources.resource(&scanner) {
      case .success(let resource): page.append(resource)
      case .failure(let fault):
        page.append(resources.unusable(start..<scanner.position, in: scanner.bytes, fault.reason))
      }
    default: try scanner.value()
    }
  }

  /// A collection of which some element is no JSON; nil where that cannot be told apart from the rest.
  private mutating func loosely(_ body: [UInt8]) -> ScannedPage? {
    body.withUnsafeBytes { bytes in
      guard let document = LooseDocument(bytes), !document.rows.isEmpty,
        bytes[document.end...].allSatisfy({ $0 <= 0x20 })
      else { return nil }
      var page = ScannedPage()
      for (name, value) in document.members {
        guard let json = try? JSON(parsing: bytes[value]) else { return nil }
        if name == "links" {
          page.hasNext = json["next"].map { !$0.isNull } ?? false
          page.nextOffset = (json["next"]?["href"]?.string ?? json["next"]?.string).flatMap { NextLink.offset(in: $0) }
        }
        if name == "meta" { page.omitted = PageScanner.omitted(Array(bytes[value])) }
      }
      for row in document.rows {
        do throws(JSONSyntaxError) {
          page.append(try resource(Array(bytes[row])))
        } catch {
          page.append(resources.unusable(row, in: bytes, error.reason.isEmpty ? "is no JSON" : error.reason))
        }
      }
      return page
    }
  }

  /// One element by itself.
  private mutating func resource(_ element: [UInt8]) throws(JSONSyntaxError) -> ScannedResource {
    let text: [UInt8]
    do throws(JSONSyntaxError) { text = try SiteStyle.normalized(element) } catch {
      throw JSONSyntaxError(reason: "is \(error)", offset: 0)
    }
    return try text.withUnsafeBufferPointer { (bytes) throws(JSONSyntaxError) in
      var scanner = ByteScanner(UnsafeRawBufferPointer(bytes))
      let result: Result<ScannedResource, RowFault>
      do throws(JSONSyntaxError) { result = try resources.resource(&scanner) } catch {
        throw JSONSyntaxError(reason: "is \(error)", offset: 0)
      }
      guard scanner.position == bytes.count else { throw JSONSyntaxError(reason: "is not one JSON value", offset: 0) }
      switch result {
      case .success(let resource): return resource
      case .failure(let fault): throw JSONSyntaxError(reason: fault.reason, offset: 0)
      }
    }
  }

  /// The URLs in `meta.omitted.links`, but for the help link.
  private static func omitted(_ meta: [UInt8]) -> [String] {
    guard let links = try? JSON(parsing: meta)["omitted"]?["links"]?.object else { return [] }
    return links.members.filter { $0.name != "help" }.compactMap { $0.value["href"]?.string }
  }
}
