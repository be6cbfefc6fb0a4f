/// Turns a resource object as the site sent it into its stored form: links left out where they can be derived, the base URL
/// marked, all other bytes as they were (reference 2.5, 2.7).
struct DocumentCompactor {
  private let source: UnsafeRawBufferPointer
  private let bases: [[UInt8]]
  private(set) var document: [UInt8]
  private(set) var splices: [UInt8] = []
  /// How far the source is used up.
  private(set) var copied: Int

  /// - Parameters:
  ///   - source: the bytes that hold the object.
  ///   - start: where the object begins in them.
  ///   - bases: the site's base URLs, escaped.
  ///   - capacity: how many bytes the stored form will have at most.
  init(_ source: UnsafeRawBufferPointer, from start: Int, bases: [[UInt8]], capacity: Int) {
    self.source = source
    self.bases = bases
    copied = start
    document = []
    document.reserveCapacity(capacity)
    splices.reserveCapacity(160)
  }

  /// Copies what precedes `offset`, with marks where the base URL stands.
  mutating func copy(upTo offset: Int) {
    guard offset > copied else { return }
    guard let base = bases.first, bases.count == 1 else { return copyMarkingAll(upTo: offset) }
    base.withUnsafeBytes { needle in
      let window = UnsafeRawBufferPointer(rebasing: source[..<offset])
      while let found = firstOccurrence(of: needle, in: window, from: copied) {
        let end = found + needle.count
        guard DocumentCompactor.endsHost(source, at: end) else {
          document.append(contentsOf: source[copied..<end])
          copied = end
          continue
        }
        document.append(contentsOf: source[copied..<found])
        SplicePoint(.base, at: document.count).encode(into: &splices)
        document.append(contentsOf: BaseMark.bytes)
        copied = end
      }
    }
    if copied < offset { document.append(contentsOf: source[copied..<offset]) }
    copied = offset
  }

  /// The same for a site that has several base URLs: where one begins another, the longest is meant.
  private mutating func copyMarkingAll(upTo offset: Int) {
    let window = UnsafeRawBufferPointer(rebasing: source[..<offset])
    // Where each comes next; behind the window when it does not.
    var next = bases.map { base in base.withUnsafeBytes { firstOccurrence(of: $0, in: window, from: copied) ?? offset }
    }
    while let found = next.min(), found < offset {
      let here = bases.indices.filter {
        next[$0] == found && DocumentCompactor.endsHost(source, at: found + bases[$0].count)
      }
      if let length = here.map({ bases[$0].count }).max() {
        document.append(contentsOf: source[copied..<found])
        SplicePoint(.base, at: document.count).encode(into: &splices)
        document.append(contentsOf: BaseMark.bytes)
        copied = found + length
      }
      let start = max(copied, found + 1)
      for index in bases.indices where next[index] < start {
        next[index] = bases[index].withUnsafeBytes { firstOccurrence(of: $0, in: window, from: start) ?? offset }
      }
    }
    if copied < offset { document.append(contentsOf: source[copied..<offset]) }
    copied = offset
  }

  /// Leaves out what stands between the last copied byte and `offset`, and notes what to put there.
  mutating func leaveOut(upTo offset: Int, _ kind: SplicePoint.Kind, name: Range<Int> = 0..<0) {
    SplicePoint(kind, at: document.count, name: name).encode(into: &splices)
    copied = offset
  }

  /// Whether a host name may end here: `https://example.org` does not stand in `https://example.organic`.
  static func endsHost(_ bytes: UnsafeRawBufferPointer, at end: Int) -> Bool {
    guard end < bytes.count else { return true }
    switch bytes[end] {
    case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: ":"),
      UInt8(ascii: "@"), UInt8(ascii: "_"), UInt8(ascii: "%"):
      return false
    default: return true
    }
  }
}
