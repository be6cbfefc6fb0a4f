import Coding

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Where the parts of a stored document are, for readers that need only some of it.
package struct StoredLayout {
  /// A member of `attributes` or `relationships`.
  package struct Member {
    /// The public name.
    package var name: String
    /// From the quote before the name to the end of the value.
    package var whole: Range<Int>
    /// The value.
    package var value: Range<Int>
  }

  /// The members of `attributes`, in their order.
  package private(set) var attributes: [Member] = []
  /// The members of `relationships`, in their order.
  package private(set) var relationships: [Member] = []
  /// Everything before the comma in front of the first of `attributes` and `relationships`.
  package private(set) var head: Range<Int>
  /// Whatever follows both, without the closing brace.
  package private(set) var tail: Range<Int>

  /// Walks a stored document; nil when it is damaged.
  package init?(_ document: UnsafeRawBufferPointer) {
    var scanner = ByteScanner(document)
    var head: Int?
    var tail = 0
    head = nil
    self.head = 0..<0
    self.tail = 0..<0
    do throws(JSONSyntaxError) {
      var end = 0
      var members: [(Bool, Range<Int>)] = []
      try scanner.members { (scanner, name) throws(JSONSyntaxError) in
        let isAttributes = scanner.matches(name, "attributes")
        let isRelationships = scanner.matches(name, "relationships")
        let value = try scanner.value()
        if isAttributes || isRelationships, scanner.bytes[value.lowerBound] == UInt8(ascii: "{") {
          if head == nil { head = end }
          tail = value.upperBound
          members.append((isAttributes, value))
        }
        end = value.upperBound
      }
      self.head = 0..<(head ?? end)
      self.tail = (head == nil ? end : tail)..<end
      for (isAttributes, range) in members {
        let found = try StoredLayout.members(document, range)
        if isAttributes { attributes = found } else { relationships = found }
      }
    } catch { return nil }
  }

  private static func members(
    _ document: UnsafeRawBufferPointer, _ range: Range<Int>
  ) throws(JSONSyntaxError) -> [Member] {
    var members: [Member] = []
    var scanner = ByteScanner(document, at: range.lowerBound)
    try scanner.members { (scanner, name) throws(JSONSyntaxError) in
      let value = try scanner.value()
      members.append(Member(name: scanner.text(name), whole: name.lowerBound - 1..<value.upperBound, value: value))
    }
    return members
  }

  /// The UUID's text in a stored document, which begins `{"type":"…","id":"…"`.
  package static func id(of document: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer? {
    if let id = plainID(of: document) { return id }
    var scanner = ByteScanner(document)
    do throws(JSONSyntaxError) {
      try scanner.expect("{")
      _ = try scanner.string()
      try scanner.expect(":")
      _ = try scanner.string()
      try scanner.expect(",")
      _ = try scanner.string()
      try scanner.expect(":")
      return scanner.slice(try scanner.string())
    } catch { return nil }
  }

  /// The same where neither the type's name nor the id has escapes, as nearly all: every row of an answer is asked.
  private static func plainID(of document: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer? {
    func stands(_ text: StaticString, at place: Int) -> Bool {
      let count = text.utf8CodeUnitCount
      guard let base = document.baseAddress, document.count - place >= count else { return false }
      return memcmp(base + place, text.utf8Start, count) == 0
    }
    func quote(from start: Int) -> Int? {
      guard let base = document.baseAddress, start < document.count,
        let found = memchr(base + start, 0x22, document.count - start)
      else { return nil }
      let place = base.distance(to: UnsafeRawPointer(found))
      return document[place - 1] == 0x5C ? nil : place
    }
    let opening: StaticString = #"{"type":""#
    let between: StaticString = #"","id":""#
    guard stands(opening, at: 0), let type = quote(from: opening.utf8CodeUnitCount), stands(between, at: type) else {
      return nil
    }
    let start = type + between.utf8CodeUnitCount
    return quote(from: start).map { UnsafeRawBufferPointer(rebasing: document[start..<$0]) }
  }
}
