import JSONAPI
import Store

/// A user of the site as `/oauth/userinfo` tells of one.
struct Person {
  /// The serial number.
  var serial: Int64
  var name: String
  var mail: String?
  /// Unix seconds.
  var changed: Int64
}

extension ResourceAnswers {
  /// The user of this id; nil where the mirror does not have one, or only the label of one.
  func person(_ id: String) throws -> Person? {
    guard let uuid = ResourceID(id) else { return nil }
    return try reader.single { snapshot in
      try snapshot.resource(uuid, entityType: "user") { row -> Person? in
        let attributes = try JSON(parsing: Array(row.stored.document))["attributes"]
        guard let serial = attributes?["drupal_internal__uid"]?.integer, let name = attributes?["name"]?.string else {
          return nil
        }
        let changed = attributes?["changed"]?.string.flatMap { RFC3339.unixSeconds($0) } ?? 0
        return Person(serial: serial, name: name, mail: attributes?["mail"]?.string, changed: changed)
      } ?? nil
    }
  }
}
