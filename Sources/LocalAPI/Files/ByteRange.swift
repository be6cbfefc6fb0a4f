/// A `Range` header over content of a known size (RFC 9110, 14.2). Several ranges in one header are answered with the whole, as
/// is allowed.
enum ByteRange: Equatable {
  case whole
  case part(Range<Int64>)
  case unsatisfiable

  init(_ header: String, size: Int64) {
    let parts = header.split(separator: "=", maxSplits: 1)
    guard parts.count == 2, parts[0].lowercased() == "bytes", !parts[1].contains(",") else {
      self = .whole
      return
    }
    let ends = parts[1].split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false).map {
      $0.trimmingPrefix(" ")
    }
    guard ends.count == 2, ends.allSatisfy({ $0.utf8.allSatisfy { (0x30...0x39).contains($0) } }) else {
      self = .whole
      return
    }
    // More digits than fit are a place behind every end.
    let places = ends.map { $0.isEmpty ? nil : Int64($0) ?? .max }
    switch (places[0], places[1]) {
    case (let first?, let last) where last.map { $0 >= first } ?? true:
      self = first < size ? .part(first..<min(last ?? .max, size - 1) + 1) : .unsatisfiable
    case (nil, let suffix?): self = suffix > 0 && size > 0 ? .part(size - min(suffix, size)..<size) : .unsatisfiable
    default: self = .whole
    }
  }
}
