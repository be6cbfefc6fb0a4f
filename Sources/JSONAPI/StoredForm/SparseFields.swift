import Coding

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// The public names of a sparse fieldset (reference 3.7), ready to be held against those of document after document.
package struct SparseFields: Sendable, Hashable {
  /// All names one behind the other: shorter ones first, those of one length by their bytes.
  private let text: [UInt8]
  /// Where each begins, and the end.
  private let marks: [Int]

  /// The names to keep.
  package init(_ names: some Sequence<String>) {
    let sorted = Set(names.map { Array($0.utf8) }).sorted {
      $0.count == $1.count ? $0.lexicographicallyPrecedes($1) : $0.count < $1.count
    }
    text = sorted.flatMap { $0 }
    marks = sorted.reduce(into: [0]) { $0.append(($0.last ?? 0) + $1.count) }
  }

  /// Whether a name is among them.
  package func contain(_ name: String) -> Bool {
    var name = name
    return name.withUTF8 { contain(UnsafeRawBufferPointer($0)) }
  }

  /// Whether a name of a document is among them.
  /// - Parameter range: between its quotes.
  func contain(_ range: Range<Int>, in scanner: ByteScanner) -> Bool {
    let name = scanner.slice(range)
    if contain(name) { return true }
    guard name.contains(0x5C) else { return false }
    return Array(scanner.text(range).utf8).withUnsafeBytes { contain($0) }
  }

  private func contain(_ name: UnsafeRawBufferPointer) -> Bool {
    guard let wanted = name.baseAddress else { return false }
    return text.withUnsafeBytes { text in
      guard let all = text.baseAddress else { return false }
      var (low, high) = (0, marks.count - 1)
      while low < high {
        let middle = (low + high) / 2
        let length = marks[middle + 1] - marks[middle]
        let order =
          length == name.count ? Int(memcmp(all + marks[middle], wanted, length)) : length - name.count
        if order == 0 { return true }
        if order < 0 { low = middle + 1 } else { high = middle }
      }
      return false
    }
  }
}

/// Where the pieces of a stored document are that a sparse fieldset leaves: `type`, `id`, `links` always stay; `attributes` and
/// `relationships` go when nothing of them is left. Found in one walk.
struct SparseFieldset {
  /// Everything before the comma in front of the first of `attributes` and `relationships`.
  let head: Range<Int>
  /// The members that are left, each from the quote before its name to the end of its value.
  let attributes: [Range<Int>]
  let relationships: [Range<Int>]
  /// Whatever follows both, without the closing brace.
  let tail: Range<Int>
  /// How many bytes of text it adds to the pieces at most.
  static let overhead = 64

  /// Nil where the document is damaged.
  init?(_ document: UnsafeRawBufferPointer, keeping fields: SparseFields) {
    var (attributes, relationships) = ([Range<Int>](), [Range<Int>]())
    var head: Int?
    var (tail, end) = (0, 0)
    var scanner = ByteScanner(document)
    do throws(JSONSyntaxError) {
      try scanner.members { (scanner, name) throws(JSONSyntaxError) in
        let isAttributes = scanner.matches(name, "attributes")
        if isAttributes || scanner.matches(name, "relationships"), scanner.byte == UInt8(ascii: "{") {
          if head == nil { head = end }
          let kept = try SparseFieldset.kept(&scanner, fields)
          if isAttributes { attributes = kept } else { relationships = kept }
          tail = scanner.position
        } else {
          try scanner.value()
        }
        end = scanner.position
      }
    } catch { return nil }
    self.head = 0..<(head ?? end)
    self.tail = (head == nil ? end : tail)..<end
    (self.attributes, self.relationships) = (attributes, relationships)
  }

  private static func kept(
    _ scanner: inout ByteScanner, _ fields: SparseFields
  ) throws(JSONSyntaxError) -> [Range<Int>] {
    var kept: [Range<Int>] = []
    try scanner.members { (scanner, name) throws(JSONSyntaxError) in
      let value = try scanner.value()
      if fields.contain(name, in: scanner) { kept.append(name.lowerBound - 1..<value.upperBound) }
    }
    return kept
  }
}
