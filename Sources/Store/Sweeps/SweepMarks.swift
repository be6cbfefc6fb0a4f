import JSONAPI

/// The ids on the last page of a listing as bytes: 16 of each UUID; of any other id 16 zero bytes, the length of its text in two, and
/// the text.
enum SweepMarks {
  static func bytes(of marks: Set<ResourceID>) -> [UInt8] {
    var bytes: [UInt8] = []
    for mark in marks.sorted() {
      let stored = mark.bytes
      bytes += stored.prefix(16)
      // A UUID of zeros alone is written as a text.
      let text =
        mark.isUUID ? (stored.allSatisfy { $0 == 0 } ? Array(mark.description.utf8) : []) : Array(stored[16...])
      guard !text.isEmpty else { continue }
      bytes += [UInt8(text.count >> 8), UInt8(text.count & 0xFF)] + text
    }
    return bytes
  }

  /// What can be read of them; the rest of damaged ones is left out.
  static func ids(in bytes: [UInt8]) -> Set<ResourceID> {
    var ids: Set<ResourceID> = []
    var rest = bytes[...]
    while rest.count >= 16 {
      let head = Array(rest.prefix(16))
      rest = rest.dropFirst(16)
      guard head.allSatisfy({ $0 == 0 }) else {
        if let id = head.withUnsafeBytes({ ResourceID(bytes: $0) }) { ids.insert(id) }
        continue
      }
      guard rest.count >= 2 else { break }
      let length = Int(rest[rest.startIndex]) << 8 | Int(rest[rest.startIndex + 1])
      rest = rest.dropFirst(2)
      guard rest.count >= length else { break }
      if let id = Array(rest.prefix(length)).withUnsafeBytes({ ResourceID(utf8: $0) }) { ids.insert(id) }
      rest = rest.dropFirst(length)
    }
    return ids
  }
}
