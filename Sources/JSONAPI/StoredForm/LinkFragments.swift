/// Where the fragments are of which the links of one resource are put together. They stand one behind the other in memory that
/// somebody else has, and only the name of a relationship goes between them:
///
///     ,"links":{"related":{"href":"RESOURCE\/ NAME ?resourceVersion=…"},"self":{"href":"RESOURCE\/relationships\/ NAME ?resourceVersion=…"}}
struct LinkFragments {
  /// The end of what stands before the name in `related`.
  private var related = 0
  /// Where `"self"` begins.
  private var selfStart = 0
  /// The end of `RESOURCE` in `self`.
  private var resourceEnd = 0
  /// The end of what stands before the name in `self`.
  private var between = 0
  /// How many bytes there are in all.
  private(set) var count = 0

  private static let opening: StaticString = #","links":{"#
  private static let version: StaticString = "?resourceVersion=id%3A"
  /// More than the digits of any number, and its sign.
  private static let digits = 20

  /// None.
  init() {}

  /// How many bytes of memory the fragments need at most, for parts of so many bytes.
  static func size(base: Int, path: Int, id: Int) -> Int {
    2 * (base + path + 2 + id) + 2 * (version.utf8CodeUnitCount + digits) + 96
  }

  /// Writes the fragments.
  /// - Parameters:
  ///   - base: the base URL, escaped.
  ///   - path: the resource type's path, escaped: `\/jsonapi\/node\/topic`.
  ///   - id: the UUID's text.
  ///   - revision: the revision id where links carry one.
  ///   - memory: room for as many bytes as `size` says; too little of it traps.
  init(
    base: [UInt8], path: [UInt8], id: UnsafeRawBufferPointer, revision: Int64?,
    into memory: UnsafeMutableRawBufferPointer
  ) {
    var sink = ByteSink(memory)
    sink.put(LinkFragments.opening)
    sink.put(#""related":{"href":""#)
    let resource = sink.count
    sink.put(base)
    sink.put(path)
    sink.put(#"\/"#)
    sink.put(id)
    let resourceCount = sink.count - resource
    sink.put(#"\/"#)
    related = sink.count
    if let revision {
      sink.put(LinkFragments.version)
      sink.put(revision)
    }
    let versionCount = sink.count - related
    sink.put(#""},"#)
    selfStart = sink.count
    sink.put(#""self":{"href":""#)
    sink.putAgain(resource, resourceCount)
    resourceEnd = sink.count
    sink.put(#"\/relationships\/"#)
    between = sink.count
    sink.putAgain(related, versionCount)
    sink.put(#""}}"#)
    count = sink.count
  }

  /// Gives `,"links":{…}` of a splice point piece by piece.
  /// - Parameter text: the memory that the fragments were written into.
  @inline(__always)
  func forEachPiece(
    of kind: SplicePoint.Kind, name: UnsafeRawBufferPointer, in text: UnsafeRawBufferPointer,
    _ body: (UnsafeRawBufferPointer) -> Void
  ) {
    guard let first = text.baseAddress, text.count >= count else { return }
    func piece(_ start: Int, _ end: Int) { body(UnsafeRawBufferPointer(start: first + start, count: end - start)) }
    switch kind {
    case .relationshipLinks:
      piece(0, related)
      body(name)
      piece(related, between)
      body(name)
      piece(between, count)
    case .selfLink:
      piece(0, LinkFragments.opening.utf8CodeUnitCount)
      piece(selfStart, between)
      body(name)
      piece(between, count)
    case .resourceLinks:
      piece(0, LinkFragments.opening.utf8CodeUnitCount)
      piece(selfStart, resourceEnd)
      piece(between, count)
    case .base: break
    }
  }

  /// How many bytes the pieces of one kind have, without names.
  func count(of kind: SplicePoint.Kind) -> Int {
    switch kind {
    case .relationshipLinks: count
    case .selfLink: LinkFragments.opening.utf8CodeUnitCount + count - selfStart
    case .resourceLinks: LinkFragments.opening.utf8CodeUnitCount + resourceEnd - selfStart + count - between
    case .base: 0
    }
  }
}
