import Coding

extension StoredLayout {
  /// The members of an object of compact JSON, in order; none when it is none or is damaged.
  package static func objectMembers(_ object: UnsafeRawBufferPointer) -> [Member] {
    var members: [Member] = []
    var scanner = ByteScanner(object)
    do throws(JSONSyntaxError) {
      try scanner.members { (scanner, name) throws(JSONSyntaxError) in
        let value = try scanner.value()
        members.append(Member(name: scanner.text(name), whole: name.lowerBound - 1..<value.upperBound, value: value))
      }
    } catch { return [] }
    return members
  }

  /// Where the elements of an array of compact JSON are; none when it is none or is damaged.
  package static func arrayElements(_ array: UnsafeRawBufferPointer) -> [Range<Int>] {
    var elements: [Range<Int>] = []
    var scanner = ByteScanner(array)
    do throws(JSONSyntaxError) {
      try scanner.elements { (scanner) throws(JSONSyntaxError) in elements.append(try scanner.value()) }
    } catch { return [] }
    return elements
  }
}

extension SplicePoint {
  /// The relationships of a stored document whose only link is their own: their targets are not shown (reference 2.7).
  package static func namesOfSelfLinks(
    _ splices: UnsafeRawBufferPointer, in document: UnsafeRawBufferPointer
  ) -> Set<String> {
    var names: Set<String> = []
    let text = ByteScanner(document)
    var position = 0
    while let point = decode(splices, at: &position) {
      guard point.kind == .selfLink, point.name.upperBound <= document.count else { continue }
      names.insert(text.name(point.name))
    }
    return names
  }
}
