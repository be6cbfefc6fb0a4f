/// Gathers the fields of an answer from the lines that libcurl hands over one by one. Interim answers (RFC 9110,
/// 15.2) are forgotten when the next status line comes; trailers are not taken for fields.
struct ResponseHead {
  private(set) var fields: [HTTPField] = []
  /// Whether the empty line at its end has come.
  private(set) var isComplete = false
  private var isHTTP1 = false
  /// Bytes of all lines so far, those of interim answers and trailers too.
  private var size = 0

  /// The most bytes of heads that an answer may have in all.
  static let largest = 256 << 10
  /// Whether there were more.
  var isTooLarge: Bool { size > ResponseHead.largest }

  /// Whether only the connection's end tells where content ends, so that content that was cut looks whole: HTTP/1
  /// with neither chunks nor a length (RFC 9112, 6.3). HTTP/2 marks the end itself (RFC 9113, 8.1).
  var endsByClosing: Bool {
    guard isHTTP1 else { return false }
    if let coding = fields.last(where: { $0.name.lowercased() == "transfer-encoding" }) {
      return !coding.value.lowercased().hasSuffix("chunked")
    }
    return fields.first(named: "Content-Length") == nil
  }

  mutating func take(_ line: UnsafeRawBufferPointer) {
    size += line.count
    if isTooLarge { return }
    let text = String(decoding: line, as: UTF8.self)
    if text.hasPrefix("HTTP/") {
      fields = []
      isComplete = false
      isHTTP1 = text.hasPrefix("HTTP/1")
      return
    }
    let content = text.trimmed
    if isComplete { return }
    if content.isEmpty {
      isComplete = true
    } else if text.first?.isWhitespace == true, let last = fields.indices.last {
      // A folded line (RFC 9112, 5.2).
      fields[last].value += " " + content
    } else if let colon = content.utf8.firstIndex(of: UInt8(ascii: ":")) {
      let value = String(content[content.index(after: colon)...]).trimmed
      fields.append(HTTPField(String(content[..<colon]), value))
    }
  }
}

extension StringProtocol {
  /// Without white space at either end.
  var trimmed: String {
    // Lines of a head are nearly always ASCII: only where another character stands at an end, characters are looked at.
    func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }
    let text = String(self)
    let bytes = text.utf8
    var (start, end) = (bytes.startIndex, bytes.endIndex)
    while start < end, isSpace(bytes[start]) { start = bytes.index(after: start) }
    while start < end, isSpace(bytes[bytes.index(before: end)]) { end = bytes.index(before: end) }
    if start == end { return "" }
    if bytes[start] < 0x80, bytes[bytes.index(before: end)] < 0x80 { return String(text[start..<end]) }
    let front = drop(while: \.isWhitespace)
    return String(front.reversed().drop(while: \.isWhitespace).reversed())
  }
}
