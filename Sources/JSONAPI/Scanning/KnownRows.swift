import Coding

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// A resource object as the site sent it, told from every other one: how many bytes it has, and 192 bits of a digest of them for which
/// nobody finds two objects.
package struct RowDigest: Sendable, Hashable {
  /// The number of its bytes.
  package var length: Int
  private let first: UInt64
  private let second: UInt64
  private let third: UInt64

  /// How many bytes of a digest are kept.
  package static let kept = 24

  /// - Parameter hash: of the object. Nil where it is shorter than what is kept of it, or of nothing.
  package init?(length: Int, hash: UnsafeRawBufferPointer) {
    guard hash.count >= RowDigest.kept, length > 0 else { return nil }
    self.length = length
    first = hash.loadUnaligned(as: UInt64.self)
    second = hash.loadUnaligned(fromByteOffset: 8, as: UInt64.self)
    third = hash.loadUnaligned(fromByteOffset: 16, as: UInt64.self)
  }

  /// Gives what is kept of the digest.
  package func withBytes<Value>(_ body: (UnsafeRawBufferPointer) throws -> Value) rethrows -> Value {
    try withUnsafeBytes(of: (first, second, third)) { try body($0) }
  }
}

/// A stored resource of which it is known how the site sent it.
package struct KnownRow: Sendable, Hashable {
  /// The interned (type, id).
  package var id: Int64
  /// Its serial number.
  package var internalID: Int64
  /// Of the bytes of which what is stored was made.
  package var digest: RowDigest

  /// A stored resource.
  package init(id: Int64, internalID: Int64, digest: RowDigest) {
    self.id = id
    self.internalID = internalID
    self.digest = digest
  }
}

/// Stored resources of one type that are recognised by the bytes that the site sends: what has the digest of before, and is scanned as
/// before (`manner`), would be made into what is stored. It needs neither be scanned nor compared.
///
/// The digest says where such an object ends, too: the bytes were one whole object when they were scanned, and no object is the
/// beginning of another. So nothing of it is walked through.
package struct KnownRows: Sendable {
  /// The type.
  package let type: String
  /// What besides its bytes decides what is made of a resource (`PageScanner.manner`): with another one nothing is recognised.
  package let manner: [UInt8]
  /// The resources.
  package var rows: [ResourceID: KnownRow]
  /// The digest of an object's bytes.
  package var digest: @Sendable (UnsafeRawBufferPointer) -> RowDigest?
  /// What objects of the type begin with, up to their ids.
  private let beginning: [UInt8]

  /// Stored resources of a type.
  package init(
    type: String, manner: [UInt8], rows: [ResourceID: KnownRow],
    digest: @escaping @Sendable (UnsafeRawBufferPointer) -> RowDigest?
  ) {
    self.type = type
    self.manner = manner
    self.rows = rows
    self.digest = digest
    var beginning = Array(#"{"type":""#.utf8)
    JSON.encodeContent(type, into: &beginning, .site)
    self.beginning = beginning + #"","id":""#.utf8
  }

  /// The resource whose object begins at `start`, where it is as it was.
  /// - Parameter wasted: grows by the bytes of which the digest is another one.
  func row(at start: Int, in bytes: UnsafeRawBufferPointer, _ wasted: inout Int) -> (id: ResourceID, row: KnownRow)? {
    let idStart = start + beginning.count
    guard idStart < bytes.count, let base = bytes.baseAddress, memcmp(base + start, beginning, beginning.count) == 0,
      let quote = memchr(base + idStart, 0x22, min(bytes.count - idStart, ResourceID.longest + 1))
    else { return nil }
    // An id with an escape is not the text of any id.
    let text = UnsafeRawBufferPointer(rebasing: bytes[idStart..<base.distance(to: UnsafeRawPointer(quote))])
    guard let id = ResourceID(utf8: text), let row = rows[id], row.digest.length <= bytes.count - start else {
      return nil
    }
    guard digest(UnsafeRawBufferPointer(rebasing: bytes[start..<start + row.digest.length])) == row.digest else {
      wasted += row.digest.length
      return nil
    }
    return (id, row)
  }
}

extension KnownRows {
  /// What is recognised of one text, and how far the rest of it was seen to be in the site's style: what was recognised is.
  struct Recognition {
    let known: KnownRows
    private var checked: Int
    /// The bytes of which a digest was made for nothing.
    private var wasted = 0

    /// - Parameter checked: how far the text is known to be in the site's style.
    init(_ known: KnownRows, checked: Int = 0) {
      self.known = known
      self.checked = checked
    }

    /// The resource under the cursor, which moves over it; nil where it is not recognised: then it does not move.
    /// - Throws: `JSONSyntaxError` where what stands before it is not in the site's style.
    mutating func resource(_ scanner: inout ByteScanner) throws(JSONSyntaxError) -> ScannedResource? {
      // A page whose elements all begin as one long resource does would have that one's length looked through for each of them.
      guard wasted <= 2 * scanner.bytes.count,
        let (id, row) = known.row(at: scanner.position, in: scanner.bytes, &wasted)
      else { return nil }
      try checkStyle(upTo: scanner.position, scanner)
      scanner.position += row.digest.length
      checked = max(checked, scanner.position)
      var resource = ScannedResource(
        type: known.type, uuid: id, changed: nil, internalID: row.internalID, idAttribute: nil, revision: nil,
        document: [], splices: [], linkage: [], isLabelOnly: false)
      resource.known = row
      return resource
    }

    /// - Throws: `JSONSyntaxError` where the text between what was recognised last and this offset is not in the site's style.
    mutating func checkStyle(upTo end: Int, _ scanner: ByteScanner) throws(JSONSyntaxError) {
      guard end > checked else { return }
      let isSiteStyle = scanner.slice(checked..<end).withMemoryRebound(to: UInt8.self) { SiteStyle.isSiteStyle($0) }
      guard isSiteStyle else { throw scanner.failure("not in the site's style") }
      checked = end
    }
  }
}
