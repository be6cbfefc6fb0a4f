import Foundation
import JSONAPI

/// The shapes of names that people give: one that can match nothing would be obeyed in vain.
enum NameShape {
  /// Whether it can be an entity type, such as `group_content`, or a resource type, such as `node--topic` or `topics`: sites may
  /// call those as they like, but for what no list could hold.
  static func isTypeName(_ name: String) -> Bool {
    !name.isEmpty && name.utf8.count <= 200 && !name.hasPrefix("-") && !name.hasSuffix("-")
      && name.utf8.allSatisfy { isLetter($0) || "-.:=+~".utf8.contains($0) || $0 >= 0x80 }
  }

  /// Whether a policy for conflicts can go by it: `default`, a resource type (`node--topic`), a field of one
  /// (`node--topic.title`), a type without dashes where the site renamed it (`topics`).
  static func isPolicyName(_ name: String) -> Bool {
    if name == "default" { return true }
    let parts = name.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count <= 2, let type = parts.first, type != "default" else { return false }
    let words: [Substring]
    let name = ResourceTypeName(String(type))
    if name.tellsHome {
      words = [Substring(name.entityType), Substring(name.bundle)] + parts.dropFirst()
    } else {
      // An entity type is none, however usual it is to name one elsewhere.
      guard !Defaults.entityTypes.contains(name.rawValue) else { return false }
      words = Array(parts)
    }
    // Bundles may have a dash: `group_content--open_group-group_membership`.
    return words.allSatisfy { word in !word.isEmpty && word.utf8.allSatisfy { isLetter($0) || $0 == 0x2D } }
  }

  /// Whether it can name a sight: it is written on the command line and in messages.
  static func isSightName(_ name: String) -> Bool {
    (1...64).contains(name.utf8.count) && name.utf8.first != 0x2D
      && name.utf8.allSatisfy { isLetter($0) || $0 == 0x2D }
  }

  /// Whether it is a scope that means something: `read`, `write`, one of them for a type, `openid`.
  static func isScope(_ name: String) -> Bool {
    if ["read", "write", "openid"].contains(name) { return true }
    guard let prefix = ["read:", "write:"].first(where: { name.hasPrefix($0) }) else { return false }
    return isTypeName(String(name.dropFirst(prefix.count)))
  }

  /// Whether it names fields that a sight hides: a resource type or an entity type, a point, and a field's name, in which `*`
  /// stands for any letters.
  static func isFieldPattern(_ text: String) -> Bool {
    guard let point = text.lastIndex(of: ".") else { return false }
    let field = text[text.index(after: point)...]
    return isTypeName(String(text[..<point])) && (1...200).contains(field.utf8.count)
      && field.utf8.allSatisfy { isLetter($0) || $0 == UInt8(ascii: "*") }
  }

  private static func isLetter(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, 0x41...0x5A, 0x5F, 0x61...0x7A: true
    default: false
    }
  }
}
