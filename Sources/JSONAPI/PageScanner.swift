/// Scans documents of the site into pages for the mirror.
package struct PageScanner: Sendable {
  private var resources: ResourceScanner

  /// - Parameters:
  ///   - base: the site's base URL, as its links have it.
  ///   - others: more base URLs of the same site; they become the mirror's own likewise.
  ///   - paths: the path of each resource type (`/jsonapi/node/topic`), as the entry point links it.
  package init(base: DocumentBase, others: [DocumentBase] = [], paths: [String: String]) {
    let escaped = paths.mapValues { path in
      var bytes: [UInt8] = []
      JSON.encodeContent(path, into: &bytes, .site)
      return bytes
    }
    let bases = [base.escaped] + others.map(\.escaped).filter { $0 != base.escaped }
    resources = ResourceScanner(bases: bases, paths: escaped)
  }

  /// Scans a collection, individual or related document. A single resource is a page of one.
  /// - Throws: `JSONSyntaxError` when the text is not JSON (cut in half, an HTML page), or is no document with `data`.
  package mutating func page(_ body: [UInt8]) throws(JSONSyntaxError) -> ScannedPage {
    let text = try SiteStyle.normalized(body)
    var page = ScannedPage()
    page.bytes = body.count
    var hasData = false
    try text.withUnsafeBufferPointer { (bytes) throws(JSONSyntaxError) in
      var scanner = ByteScanner(UnsafeRawBufferPointer(bytes))
      try scanner.members { (scanner, name) throws(JSONSyntaxError) in
        if scanner.matches(name, "data") {
          hasData = true
          try data(&scanner, into: &page)
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
    }
    guard hasData else { throw JSONSyntaxError(reason: "a document without data", offset: 0) }
    return page
  }

  private mutating func data(_ scanner: inout ByteScanner, into page: inout ScannedPage) throws(JSONSyntaxError) {
    switch scanner.byte {
    case UInt8(ascii: "["):
      try scanner.elements { (scanner) throws(JSONSyntaxError) in
        page.resources.append(try resources.resource(&scanner))
      }
    case UInt8(ascii: "{"): page.resources.append(try resources.resource(&scanner))
    default: try scanner.value()
    }
  }

  /// The URLs in `meta.omitted.links`, but for the help link.
  private static func omitted(_ meta: [UInt8]) -> [String] {
    guard let links = try? JSON(parsing: meta)["omitted"]?["links"]?.object else { return [] }
    return links.members.filter { $0.name != "help" }.compactMap { $0.value["href"]?.string }
  }
}
