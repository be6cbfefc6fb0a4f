import JSONAPI

/// How a client wrote the target of a request, beside how the site writes it. The site compares paths without regard to case,
/// takes a slash at the end and its front controller (`/index.php`) for nothing, and sends whoever reads a path that is there to
/// its own spelling of it.
struct Spelling: Equatable {
  /// The path that routes are looked for by, percent-encoding kept: without front controller, and without a slash at its end.
  var path: String
  /// Whether more than letters differs from the site's spelling: front controller, slash, or a question mark with nothing behind it.
  private var isLonger = false
  /// The query as it was sent, without its question mark.
  private(set) var query = ""

  /// With the slash behind it, where the path that is meant begins.
  private static let controller = "/index.php/"

  /// - Parameter target: path and query as in the request line.
  init(_ target: String) {
    var path = Substring(target)
    if let mark = target.utf8.firstIndex(of: UInt8(ascii: "?")) {
      path = target[..<mark]
      query = String(target[target.utf8.index(after: mark)...])
      isLonger = query.isEmpty
    }
    if path.utf8.starts(with: Spelling.controller.utf8) {
      path = Substring(path.utf8.dropFirst(Spelling.controller.utf8.count - 1))
      isLonger = true
    }
    if path.utf8.count > 1, path.utf8.last == UInt8(ascii: "/") {
      path = path.dropLast()
      isLonger = true
    }
    self.path = String(path)
  }

  /// A target as nearly all are, written as the site writes its own: one look at its bytes instead of one for each question.
  /// - Parameter longest: the longest path, in bytes.
  /// - Returns: nil where anything has to be decoded, folded, cut off or refused.
  init?(plain target: String, longest: Int) {
    var target = target
    let end: Int? = target.withUTF8 { bytes in
      guard bytes.first == UInt8(ascii: "/"), bytes.count <= longest else { return nil }
      var last = UInt8(0)
      var end = bytes.count
      for (at, byte) in bytes.enumerated() {
        if byte == UInt8(ascii: "?") {
          end = at
          break
        }
        guard Spelling.standsForItself(byte), byte != UInt8(ascii: "/") || last != byte else { return nil }
        last = byte
      }
      guard last != UInt8(ascii: "/"), end + 1 != bytes.count else { return nil }
      return bytes[end...].contains(UInt8(ascii: "#")) ? nil : end
    }
    guard let end, !target.utf8.starts(with: Spelling.controller.utf8) else { return nil }
    guard end < target.utf8.count else {
      path = target
      return
    }
    let mark = target.utf8.index(target.startIndex, offsetBy: end)
    path = String(target[..<mark])
    query = String(target[target.utf8.index(after: mark)...])
  }

  /// Whether a byte of a path is the site's own spelling of itself: small letters and other signs of ASCII.
  private static func standsForItself(_ byte: UInt8) -> Bool {
    byte < 0x80 && byte != UInt8(ascii: "%") && byte != UInt8(ascii: "#") && !(0x41...0x5A).contains(byte)
  }

  /// Where the site sends a read of a route that is there; nil when it is written as the site writes it.
  /// - Parameters:
  ///   - route: the reading of the path that is meant; nil for a route of no resource.
  ///   - base: scheme and authority of links.
  /// - Returns: the location. What stands for an id keeps its letters: that is no part of the route.
  func moved(_ route: ResourceRoute?, base: String) -> String? {
    // Nearly every path is written so.
    if !isLonger, Spelling.isLowered(path) { return nil }
    let sent = PercentCoding.decodedPath(path)
    var parts = sent.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
    let ids: Int? =
      switch route {
      case .individual?: parts.count - 1
      case .related?: parts.count - 2
      case .relationship?: parts.count - 3
      case .collection?, nil: nil
      }
    for index in parts.indices where index != ids { parts[index] = parts[index].lowercased() }
    let own = parts.joined(separator: "/")
    guard isLonger || !own.utf8.elementsEqual(sent.utf8) else { return nil }
    let written = own == sent ? path : parts.map { PercentCoding.encoded($0) }.joined(separator: "/")
    return base + written + (query.isEmpty ? "" : "?\(query)")
  }

  /// Whether a path has nothing but small letters and other signs of ASCII that stand for themselves.
  private static func isLowered(_ path: String) -> Bool {
    var path = path
    return path.withUTF8 { bytes in
      bytes.allSatisfy { $0 < 0x80 && $0 != UInt8(ascii: "%") && !(0x41...0x5A).contains($0) }
    }
  }

  /// A target that no server takes: with an escape that is none, or one of a NUL.
  static func isMalformed(_ target: String) -> Bool {
    var target = target
    return target.withUTF8 { bytes in
      let path = bytes.prefix { $0 != UInt8(ascii: "?") }
      var at = path.startIndex
      while let percent = path[at...].firstIndex(of: UInt8(ascii: "%")) {
        guard percent + 2 < path.endIndex, Hexadecimal.value(of: path[percent + 1]) != nil,
          Hexadecimal.value(of: path[percent + 2]) != nil
        else { return true }
        if path[percent + 1] == UInt8(ascii: "0"), path[percent + 2] == UInt8(ascii: "0") { return true }
        at = percent + 3
      }
      return false
    }
  }

  /// The path with one slash where several follow each other, as the site answers before it looks for anything; nil where none do.
  static func withoutEmptyParts(_ path: String) -> String? {
    guard ResourceRoute.hasEmptyPart(path) else { return nil }
    let bytes = Array(path.utf8)
    var single: [UInt8] = []
    single.reserveCapacity(bytes.count)
    for byte in bytes where byte != UInt8(ascii: "/") || single.last != byte { single.append(byte) }
    return String(decoding: single, as: UTF8.self)
  }
}
