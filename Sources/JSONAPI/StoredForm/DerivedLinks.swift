/// The links of one resource as the site writes them (reference 1.4, 1.5, 2.7): everything but the base URL follows from the
/// type's path, the UUID, the revision and the names of the relationships.
struct DerivedLinks {
  private let text: [UInt8]
  private let fragments: LinkFragments

  /// `,"links":`: what stands before the value.
  static let memberName: StaticString = #","links":"#

  /// - Parameters:
  ///   - base: the base URL, escaped.
  ///   - path: the resource type's path, escaped: `\/jsonapi\/node\/topic`.
  ///   - id: the UUID's text.
  ///   - revision: the revision id where links carry one.
  init(base: [UInt8], path: [UInt8], id: UnsafeRawBufferPointer, revision: Int64?) {
    var fragments = LinkFragments()
    let size = LinkFragments.size(base: base.count, path: path.count, id: id.count)
    text = [UInt8](unsafeUninitializedCapacity: size) { memory, count in
      fragments = LinkFragments(
        base: base, path: path, id: id, revision: revision, into: UnsafeMutableRawBufferPointer(memory))
      count = fragments.count
    }
    self.fragments = fragments
  }

  /// How many bytes the pieces of one kind have, without names.
  func count(of kind: SplicePoint.Kind) -> Int { fragments.count(of: kind) }

  /// Whether `links`, the value of the member, is what would be put back for this kind.
  func matches(_ links: UnsafeRawBufferPointer, _ kind: SplicePoint.Kind, name: UnsafeRawBufferPointer) -> Bool {
    var position = -DerivedLinks.memberName.utf8CodeUnitCount
    var isSame = true
    text.withUnsafeBytes { text in
      fragments.forEachPiece(of: kind, name: name, in: text) { piece in
        defer { position += piece.count }
        guard isSame else { return }
        let expected = UnsafeRawBufferPointer(rebasing: piece[min(max(0, -position), piece.count)...])
        let start = max(0, position)
        isSame =
          start + expected.count <= links.count
          && sameBytes(UnsafeRawBufferPointer(rebasing: links[start..<start + expected.count]), expected)
      }
    }
    return isSame && position == links.count
  }
}
