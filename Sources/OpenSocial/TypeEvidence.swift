import JSONAPI

/// What the fields of a resource tell of its entity type (reference 2.5, 6.1).
package struct TypeEvidence {
  private let attributes: Set<String>
  private let relationships: JSONObject

  /// - Parameter resource: a resource object.
  package init(_ resource: JSON) {
    attributes = Set(resource["attributes"]?.object?.names ?? [])
    relationships = resource["relationships"]?.object ?? JSONObject()
  }

  /// Serial numbers whose name tells the entity type, in the order in which they are looked for.
  private static let telling = ["comment", "file", "node", "profile", "taxonomy_term", "user"]

  /// Where the resource belongs; nil where its fields do not tell.
  /// - Parameter name: stands for the bundle where that is not shown.
  package func home(named name: String) -> EntityTypes.Home? {
    guard let entityType else { return nil }
    let relationship = EntityTypes.bundleRelationship(of: entityType)
    let bundle = relationships[relationship]?["data"]?["meta"]?[ResourceIdentifier.targetNumber]?.string
    let isWithout = EntityTypes.withoutBundles.contains(entityType)
    return EntityTypes.Home(entityType: entityType, bundle: bundle ?? (isWithout ? entityType : name))
  }

  private var entityType: String? {
    for entityType in TypeEvidence.telling {
      if let serial = SerialNumbers.attribute(ofEntityType: entityType), attributes.contains(serial) {
        return entityType
      }
    }
    for entityType in EntityTypes.withBundles
    where relationships[EntityTypes.bundleRelationship(of: entityType)] != nil { return entityType }
    if relationships["vid"] != nil, relationships["parent"] != nil { return "taxonomy_term" }
    if attributes.isSuperset(of: ["filename", "filemime", "uri"]) { return "file" }
    if attributes.isSuperset(of: ["display_name", "name"]) { return "user" }
    if relationships["field_event"] != nil, attributes.contains("field_enrollment_status") { return "event_enrollment" }
    return nil
  }
}
