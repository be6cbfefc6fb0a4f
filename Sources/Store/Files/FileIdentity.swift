/// What tells one content of a file from another, as the file's resource names it. The URL is no part of it: it may be signed
/// anew at every read.
package struct FileIdentity: Sendable, Hashable, CustomStringConvertible {
  /// Where the site keeps it: `public://a.png`.
  package let uri: String
  /// Bytes.
  package let size: Int64?
  /// Unix seconds.
  package let changed: Int64?

  /// An identity; each part as it is described above.
  package init(uri: String, size: Int64?, changed: Int64?) {
    self.uri = uri
    self.size = size
    self.changed = changed
  }

  /// Reads what `description` gave; nil for anything else.
  package init?(_ text: String) {
    // The URI may hold spaces, the numbers behind it do not.
    let words = text.split(separator: " ", omittingEmptySubsequences: false)
    guard words.count >= 3, words.suffix(2).allSatisfy({ $0 == "-" || Int64($0) != nil }) else { return nil }
    uri = words.dropLast(2).joined(separator: " ")
    size = Int64(words[words.count - 2])
    changed = Int64(words[words.count - 1])
  }

  /// The form in which it is stored: URI, size and time, `-` for what is not known.
  package var description: String {
    "\(uri) \(size.map(String.init) ?? "-") \(changed.map(String.init) ?? "-")"
  }
}
