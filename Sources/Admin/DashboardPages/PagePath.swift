import Coding

/// Paths below a place of the dashboard. What comes from outside stands in them as `id-`, then percent-encoded: so it is never one that
/// browsers resolve, such as `..`.
struct PagePath: Sendable, Hashable {
  private static let mark = "id-"

  /// What stands behind the place, between slashes, as it was sent; empty for the place itself.
  let segments: [String]

  /// - Parameter root: the place, such as `/queue`.
  /// - Returns: nil for a path that is not at or below it.
  init?(_ path: String, under root: String) {
    guard path.hasPrefix(root) else { return nil }
    let rest = path.dropFirst(root.count)
    guard rest.isEmpty || rest.first == "/" else { return nil }
    // Nothing, split, is one empty piece.
    segments =
      rest.isEmpty ? [] : rest.dropFirst().split(separator: "/", omittingEmptySubsequences: false).map(String.init)
  }

  /// A number of a change or a conflict.
  func number(_ place: Int) -> Int64? {
    guard segments.indices.contains(place) else { return nil }
    let digits = segments[place]
    guard (1...19).contains(digits.utf8.count), digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
      return nil
    }
    return Int64(digits)
  }

  /// A name that came from outside.
  func name(_ place: Int) -> String? {
    guard segments.indices.contains(place), segments[place].hasPrefix(PagePath.mark) else { return nil }
    return String(
      decoding: PercentCoding.formDecoded(segments[place].utf8.dropFirst(PagePath.mark.utf8.count)), as: UTF8.self)
  }

  /// A name as it stands in a path.
  static func segment(_ name: String) -> String { mark + PercentCoding.encoded(name) }
}
