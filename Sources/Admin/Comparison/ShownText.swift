import Coding
import Store

/// A value of a field as people read it, one thing a line, without what the site computes: of a text its words, of an object its members
/// by name, of a list its elements, of a relationship the ids that it names.
enum ShownText {
  /// What stands in place of a password.
  static let hidden = "(hidden)"

  /// - Parameter value: nil where the field is not there.
  /// - Returns: nil where it is not there.
  static func text(_ value: JSON?, of name: String, in group: ChangedMember.Group) -> String? {
    guard let value else { return nil }
    if FieldValue.isSecret(name) { return hidden }
    return group == .relationships ? targets(value) : lines(FieldValue.sendable(value, in: group), depth: 0)
  }

  private static func targets(_ data: JSON) -> String {
    let items = FieldValue.items(data)
    if items.isEmpty { return "(none)" }
    return items.map { "\($0["type"]?.string ?? "?") \($0["id"]?.string ?? "?")" }.joined(separator: "\n")
  }

  private static func lines(_ value: JSON, depth: Int) -> String {
    // Deeper values, which sites do not have, are shown as they are.
    guard depth < 8 else { return value.text() }
    switch value {
    case .null: return "(empty)"
    case .string(let text): return text
    case .array(let elements):
      return elements.isEmpty ? "(none)" : elements.map { lines($0, depth: depth + 1) }.joined(separator: "\n")
    case .object(let object):
      return object.members.map { "\($0.name): \(lines($0.value, depth: depth + 1))" }.joined(separator: "\n")
    case .bool, .number: return value.text()
    }
  }
}
