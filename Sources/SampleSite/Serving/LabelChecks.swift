import JSONAPI

extension ResourceType {
  /// The one text that an entity of the type cannot do without.
  var label: String? {
    switch entityType {
    case "node": "title"
    case "taxonomy_term", "user": "name"
    case "group": "label"
    case "event_enrollment": "field_email"
    default: nil
    }
  }
}

extension JSON {
  /// The value of a field that has one: in a list it is the same.
  var single: JSON {
    guard let elements = array, elements.count < 2 else { return self }
    return elements.first ?? .null
  }

  /// What validation finds of a label (reference 5.5).
  func checkLabel(_ label: String) throws(SiteError) {
    let shown = label == "label" ? "Title" : label.prefix(1).uppercased() + label.dropFirst()
    let pointer = "/data/attributes/\(label)"
    if let elements = array, elements.count > 1 {
      throw .violation("\(label): \(shown): this field cannot hold more than 1 values.", pointer)
    }
    if array != nil || object != nil {
      throw .violation("\(label).0.value: This value should be of the correct primitive type.", "\(pointer)/value")
    }
    let text = string ?? ""
    if text.isEmpty { throw .violation("\(label): This value should not be null.", pointer) }
    if text.unicodeScalars.count > 255 {
      throw .violation("\(label).0.value: \(shown): may not be longer than 255 characters.", "\(pointer)/value")
    }
  }
}

extension WritePayload {
  /// Relationships do not stand among attributes: seen before any of them is looked up (reference 5.1).
  static func checkPlaces(_ attributes: JSON?, _ type: ResourceType) throws(SiteError) {
    let misplaced = (attributes?.object?.names ?? []).filter(type.relationshipNames.contains)
    guard !misplaced.isEmpty else { return }
    let names = misplaced.joined(separator: ", ")
    throw SiteError(422, "The following relationship fields were provided as attributes: [ \(names) ]")
  }
}
