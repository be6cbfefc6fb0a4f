import JSONAPI

/// `Prefer: wait=N` (RFC 7240 section 4.3): how long the client waits: for the site's own answer to a write, for a change in the feed.
struct WaitPreference: Equatable {
  /// From 0 to `longest`.
  let seconds: Int
  /// More is cut to this: proxies give up at a minute.
  static let longest = 60

  /// Reads `Prefer` headers, joined with commas; nil when they do not ask to wait. The first one counts (RFC 7240, 2).
  init?(_ header: String?) {
    for preference in WaitPreference.split(header ?? "", at: ",") {
      // Parameters of a preference say nothing here.
      let parts = WaitPreference.split(preference, at: ";")[0].split(separator: "=", maxSplits: 1)
      guard let name = parts.first, name.trimmed.lowercased() == "wait" else { continue }
      var value = parts.count > 1 ? parts[1].trimmed : ""
      if value.count > 1, value.hasPrefix("\""), value.hasSuffix("\"") { value = value.dropFirst().dropLast() }
      guard let wanted = Int(clampingDigits: value) else { return nil }
      seconds = min(wanted, WaitPreference.longest)
      return
    }
    return nil
  }

  /// The parts between separators outside quotes; one at least.
  private static func split(_ text: some StringProtocol, at separator: Character) -> [Substring] {
    var parts: [Substring] = []
    var start = text.startIndex
    var isQuoted = false
    for index in text.indices {
      if text[index] == "\"" { isQuoted.toggle() }
      guard text[index] == separator, !isQuoted else { continue }
      parts.append(Substring(text[start..<index]))
      start = text.index(after: index)
    }
    return parts + [Substring(text[start...])]
  }
}

extension Substring {
  fileprivate var trimmed: Substring {
    let start = drop { $0 == " " || $0 == "\t" }
    guard let last = start.lastIndex(where: { $0 != " " && $0 != "\t" }) else { return "" }
    return start[...last]
  }
}
