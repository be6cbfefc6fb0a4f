import JSONAPI

/// Members that types of some sites do not have, or that an account does not get.
enum MissingMembers {
  /// The attributes and relationships that no resource of a type shows.
  static func of(_ type: ResourceType, _ habits: Set<Habit>) -> Set<String> {
    var names: Set<String> = []
    if habits.contains(.noChanged), hasNoChanged(type) { names.insert("changed") }
    if habits.contains(.noSerialNumber), hasNoSerialNumber(type) {
      names.formUnion([type.idAttribute, type.revisionAttribute].compactMap { $0 })
    }
    if habits.contains(.shrinkingRights) { names.formUnion(Rights.hidden[type.entityType] ?? []) }
    return names
  }

  /// Fields that do not exist are none to filter or sort by either (reference 3.2).
  static func check(_ paths: [FieldPath], _ type: ResourceType, _ habits: Set<Habit>) throws(SiteError) {
    for path in paths where path.hops.isEmpty {
      let name: String? =
        switch path.leaf {
        case .changed where habits.contains(.noChanged) && hasNoChanged(type): "changed"
        case .id where habits.contains(.noSerialNumber) && hasNoSerialNumber(type): type.idAttribute
        default: nil
        }
      guard let name else { continue }
      throw SiteError(
        400, "Invalid nested filtering. The field `\(name)`, given in the path `\(name)`, does not exist.")
    }
  }

  private static func hasNoChanged(_ type: ResourceType) -> Bool {
    ["post", "event_enrollment"].contains(type.entityType)
  }

  private static func hasNoSerialNumber(_ type: ResourceType) -> Bool { type.entityType == "taxonomy_term" }
}
