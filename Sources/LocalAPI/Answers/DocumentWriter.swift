import JSONAPI
import NIOCore
import Store

/// Writes a document in the site's order: `jsonapi`, `data`, `included`, `meta`, `links` (reference 2.2). Resources are
/// spliced in as bytes, into the memory that is sent.
struct DocumentWriter {
  private(set) var buffer: ByteBuffer
  /// The resource objects, where they are to be told.
  private(set) var pieces: AnswerPieces?

  /// `{"jsonapi":…,"data":`, ready for the primary data.
  /// - Parameters:
  ///   - capacity: how many bytes to expect.
  ///   - pieces: takes note of the resource objects; nil where nobody asks.
  init(capacity: Int, pieces: AnswerPieces? = nil) {
    self.pieces = pieces
    buffer = ByteBufferAllocator().buffer(capacity: capacity)
    buffer.writeBytes(DocumentWriter.head)
  }

  private static let head = Array(
    #"{"jsonapi":{"version":"1.0","meta":{"links":{"self":{"href":"http:\/\/jsonapi.org\/format\/1.0\/"}}}},"data":"#
      .utf8)

  /// How many bytes stand there.
  var count: Int { buffer.readableBytes }

  /// Appends one resource object, whole or with the members of a sparse fieldset.
  /// - Parameter isNext: whether another stands before it.
  mutating func append(
    _ row: StoredRow, by renderer: DocumentRenderer, fields: SparseFields?, isNext: Bool = false
  ) {
    let resource = renderer.resource(row.stored)
    if isNext { buffer.writeInteger(UInt8(ascii: ",")) }
    let start = buffer.writerIndex
    buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: resource.size) { resource.write(fields: fields, into: $0) }
    guard pieces != nil, fields == nil else { return }
    pieces?.note(
      .init(
        start: start, count: buffer.writerIndex - start, key: .init(resource: row.id, sequence: row.sequence),
        path: row.stored.path))
  }

  /// Appends a value in the site's style.
  mutating func append(value: JSON) {
    var bytes: [UInt8] = []
    value.encode(into: &bytes, .site)
    buffer.writeBytes(bytes)
  }

  /// Appends a piece of the document as it stands.
  mutating func append(bytes: [UInt8]) { buffer.writeBytes(bytes) }

  /// Appends as it stands.
  mutating func append(_ text: StaticString) { buffer.writeStaticString(text) }

  /// Ends the document with its links, in the order of their names.
  mutating func finish(links: [(name: String, href: String)]) -> ByteBuffer {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(links.reduce(32) { $0 + 2 * $1.href.utf8.count })
    bytes += ",\"links\":{".utf8
    for (index, link) in links.enumerated() {
      bytes += (index == 0 ? "\"" : ",\"").utf8
      bytes += link.name.utf8
      bytes += "\":{\"href\":".utf8
      JSON.encode(link.href, into: &bytes)
      bytes += "}".utf8
    }
    bytes += "}}".utf8
    buffer.writeBytes(bytes)
    return buffer
  }
}
