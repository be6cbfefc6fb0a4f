/// A stored resource with all that has to be put back. Its bytes are borrowed: it is valid while the row is.
package struct SplicedResource {
  private let stored: DocumentRenderer.Stored
  private let base: [UInt8]
  private let id: UnsafeRawBufferPointer

  init(_ stored: DocumentRenderer.Stored, base: [UInt8]) {
    self.stored = stored
    self.base = base
    id = StoredLayout.id(of: stored.document) ?? UnsafeRawBufferPointer(start: nil, count: 0)
  }

  /// How many bytes the fragments of its links have at most.
  private var linkBytes: Int { LinkFragments.size(base: base.count, path: stored.path.count, id: id.count) }

  /// How many bytes `write` needs at most.
  package var size: Int {
    let links = linkBytes
    var size = stored.document.count + SparseFieldset.overhead
    var position = 0
    while let point = SplicePoint.decode(stored.splices, at: &position) {
      size += point.kind == .base ? base.count : links + 2 * point.name.count
    }
    return size
  }

  /// Writes the resource object, whole or with only the members of a sparse fieldset (reference 3.7).
  /// - Parameters:
  ///   - fields: what to keep; nil keeps all.
  ///   - memory: room for `size` bytes; too little of it traps.
  /// - Returns: how many bytes were written.
  package func write(fields: SparseFields? = nil, into memory: UnsafeMutableRawBufferPointer) -> Int {
    splicing(into: memory) { splicing in
      guard let fields, let sparse = SparseFieldset(stored.document, keeping: fields) else {
        splicing.put(0..<stored.document.count)
        return
      }
      splicing.put(sparse.head)
      splicing.put(sparse.attributes, as: #","attributes":{"#)
      splicing.put(sparse.relationships, as: #","relationships":{"#)
      splicing.put(sparse.tail)
      splicing.sink.put("}")
    }
  }

  /// Writes one range of the document.
  /// - Parameter memory: room for `size` bytes; too little of it traps.
  /// - Returns: how many bytes were written.
  func write(_ range: Range<Int>, into memory: UnsafeMutableRawBufferPointer) -> Int {
    splicing(into: memory) { $0.put(range) }
  }

  /// The fragments of the links are made once, in memory that goes with this call.
  @inline(__always)
  private func splicing(into memory: UnsafeMutableRawBufferPointer, _ body: (inout Splicing) -> Void) -> Int {
    withUnsafeTemporaryAllocation(byteCount: linkBytes, alignment: 1) { room in
      let links = LinkFragments(base: base, path: stored.path, id: id, revision: stored.revision, into: room)
      return base.withUnsafeBytes { base in
        var splicing = Splicing(
          document: stored.document, splices: stored.splices, base: base, links: links,
          linkText: UnsafeRawBufferPointer(room), sink: ByteSink(memory))
        body(&splicing)
        return splicing.sink.count
      }
    }
  }
}

/// Copies ranges of one stored document, in ascending order, and puts back what belongs in between.
private struct Splicing {
  let document: UnsafeRawBufferPointer
  let splices: UnsafeRawBufferPointer
  let base: UnsafeRawBufferPointer
  let links: LinkFragments
  let linkText: UnsafeRawBufferPointer
  var sink: ByteSink
  /// How far the splice points are used up.
  private var position = 0

  init(
    document: UnsafeRawBufferPointer, splices: UnsafeRawBufferPointer, base: UnsafeRawBufferPointer,
    links: LinkFragments, linkText: UnsafeRawBufferPointer, sink: ByteSink
  ) {
    (self.document, self.splices, self.base, self.links) = (document, splices, base, links)
    (self.linkText, self.sink) = (linkText, sink)
  }

  /// Copies members, if there are any, as those of an object that begins so.
  mutating func put(_ members: [Range<Int>], as opening: StaticString) {
    guard !members.isEmpty else { return }
    for (index, member) in members.enumerated() {
      sink.put(index == 0 ? opening : ",")
      put(member)
    }
    sink.put("}")
  }

  /// Copies one range.
  mutating func put(_ range: Range<Int>) {
    guard let start = document.baseAddress, range.lowerBound >= 0, range.upperBound <= document.count else { return }
    var copied = range.lowerBound
    var next = position
    while let point = SplicePoint.decode(splices, at: &next), point.offset <= range.upperBound {
      position = next
      guard point.offset >= copied else { continue }
      sink.put(start + copied, point.offset - copied)
      copied = point.offset
      if point.kind == .base {
        sink.put(base)
        copied = min(copied + BaseMark.count, range.upperBound)
      } else if point.name.upperBound <= document.count {
        let name = UnsafeRawBufferPointer(start: start + point.name.lowerBound, count: point.name.count)
        links.forEachPiece(of: point.kind, name: name, in: linkText) { sink.put($0) }
      }
    }
    sink.put(start + copied, range.upperBound - copied)
  }
}
