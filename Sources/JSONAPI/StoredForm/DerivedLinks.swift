/// The links of one resource as the site writes them (reference 1.4, 1.5, 2.7): everything but the base URL follows from the
/// type's path, the UUID, the revision and the names of the relationships. They are kept as three fragments between which
/// only the name of a relationship goes:
///
///     ,"links":{"related":{"href":"RESOURCE\/ NAME ?resourceVersion=…"},"self":{"href":"RESOURCE\/relationships\/ NAME ?resourceVersion=…"}}
struct DerivedLinks {
  private let text: [UInt8]
  /// Up to the name in `related`.
  private let related: Range<Int>
  /// From there up to the name in `self`.
  private let between: Range<Int>
  /// The part of `between` that begins at `"self"`.
  private let selfStart: Int
  /// The end of `RESOURCE` in `between`.
  private let resourceEnd: Int
  /// The rest.
  private let end: Range<Int>

  /// `,"links":`: what stands before the value.
  static let memberName: StaticString = #","links":"#
  private static let opening: StaticString = #","links":{"#

  /// - Parameters:
  ///   - base: the base URL, escaped.
  ///   - path: the resource type's path, escaped: `\/jsonapi\/node\/topic`.
  ///   - id: the UUID's text.
  ///   - revision: the revision id where links carry one.
  init(base: [UInt8], path: [UInt8], id: UnsafeRawBufferPointer, revision: Int64?) {
    let version = revision.map { Array("?resourceVersion=id%3A\($0)".utf8) } ?? []
    let resource = base.count + path.count + 2 + id.count
    let size = 2 * resource + 2 * version.count + 96
    var marks = (related: 0, quote: 0, resource: 0, between: 0)
    text = [UInt8](unsafeUninitializedCapacity: size) { memory, count in
      var sink = ByteSink(UnsafeMutableRawBufferPointer(memory))
      func putResource() {
        sink.put(base)
        sink.put(path)
        sink.put(#"\/"#)
        sink.put(id)
      }
      sink.put(DerivedLinks.opening)
      sink.put(#""related":{"href":""#)
      putResource()
      sink.put(#"\/"#)
      marks.related = sink.count
      sink.put(version)
      sink.put(#""},"#)
      marks.quote = sink.count
      sink.put(#""self":{"href":""#)
      putResource()
      marks.resource = sink.count
      sink.put(#"\/relationships\/"#)
      marks.between = sink.count
      sink.put(version)
      sink.put(#""}}"#)
      count = sink.count
    }
    related = 0..<marks.related
    between = marks.related..<marks.between
    selfStart = marks.quote
    resourceEnd = marks.resource
    end = marks.between..<text.count
  }

  /// Gives `,"links":{…}` of a splice point piece by piece.
  @inline(__always)
  func forEachPiece(
    of kind: SplicePoint.Kind, name: UnsafeRawBufferPointer, _ body: (UnsafeRawBufferPointer) -> Void
  ) {
    text.withUnsafeBytes { text in
      func piece(_ range: Range<Int>) { body(UnsafeRawBufferPointer(rebasing: text[range])) }
      switch kind {
      case .relationshipLinks:
        piece(related)
        body(name)
        piece(between)
        body(name)
        piece(end)
      case .selfLink:
        piece(0..<DerivedLinks.opening.utf8CodeUnitCount)
        piece(selfStart..<between.upperBound)
        body(name)
        piece(end)
      case .resourceLinks:
        piece(0..<DerivedLinks.opening.utf8CodeUnitCount)
        piece(selfStart..<resourceEnd)
        piece(end)
      case .base: break
      }
    }
  }

  /// How many bytes the pieces of one kind have, without names.
  func count(of kind: SplicePoint.Kind) -> Int {
    var count = 0
    forEachPiece(of: kind, name: UnsafeRawBufferPointer(start: nil, count: 0)) { count += $0.count }
    return count
  }

  /// Whether `links`, the value of the member, is what would be put back for this kind.
  func matches(_ links: UnsafeRawBufferPointer, _ kind: SplicePoint.Kind, name: UnsafeRawBufferPointer) -> Bool {
    var position = -DerivedLinks.memberName.utf8CodeUnitCount
    var isSame = true
    forEachPiece(of: kind, name: name) { piece in
      defer { position += piece.count }
      guard isSame else { return }
      let expected = UnsafeRawBufferPointer(rebasing: piece[min(max(0, -position), piece.count)...])
      let start = max(0, position)
      isSame =
        start + expected.count <= links.count
        && sameBytes(UnsafeRawBufferPointer(rebasing: links[start..<start + expected.count]), expected)
    }
    return isSame && position == links.count
  }
}
