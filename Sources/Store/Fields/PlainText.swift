/// What HTML says without its markup: a line for each block, an empty one between paragraphs, one space where there is any other
/// white space; entities as what they stand for; nothing of scripts, styles and comments. Time and size grow as the HTML does,
/// whatever it is.
struct PlainText {
  private let html: UnsafeBufferPointer<UInt8>
  private var at = 0
  private var text: [UInt8] = []
  /// Line breaks, and whether white space, that stand before what comes next.
  private var breaks = 0
  private var hasSpace = false

  /// The text of UTF-8 HTML.
  static func of(_ html: [UInt8]) -> [UInt8] {
    html.withUnsafeBufferPointer { html in
      var plain = PlainText(html)
      plain.read()
      return plain.text
    }
  }

  private init(_ html: UnsafeBufferPointer<UInt8>) {
    self.html = html
    text.reserveCapacity(html.count)
  }

  private func byte(_ offset: Int = 0) -> UInt8 { at + offset < html.count ? html[at + offset] : 0 }

  private mutating func read() {
    while at < html.count {
      switch html[at] {
      case UInt8(ascii: "<"): readMarkup()
      case UInt8(ascii: "&"): readEntity()
      case 0...0x20:
        hasSpace = true
        at += 1
      case 0xC2 where byte(1) == 0xA0:
        hasSpace = true
        at += 2
      default: readRun()
      }
    }
  }

  /// Takes all up to the next byte that may mean something: words with one space between them are taken together.
  private mutating func readRun() {
    let start = at
    at += 1
    while at < html.count {
      if PlainText.isPlain(html[at]) {
        at += 1
      } else if html[at] == 0x20, at + 1 < html.count, PlainText.isPlain(html[at + 1]) {
        at += 2
      } else {
        break
      }
    }
    separate()
    text.append(contentsOf: UnsafeBufferPointer(rebasing: html[start..<at]))
  }

  /// Whether a byte stands for itself wherever it is. The second byte of another sign is one, for only the first is looked at.
  @inline(__always)
  private static func isPlain(_ byte: UInt8) -> Bool {
    byte > 0x20 && byte != UInt8(ascii: "<") && byte != UInt8(ascii: "&") && byte != 0xC2
  }

  private mutating func add(_ bytes: some Collection<UInt8>) {
    separate()
    text.append(contentsOf: bytes)
  }

  /// Writes what parts the text so far from what comes next.
  private mutating func separate() {
    if !text.isEmpty {
      for _ in 0..<breaks { text.append(0x0A) }
      if breaks == 0, hasSpace { text.append(0x20) }
    }
    (breaks, hasSpace) = (0, false)
  }

  // MARK: Markup

  private mutating func readMarkup() {
    let next = byte(1)
    if next == UInt8(ascii: "!") || next == UInt8(ascii: "?") {
      let isComment = byte(1) == UInt8(ascii: "!") && byte(2) == UInt8(ascii: "-") && byte(3) == UInt8(ascii: "-")
      at += isComment ? 4 : 2
      return skip(behind: isComment ? "-->" : ">")
    }
    let isEnd = next == UInt8(ascii: "/")
    guard PlainTextWords.isLetter(isEnd ? byte(2) : next) else {
      add(CollectionOfOne(UInt8(ascii: "<")))
      at += 1
      return
    }
    at += isEnd ? 2 : 1
    let start = at
    while PlainTextWords.isOfName(byte()) { at += 1 }
    let name = PlainTextWords.key(html[start..<at], folded: true)
    skipAttributes()
    if !isEnd, PlainTextWords.hidden.contains(name) { return skipContent(of: name) }
    switch PlainTextWords.tags[name] {
    case .line: breaks = max(breaks, 1)
    case .paragraph: breaks = 2
    case .newLine: breaks = min(breaks + 1, 2)
    case .space: hasSpace = true
    case nil: break
    }
  }

  /// Moves behind the end of a tag. A quote begins a value only behind `=`.
  private mutating func skipAttributes() {
    var isValue = false
    while at < html.count {
      let byte = html[at]
      at += 1
      switch byte {
      case UInt8(ascii: ">"): return
      case UInt8(ascii: "="): isValue = true
      case 0...0x20: break
      case UInt8(ascii: "\""), UInt8(ascii: "'"):
        if isValue { while at < html.count, html[at] != byte { at += 1 } }
        if isValue, at < html.count { at += 1 }
        isValue = false
      default: isValue = false
      }
    }
  }

  /// Moves behind the next of these words, or to the end.
  private mutating func skip(behind word: StaticString) {
    let length = word.utf8CodeUnitCount
    while at + length <= html.count {
      if (0..<length).allSatisfy({ html[at + $0] == word.utf8Start[$0] }) {
        at += length
        return
      }
      at += 1
    }
    at = html.count
  }

  /// Moves behind the end tag of an element whose content is no text, or to the end.
  private mutating func skipContent(of name: UInt64) {
    while at < html.count {
      guard byte() == UInt8(ascii: "<"), byte(1) == UInt8(ascii: "/") else {
        at += 1
        continue
      }
      at += 2
      let start = at
      while PlainTextWords.isOfName(byte()) { at += 1 }
      if PlainTextWords.key(html[start..<at], folded: true) == name { return skipAttributes() }
    }
  }

  // MARK: Entities

  private mutating func readEntity() {
    // The longest that is known, and any number, is shorter.
    var end = at + 1
    while end < html.count, end - at < 12, html[end] == UInt8(ascii: "#") || PlainTextWords.isOfName(html[end]) {
      end += 1
    }
    guard end < html.count, html[end] == UInt8(ascii: ";"), let scalar = PlainTextWords.scalar(html[(at + 1)..<end])
    else {
      add(CollectionOfOne(UInt8(ascii: "&")))
      at += 1
      return
    }
    at = end + 1
    if scalar.value <= 0x20 || scalar.value == 0xA0 {
      hasSpace = true
    } else {
      add(UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
    }
  }
}
