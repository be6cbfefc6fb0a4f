import JSONAPI
import OpenSocial

/// What people look for in a resource: the words of its attributes, without markup.
struct SearchedTexts {
  /// An attribute with its text, UTF-8, not empty and without control characters.
  struct Part {
    var name: String
    var text: [UInt8]
  }

  /// In the order of the document; none where it is damaged.
  private(set) var parts: [Part] = []
  /// What stands for the mark of the site's base URL.
  private let base: [UInt8]

  private static let formatted = FieldDescription.formattedText
  /// How deep values are looked into: lists of composite values are two deep.
  private static let depth = 4

  /// The texts of a stored document.
  init(_ document: UnsafeRawBufferPointer, base: [UInt8]) {
    self.base = base
    for member in StoredLayout(document)?.attributes ?? [] {
      let field = FieldDescription(member.name)
      // A name with a NUL is no site's, and ends where SQL ends.
      guard field.isSearched, !member.name.utf8.contains(0) else { continue }
      var text: [UInt8] = []
      let isLabel = FieldDescription.labels.contains(member.name)
      read(UnsafeRawBufferPointer(rebasing: document[member.value]), isLabel, SearchedTexts.depth, &text)
      if !text.isEmpty { parts.append(Part(name: member.name, text: text)) }
    }
  }

  private func read(_ value: UnsafeRawBufferPointer, _ isLabel: Bool, _ depth: Int, _ text: inout [UInt8]) {
    guard depth > 0 else { return }
    switch value.first {
    case UInt8(ascii: "\""): add(string(value), isLabel, &text)
    case UInt8(ascii: "["):
      for element in StoredLayout.arrayElements(value) {
        read(UnsafeRawBufferPointer(rebasing: value[element]), isLabel, depth - 1, &text)
      }
    case UInt8(ascii: "{"): readObject(value, depth, &text)
    default: break
    }
  }

  /// Of formatted text what the site makes of it, or else what was entered; of any other value all its texts.
  private func readObject(_ value: UnsafeRawBufferPointer, _ depth: Int, _ text: inout [UInt8]) {
    let members = StoredLayout.objectMembers(value)
    func part(_ name: String) -> UnsafeRawBufferPointer? {
      members.first { $0.name == name }.map { UnsafeRawBufferPointer(rebasing: value[$0.value]) }
        .flatMap { $0.first == UInt8(ascii: "\"") ? $0 : nil }
    }
    guard members.contains(where: { $0.name == SearchedTexts.formatted.format }) else {
      for member in members where FieldDescription(member.name).isSearched {
        read(UnsafeRawBufferPointer(rebasing: value[member.value]), false, depth - 1, &text)
      }
      return
    }
    if let html = part(SearchedTexts.formatted.html) ?? part(SearchedTexts.formatted.source) {
      add(PlainText.of(string(html)), true, &text)
    }
    if let summary = part(SearchedTexts.formatted.summary) { add(PlainText.of(string(summary)), true, &text) }
  }

  private func string(_ value: UnsafeRawBufferPointer) -> [UInt8] {
    guard value.count >= 2 else { return [] }
    return JSONText.unescaped(UnsafeRawBufferPointer(rebasing: value[1..<value.count - 1]))
  }

  /// - Parameter isSure: whether it is text for people, whatever it looks like.
  private func add(_ found: [UInt8], _ isSure: Bool, _ text: inout [UInt8]) {
    guard isSure ? !found.isEmpty : FieldDescription.isOfWords(found) else { return }
    if !text.isEmpty { text.append(0x0A) }
    let mark = BaseMark.bytes
    found.withUnsafeBufferPointer { found in
      var at = 0
      while at < found.count {
        let start = at
        while at < found.count, !SearchedTexts.isSpecial(found[at]), found[at] != mark[0] { at += 1 }
        if start < at { text.append(contentsOf: UnsafeBufferPointer(rebasing: found[start..<at])) }
        guard at < found.count else { return }
        if found[at] == mark[0], found[at...].starts(with: mark) {
          text.append(contentsOf: base)
          at += mark.count
        } else {
          text.append(SearchedTexts.isSpecial(found[at]) ? 0x20 : found[at])
          at += 1
        }
      }
    }
  }

  /// Whether a byte is a control character that is no end of a line.
  @inline(__always)
  private static func isSpecial(_ byte: UInt8) -> Bool { byte < 0x20 && byte != 0x0A || byte == 0x7F }
}
