import JSONAPI

/// `Content-Range` of one range of bytes (RFC 9110, 14.4): which bytes of the whole an answer with status 206 has.
package struct ContentRange: Sendable, Hashable {
  /// The number of the first byte, counted from 0.
  package let first: Int64
  /// The number of the last byte, which is included.
  package let last: Int64
  /// How many bytes the whole has; nil where the server does not know (`*`).
  package let total: Int64?

  /// The number of the byte behind the last one.
  package var end: Int64 { last + 1 }

  /// Reads the value of a field. nil for other units, for `bytes */N`, and for what the clause calls invalid: an end before the
  /// start, or beyond the whole.
  package init?(_ text: String) {
    let words = text.split(separator: " ", maxSplits: 1, omittingEmptySubsequences: false)
    guard words.count == 2, words[0].lowercased() == "bytes" else { return nil }
    let parts = words[1].split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
    guard parts.count == 2 else { return nil }
    let ends = parts[0].split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
    guard ends.count == 2, let first = Int64(digits: ends[0]), let last = Int64(digits: ends[1]), first <= last,
      last < .max
    else { return nil }
    let total = Int64(digits: parts[1])
    guard parts[1] == "*" || total.map({ $0 > last }) == true else { return nil }
    self.first = first
    self.last = last
    self.total = total
  }
}
