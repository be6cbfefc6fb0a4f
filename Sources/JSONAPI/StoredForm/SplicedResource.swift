/// A stored resource with all that has to be put back. Its bytes are borrowed: it is valid while the row is.
package struct SplicedResource {
  private let stored: DocumentRenderer.Stored
  private let base: [UInt8]
  private let links: DerivedLinks

  init(_ stored: DocumentRenderer.Stored, base: [UInt8]) {
    self.stored = stored
    self.base = base
    let id = StoredLayout.id(of: stored.document) ?? UnsafeRawBufferPointer(start: nil, count: 0)
    links = DerivedLinks(base: base, path: stored.path, id: id, revision: stored.revision)
  }

  /// How far the splice points are used up.
  struct Place {
    fileprivate var position = 0
    fileprivate var pending: SplicePoint?
  }

  /// The first splice point.
  var start: Place {
    var place = Place()
    place.pending = SplicePoint.decode(stored.splices, at: &place.position)
    return place
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
    var place = start
    var sink = ByteSink(memory)
    guard let fields, let sparse = SparseFieldset(stored.document, keeping: fields) else {
      put(0..<stored.document.count, &place, into: &sink)
      return sink.count
    }
    put(sparse.head, &place, into: &sink)
    put(sparse.attributes, as: #","attributes":{"#, &place, into: &sink)
    put(sparse.relationships, as: #","relationships":{"#, &place, into: &sink)
    put(sparse.tail, &place, into: &sink)
    sink.put("}")
    return sink.count
  }

  /// Copies members, if there are any, as those of an object that begins so.
  private func put(
    _ members: [Range<Int>], as opening: StaticString, _ place: inout Place, into sink: inout ByteSink
  ) {
    guard !members.isEmpty else { return }
    for (index, member) in members.enumerated() {
      sink.put(index == 0 ? opening : ",")
      put(member, &place, into: &sink)
    }
    sink.put("}")
  }

  /// Copies one range of the stored document; ranges come in ascending order.
  func put(_ range: Range<Int>, _ place: inout Place, into sink: inout ByteSink) {
    let document = stored.document
    var copied = range.lowerBound
    while let point = place.pending, point.offset <= range.upperBound, point.offset <= document.count {
      defer { place.pending = SplicePoint.decode(stored.splices, at: &place.position) }
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
