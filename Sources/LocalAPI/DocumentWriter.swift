import JSONAPI

/// Writes a document in the site's order: `jsonapi`, `data`, `included`, `meta`, `links` (reference 2.2). Resources are
/// spliced in as bytes.
struct DocumentWriter {
  private(set) var bytes: [UInt8]

  /// `{"jsonapi":…,"data":`, ready for the primary data.
  /// - Parameter capacity: how many bytes to expect.
  init(capacity: Int) {
    bytes = []
    bytes.reserveCapacity(capacity)
    bytes.append(contentsOf: DocumentWriter.head)
  }

  private static let head = Array(
    #"{"jsonapi":{"version":"1.0","meta":{"links":{"self":{"href":"http:\/\/jsonapi.org\/format\/1.0\/"}}}},"data":"#
      .utf8)

  /// Lets `body` append to the text.
  mutating func append(_ body: (inout [UInt8]) throws -> Void) rethrows { try body(&bytes) }

  /// Appends as it stands.
  mutating func append(_ text: StaticString) {
    bytes.append(contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
  }

  /// Ends the document with its links, in the order of their names.
  mutating func finish(links: [(name: String, href: String)]) -> [UInt8] {
    append(",\"links\":{")
    for (index, link) in links.enumerated() {
      bytes.append(contentsOf: index == 0 ? "\"".utf8 : ",\"".utf8)
      bytes.append(contentsOf: link.name.utf8)
      append("\":{\"href\":")
      JSON.encode(link.href, into: &bytes, .site)
      append("}")
    }
    append("}}")
    return bytes
  }
}
