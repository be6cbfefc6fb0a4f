/// Puts stored documents back into the form the site would send, on another base URL: copies the stored bytes and derives
/// the links. The hot path of every read.
package struct DocumentRenderer: Sendable {
  private let base: DocumentBase

  /// A renderer for answers on this base URL.
  package init(base: DocumentBase) { self.base = base }

  /// A resource as it is stored. The bytes are borrowed: they are valid while the row is.
  package struct Stored {
    /// The stored form of the resource object.
    package var document: UnsafeRawBufferPointer
    /// Its splice points, as stored.
    package var splices: UnsafeRawBufferPointer
    /// The type's path, escaped: `\/jsonapi\/node\/topic`.
    package var path: [UInt8]
    /// The revision id where the type's links carry one.
    package var revision: Int64?

    /// A stored resource.
    package init(
      document: UnsafeRawBufferPointer, splices: UnsafeRawBufferPointer, path: [UInt8], revision: Int64?
    ) {
      self.document = document
      self.splices = splices
      self.path = path
      self.revision = revision
    }
  }

  /// Appends one resource object, whole or with only the members of a sparse fieldset (reference 3.7).
  /// - Parameter fields: the public names to keep; nil keeps all.
  package func append(_ stored: Stored, fields: Set<String>? = nil, into bytes: inout [UInt8]) {
    var writer = SpliceWriter(stored, base: base.escaped)
    if let fields, let pieces = SparseFieldset(stored.document, keeping: fields) {
      for piece in pieces.pieces {
        switch piece {
        case .stored(let range): writer.append(range, into: &bytes)
        case .text(let text): bytes.append(contentsOf: text.utf8)
        }
      }
    } else {
      writer.append(0..<stored.document.count, into: &bytes)
    }
  }

  /// Appends the relationship object of one field (`{"data":…,"links":…}`), or nothing when the resource has none of that
  /// name. Gives whether it had.
  package func append(relationship name: String, of stored: Stored, into bytes: inout [UInt8]) -> Bool {
    guard let layout = StoredLayout(stored.document),
      let member = layout.relationships.first(where: { $0.name == name })
    else { return false }
    var writer = SpliceWriter(stored, base: base.escaped)
    writer.append(member.value, into: &bytes)
    return true
  }
}

/// Copies ranges of one stored document in ascending order and puts back what its splice points say.
private struct SpliceWriter {
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

  mutating func append(_ range: Range<Int>, into bytes: inout [UInt8]) {
    let document = stored.document
    var copied = range.lowerBound
    while let point = pending, point.offset <= range.upperBound, point.offset <= document.count {
      defer { pending = SplicePoint.decode(stored.splices, at: &position) }
      guard point.offset >= copied else { continue }
      bytes.append(contentsOf: UnsafeRawBufferPointer(rebasing: document[copied..<point.offset]))
      copied = point.offset
      switch point.kind {
      case .base:
        bytes.append(contentsOf: base)
        copied = min(copied + BaseMark.bytes.count, range.upperBound)
      case .resourceLinks:
        bytes.append(contentsOf: #","links":"#.utf8)
        links.appendResource(into: &bytes)
      case .selfLink, .relationshipLinks:
        guard point.name.upperBound <= document.count else { continue }
        bytes.append(contentsOf: #","links":"#.utf8)
        let name = UnsafeRawBufferPointer(rebasing: document[point.name])
        links.appendRelationship(name, related: point.kind == .relationshipLinks, into: &bytes)
      }
    }
    bytes.append(contentsOf: UnsafeRawBufferPointer(rebasing: document[copied..<range.upperBound]))
  }
}
