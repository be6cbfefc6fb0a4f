/// A stored resource with all that has to be put back. Its bytes are borrowed: it is valid while the row is.
package struct SplicedResource {
  private let stored: DocumentRenderer.Stored
  private let base: [UInt8]
  private let links: DerivedLinks
  private var position = 0
  private var pending: SplicePoint?

  init(_ stored: DocumentRenderer.Stored, base: [UInt8]) {
    self.stored = stored
    self.base = base
    let id = StoredLayout.id(of: stored.document) ?? UnsafeRawBufferPointer(start: nil, count: 0)
    links = DerivedLinks(base: base, path: stored.path, id: id, revision: stored.revision)
    pending = SplicePoint.decode(stored.splices, at: &position)
  }

  /// How many bytes `write` needs at most.
  package var size: Int {
    let related = links.count(of: .relationshipLinks)
    let selfOnly = links.count(of: .selfLink)
    var size = stored.document.count + SparseFieldset.overhead
    var position = 0
    while let point = SplicePoint.decode(stored.splices, at: &position) {
      switch point.kind {
      case .base: size += base.count
      case .resourceLinks: size += links.count(of: .resourceLinks)
      case .relationshipLinks: size += related + 2 * point.name.count
      case .selfLink: size += selfOnly + point.name.count
      }
    }
    return size
  }

  /// Writes the resource object, whole or with only the members of a sparse fieldset (reference 3.7).
  /// - Parameters:
  ///   - fields: what to keep; nil keeps all.
  ///   - memory: room for `size` bytes; too little of it traps.
  /// - Returns: how many bytes were written.
  package func write(fields: SparseFields? = nil, into memory: UnsafeMutableRawBufferPointer) -> Int {
    var resource = self
    var sink = ByteSink(memory)
    guard let fields, let sparse = SparseFieldset(stored.document, keeping: fields) else {
      resource.put(0..<stored.document.count, into: &sink)
      return sink.count
    }
    resource.put(sparse.head, into: &sink)
    resource.put(sparse.attributes, as: #","attributes":{"#, into: &sink)
    resource.put(sparse.relationships, as: #","relationships":{"#, into: &sink)
    resource.put(sparse.tail, into: &sink)
    sink.put("}")
    return sink.count
  }

  /// Copies members, if there are any, as those of an object that begins so.
  private mutating func put(_ members: [Range<Int>], as opening: StaticString, into sink: inout ByteSink) {
    guard !members.isEmpty else { return }
    for (index, member) in members.enumerated() {
      sink.put(index == 0 ? opening : ",")
      put(member, into: &sink)
    }
    sink.put("}")
  }

  /// Copies one range of the stored document; ranges come in ascending order.
  mutating func put(_ range: Range<Int>, into sink: inout ByteSink) {
    let document = stored.document
    var copied = range.lowerBound
    while let point = pending, point.offset <= range.upperBound, point.offset <= document.count {
      defer { pending = SplicePoint.decode(stored.splices, at: &position) }
      guard point.offset >= copied else { continue }
      sink.put(UnsafeRawBufferPointer(rebasing: document[copied..<point.offset]))
      copied = point.offset
      if point.kind == .base {
        sink.put(base)
        copied = min(copied + BaseMark.bytes.count, range.upperBound)
      } else if point.name.upperBound <= document.count {
        let name = UnsafeRawBufferPointer(rebasing: document[point.name])
        links.forEachPiece(of: point.kind, name: name) { sink.put($0) }
      }
    }
    sink.put(UnsafeRawBufferPointer(rebasing: document[copied..<range.upperBound]))
  }
}
