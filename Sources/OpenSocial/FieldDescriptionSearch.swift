/// What people look for words in.
extension FieldDescription {
  /// Whether an attribute may hold what somebody looks for: titles, names, bodies, places. Not what the site makes of other
  /// attributes, and not what tells a machine how to show or to find a resource.
  package var isSearched: Bool { !FieldDescription.unsearched.contains(name) && !isNumber && !isAboutRevision }

  private static let unsearched: Set<String> = [
    "langcode", "preferred_langcode", "preferred_admin_langcode", "timezone", "metatag", "path", "thread", "uri",
    "filemime", "entity_type", "field_name", "plugin_id", "homepage", "hostname", "mail", "init", "pass",
  ]

  /// Whether a text is of words: with white space between them, or one word of letters that begins with a capital or has some that
  /// ASCII has not. Addresses, dates, keys of choices and machine names are none.
  /// - Parameter text: UTF-8. Looked at once.
  package static func isOfWords(_ text: some Collection<UInt8>) -> Bool {
    var hasLetter = false
    var hasSpace = false
    var isPlain = true
    var isWord = true
    for byte in text {
      switch byte {
      case 0x61...0x7A: hasLetter = true
      case 0x41...0x5A, 0x80...0xFF:
        hasLetter = true
        isPlain = false
      case 0...0x20: hasSpace = true
      case UInt8(ascii: "'"), UInt8(ascii: "-"), UInt8(ascii: "."): break
      default: isWord = false
      }
    }
    return hasLetter && (hasSpace || isWord && !isPlain)
  }
}
