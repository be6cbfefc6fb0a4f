import JSONAPI
import NIOCore
import Store

/// Writes a document in the site's order: `jsonapi`, `data`, `included`, `meta`, `links` (reference 2.2). Resources are
/// spliced in as bytes, into the memory that is sent.
struct DocumentWriter {
  private(set) var buffer: ByteBuffer
  /// The resource objects, where they are to be told.
  private(set) var pieces: AnswerPieces?
  /// What was sent lately; nil where none of it is used again.
  let atHand: SentObjects.AtHand?

  /// `{"jsonapi":…,"data":`, ready for the primary data.
  /// - Parameters:
  ///   - capacity: how many bytes to expect.
  ///   - pieces: takes note of the resource objects; nil where nobody asks.
  ///   - atHand: takes note of them as well, and gives what is known of them.
  init(capacity: Int, pieces: AnswerPieces? = nil, atHand: SentObjects.AtHand? = nil) {
    (self.pieces, self.atHand) = (pieces, atHand)
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
    guard fields == nil else { return }
    let (key, count) = (AnswerPieces.Key(resource: row.id, sequence: row.sequence), buffer.writerIndex - start)
    atHand?.note(key, path: row.stored.path, buffer.getBytes(at: start, length: count))
    pieces?.note(.init(start: start, count: count, key: key, path: row.stored.path))
  }

  /// Appends a whole resource object as it was sent before.
  mutating func append(_ sent: SentObjects.Sent, of key: AnswerPieces.Key, isNext: Bool = false) {
    if isNext { buffer.writeInteger(UInt8(ascii: ",")) }
    pieces?.note(.init(start: buffer.writerIndex, count: sent.bytes.count, key: key, path: sent.path))
    buffer.writeBytes(sent.bytes)
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
