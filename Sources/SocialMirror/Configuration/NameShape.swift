import Foundation
import JSONAPI

/// The shapes of names that people give: one that can match nothing would be obeyed in vain.
enum NameShape {
  /// Whether it can be an entity type, such as `group_content`.
  static func isEntityType(_ name: String) -> Bool { !name.isEmpty && name.utf8.allSatisfy { isLetter($0) } }

  /// Whether a policy for conflicts can go by it: `default`, a resource type (`node--topic`), a field of one
  /// (`node--topic.title`).
  static func isPolicyName(_ name: String) -> Bool {
    if name == "default" { return true }
    let parts = name.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count <= 2, let type = parts.first, let dashes = type.range(of: "--") else { return false }
    let words = [type[..<dashes.lowerBound], type[dashes.upperBound...]] + parts.dropFirst()
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

extension Settings.Site {
  /// What to say of configured entity types of which the site has nothing; nil where it has all. A site may well lack some of
  /// the usual ones, and those are not misspelt.
  /// - Parameter types: the site's resource types, such as `node--topic`.
  func notice(siteHas types: [String]) -> String? {
    let known = Set(types.map { ResourceTypeName($0).entityType } + Self.defaultEntityTypes)
    let unknown = entityTypes.filter { !known.contains($0) }
    if unknown.isEmpty { return nil }
    return "site.entityTypes: the site has no type of \(unknown.joined(separator: ", ")); is the name right?"
  }
}
