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

  private static func isLetter(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, 0x41...0x5A, 0x5F, 0x61...0x7A: true
    default: false
    }
  }
}
