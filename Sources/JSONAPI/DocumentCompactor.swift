/// Turns a resource object as the site sent it into its stored form: links left out where they can be derived, the base URL
/// marked, all other bytes as they were (reference 2.5, 2.7).
struct DocumentCompactor {
  private let source: UnsafeRawBufferPointer
  private let base: [UInt8]
  private(set) var document: [UInt8]
  private(set) var splices: [UInt8] = []
  /// How far the source is used up.
  private(set) var copied: Int

  /// - Parameters:
  ///   - source: the bytes that hold the object.
  ///   - start: where the object begins in them.
  ///   - base: the site's base URL, escaped.
  ///   - capacity: how many bytes the stored form will have at most.
  init(_ source: UnsafeRawBufferPointer, from start: Int, base: [UInt8], capacity: Int) {
    self.source = source
    self.base = base
    copied = start
    document = []
    document.reserveCapacity(capacity)
    splices.reserveCapacity(160)
  }

  /// Copies what precedes `offset`, with marks where the base URL stands.
  mutating func copy(upTo offset: Int) {
    guard offset > copied else { return }
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

  /// Leaves out what stands between the last copied byte and `offset`, and notes what to put there.
  mutating func leaveOut(upTo offset: Int, _ kind: SplicePoint.Kind, name: Range<Int> = 0..<0) {
    SplicePoint(kind, at: document.count, name: name).encode(into: &splices)
    copied = offset
  }

  /// Whether a host name may end here: `https://example.org` does not stand in `https://example.organic`.
  private static func endsHost(_ bytes: UnsafeRawBufferPointer, at end: Int) -> Bool {
    guard end < bytes.count else { return true }
    switch bytes[end] {
    case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: ":"),
      UInt8(ascii: "@"), UInt8(ascii: "_"), UInt8(ascii: "%"):
      return false
    default: return true
    }
  }
}
