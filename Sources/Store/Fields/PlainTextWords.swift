/// What the names of tags and entities mean to who reads.
enum PlainTextWords {
  /// What a tag is between two pieces of text.
  enum Break {
    /// A new line.
    case line
    /// An empty line.
    case paragraph
    /// One line break more.
    case newLine
    /// White space.
    case space
  }

  /// The names of tags by key; all others are nothing.
  static let tags: [UInt64: Break] = {
    let paragraphs = [
      "p", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "pre", "ul", "ol", "dl", "table", "hr", "section",
      "article",
      "figure",
    ]
    let lines = [
      "div", "li", "dt", "dd", "tr", "caption", "figcaption", "address", "aside", "header", "footer", "nav", "main",
      "form",
      "details", "summary", "option",
    ]
    var tags: [UInt64: Break] = [key("br"): .newLine, key("td"): .space, key("th"): .space]
    for name in paragraphs { tags[key(name)] = .paragraph }
    for name in lines { tags[key(name)] = .line }
    return tags
  }()

  /// Elements whose content nobody reads.
  static let hidden: Set<UInt64> = [key("script"), key("style"), key("template")]

  private static let entities: [UInt64: Unicode.Scalar] = {
    let known: [(String, Unicode.Scalar)] = [
      ("amp", "&"), ("lt", "<"), ("gt", ">"), ("quot", "\""), ("apos", "'"), ("nbsp", "\u{A0}"), ("ensp", " "),
      ("emsp", " "),
      ("thinsp", " "), ("shy", "\u{AD}"), ("ndash", "–"), ("mdash", "—"), ("hellip", "…"), ("lsquo", "‘"),
      ("rsquo", "’"),
      ("sbquo", "‚"), ("ldquo", "“"), ("rdquo", "”"), ("bdquo", "„"), ("laquo", "«"), ("raquo", "»"), ("lsaquo", "‹"),
      ("rsaquo", "›"), ("bull", "•"), ("middot", "·"), ("euro", "€"), ("pound", "£"), ("cent", "¢"), ("yen", "¥"),
      ("sect", "§"), ("para", "¶"), ("copy", "©"), ("reg", "®"), ("trade", "™"), ("deg", "°"), ("plusmn", "±"),
      ("times", "×"), ("divide", "÷"), ("frac12", "½"), ("iexcl", "¡"), ("iquest", "¿"), ("Agrave", "À"),
      ("Aacute", "Á"),
      ("Acirc", "Â"), ("Atilde", "Ã"), ("Auml", "Ä"), ("Aring", "Å"), ("AElig", "Æ"), ("Ccedil", "Ç"), ("Egrave", "È"),
      ("Eacute", "É"), ("Ecirc", "Ê"), ("Euml", "Ë"), ("Iacute", "Í"), ("Ntilde", "Ñ"), ("Oacute", "Ó"), ("Ocirc", "Ô"),
      ("Ouml", "Ö"), ("Oslash", "Ø"), ("Uacute", "Ú"), ("Uuml", "Ü"), ("szlig", "ß"), ("agrave", "à"), ("aacute", "á"),
      ("acirc", "â"), ("atilde", "ã"), ("auml", "ä"), ("aring", "å"), ("aelig", "æ"), ("ccedil", "ç"), ("egrave", "è"),
      ("eacute", "é"), ("ecirc", "ê"), ("euml", "ë"), ("igrave", "ì"), ("iacute", "í"), ("icirc", "î"), ("iuml", "ï"),
      ("ntilde", "ñ"), ("ograve", "ò"), ("oacute", "ó"), ("ocirc", "ô"), ("otilde", "õ"), ("ouml", "ö"),
      ("oslash", "ø"),
      ("ugrave", "ù"), ("uacute", "ú"), ("ucirc", "û"), ("uuml", "ü"), ("yacute", "ý"), ("yuml", "ÿ"),
    ]
    return Dictionary(known.map { (key($0.0), $0.1) }) { first, _ in first }
  }()

  private static func key(_ name: String) -> UInt64 { key(Array(name.utf8), folded: false) }

  /// A name as a number; 0 for one that is too long to be known.
  /// - Parameter folded: whether letter case counts for nothing.
  static func key(_ name: some Collection<UInt8>, folded: Bool) -> UInt64 {
    // 63 signs at most: ten of them fit into 60 bits.
    guard name.count <= 10 else { return 0 }
    return name.reduce(0) { key, byte in
      let sign: UInt8 =
        switch byte {
        case 0x30...0x39: byte - 0x2F
        case 0x41...0x5A: folded ? byte - 0x41 + 37 : byte - 0x41 + 11
        case 0x61...0x7A: byte - 0x61 + 37
        default: 63
        }
      return key << 6 | UInt64(sign)
    }
  }

  static func isLetter(_ byte: UInt8) -> Bool { (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte) }
  static func isOfName(_ byte: UInt8) -> Bool { isLetter(byte) || (0x30...0x39).contains(byte) }

  /// What an entity stands for, given without `&` and `;`; nil for one that is not known. No more than eleven bytes.
  static func scalar(_ name: Slice<UnsafeBufferPointer<UInt8>>) -> Unicode.Scalar? {
    guard name.first == UInt8(ascii: "#") else { return entities[key(name, folded: false)] }
    let digits = name.dropFirst()
    let isHexadecimal = digits.first == UInt8(ascii: "x") || digits.first == UInt8(ascii: "X")
    let text = String(decoding: isHexadecimal ? digits.dropFirst() : digits, as: UTF8.self)
    guard let number = UInt32(text, radix: isHexadecimal ? 16 : 10) else { return nil }
    return Unicode.Scalar(number) ?? "\u{FFFD}"
  }
}
