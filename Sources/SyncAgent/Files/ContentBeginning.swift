import Store

/// The first bytes of a content, looked at as they come: a page says what it is there, whatever its media type says.
struct ContentBeginning: Sendable, Hashable {
  private var bytes: [UInt8] = []
  private var isOver = false
  /// What begins later is no page.
  private static let most = 512

  /// Takes the next piece.
  /// - Returns: whether what has come is a page, where the file is no text.
  mutating func isPage(with piece: UnsafeRawBufferPointer, of file: FileSource) -> Bool {
    guard !isOver else { return false }
    let type = file.mediaType?.lowercased() ?? ""
    guard !type.hasPrefix("text/"), !type.contains("html") else {
      isOver = true
      return false
    }
    bytes.append(contentsOf: piece.prefix(ContentBeginning.most - bytes.count))
    isOver = bytes.count >= ContentBeginning.most
    return ContentBeginning.isPage(bytes)
  }

  /// Whether text begins as HTML does: behind a byte order mark and white space, `<!doctype html` or `<html`.
  static func isPage(_ bytes: [UInt8]) -> Bool {
    var text = bytes[...]
    if text.starts(with: [0xEF, 0xBB, 0xBF]) { text = text.dropFirst(3) }
    text = text.drop { $0 == 0x20 || (0x09...0x0D).contains($0) }
    let word = text.prefix(14).map { (0x41...0x5A).contains($0) ? $0 | 0x20 : $0 }
    return word.starts(with: "<!doctype html".utf8) || word.starts(with: "<html".utf8)
  }
}
