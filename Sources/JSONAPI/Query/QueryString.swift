/// The query string of a request: what it means, and how the site repeats it in links (reference 2.3, 4.2).
package struct QueryString: Sendable {
  /// The parameters as the site's code reads them.
  package let tree: QueryTree
  private let raw: String
  /// Whether a link that is made of the parameters means them again: no name is another one when it is read once more.
  private let isPlain: Bool

  /// No parameters.
  static let empty = QueryString(parsing: "")

  /// Reads a raw query string, given without `?`.
  package init(parsing raw: String) {
    self.raw = raw
    tree = QueryTree(parsing: raw)
    isPlain = QueryString.hasPlainNames(raw)
  }

  /// The request's own query as Symfony rebuilds it: top-level names sorted. Stands in `via` links. Without `?`.
  package var uriQuery: String {
    (isPlain ? tree : QueryTree(parsing: raw, mangling: false)).sortedByName.encoded(.symfony)
  }

  /// The query of `links.self`: as `uriQuery`, in Drupal's encoding. Without `?`.
  package var selfQuery: String {
    // The site parses its rebuilt URI a second time to make the link.
    (isPlain ? tree.sortedByName : QueryTree(parsing: uriQuery)).encoded(.drupal)
  }

  /// The query of a pager link (`first`, `prev`, `next`): the client's order, `page` replaced in place or appended.
  /// Without `?`.
  package func pagerQuery(offset: String, limit: String) -> String {
    var pager = QueryTree()
    var index = 0
    for member in tree.members {
      // PHP's array_merge numbers integer names anew.
      let isInteger = PHPInteger.value(of: member.name) != nil
      pager.append(isInteger ? String(index) : member.name, member.node)
      if isInteger { index += 1 }
    }
    let page = QueryTree([("offset", .text(offset)), ("limit", .text(limit))])
    pager["page"] = .tree(page)
    return pager.encoded(.drupal)
  }

  /// Whether names consist of letters, digits, `-`, `_`, and whole brackets alone, as those of nearly all requests do.
  private static func hasPlainNames(_ raw: String) -> Bool {
    var raw = raw
    return raw.withUTF8 { bytes in
      var at = 0
      // Fewer than PHP reads at all, and not as deep.
      var variables = 1
      while at < bytes.count {
        guard let end = endOfPlainName(bytes, from: at), variables < 500 else { return false }
        at = end
        while at < bytes.count, bytes[at] != UInt8(ascii: "&") { at += 1 }
        at += 1
        variables += 1
      }
      return true
    }
  }

  /// Where a plain name ends: at `=`, at `&`, or with the text; nil for another name.
  private static func endOfPlainName(_ bytes: UnsafeBufferPointer<UInt8>, from start: Int) -> Int? {
    var at = start
    var (brackets, isOpen, isClosed) = (0, false, false)
    while at < bytes.count {
      var byte = bytes[at]
      if !isOpen, byte == UInt8(ascii: "=") || byte == UInt8(ascii: "&") { break }
      if byte == UInt8(ascii: "%") {
        guard at + 2 < bytes.count, bytes[at + 1] == UInt8(ascii: "5") else { return nil }
        switch bytes[at + 2] {
        case UInt8(ascii: "B"), UInt8(ascii: "b"): byte = UInt8(ascii: "[")
        case UInt8(ascii: "D"), UInt8(ascii: "d"): byte = UInt8(ascii: "]")
        default: return nil
        }
        at += 2
      }
      switch byte {
      case UInt8(ascii: "["):
        guard !isOpen, at > start, brackets < 32 else { return nil }
        (brackets, isOpen) = (brackets + 1, true)
      case UInt8(ascii: "]"):
        guard isOpen else { return nil }
        (isOpen, isClosed) = (false, true)
      case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "-"), UInt8(ascii: "_"):
        // What follows a bracket's end means nothing.
        guard isOpen || !isClosed else { return nil }
      default: return nil
      }
      at += 1
    }
    return isOpen || at == start ? nil : at
  }
}

extension QueryString: Hashable {
  /// Whether both mean the same, and stand in links alike.
  package static func == (one: QueryString, other: QueryString) -> Bool {
    one.tree == other.tree && (one.raw == other.raw || one.uriQuery == other.uriQuery)
  }
  /// By the parameters.
  package func hash(into hasher: inout Hasher) { hasher.combine(tree) }
}
