import JSONAPI
import Store

/// A member's values as reports show them: those of passwords never.
struct ShownValue {
  private let name: String
  private let isHidden: Bool

  /// - Parameter name: the member's name.
  init(of name: String) {
    self.name = name
    isHidden = FieldValue.isSecret(name)
  }

  /// For people, on one line.
  func text(_ value: JSON?) -> String { isHidden ? "(hidden)" : value?.text() ?? "(absent)" }

  /// For programs: where the member stands, its name, and its values by what they are; an absent one is left out.
  func json(in group: ChangedMember.Group, _ values: [(String, JSON?)]) -> JSON {
    var object = JSONObject([("in", .string(group.rawValue)), ("name", .string(name))])
    if isHidden {
      object["hidden"] = true
    } else {
      for (role, value) in values { object[role] = value }
    }
    return .object(object)
  }
}
