import JSONAPI
import OpenSocial
import Store

/// Brings the values of a write into the form in which the resource shows them, and finds what the site's validation would
/// (reference 2.6, 5.1, 5.5).
struct AttributeValues {
  let subject: WriteSubject
  /// What validation finds, by field: message and JSON pointer.
  private(set) var violations: [(detail: String, pointer: String)] = []

  init(_ subject: WriteSubject) { self.subject = subject }

  /// One attribute's value.
  /// - Throws: the site's 422 for what cannot be read at all.
  mutating func value(_ given: JSON, of field: TypeSchema.Field) throws -> JSON {
    if field.isList {
      var elements: [JSON] = []
      for (delta, element) in (given.array ?? (given.isNull ? [] : [given])).enumerated() {
        elements.append(try one(element, field, path: "\(delta)"))
      }
      return .array(elements)
    }
    guard let many = given.array, field.kind != .null else { return try one(given, field, path: nil) }
    // One value in a list is as good as the value.
    if many.count > 1 { tooMany(field.name) }
    return try many.first.map { try one($0, field, path: nil) } ?? .null
  }

  /// Notes that a field got more values than it has.
  mutating func tooMany(_ name: String) {
    violations.append(
      ("\(name): \(label(name)): this field cannot hold more than 1 values.", "/data/attributes/\(name)"))
  }

  /// Notes a target that a relationship does not lead to. The site looks for its number among what the relationship leads to,
  /// and might take another resource; here its UUID names it.
  mutating func wrongTarget(_ item: ResourceIdentifier, at delta: Int, of field: TypeSchema.Field) {
    let own = subject.homes.entityType(of: item.type)
    let target = field.targetEntityType(subject.homes)
    let path = "/data/attributes/\(field.name)/\(field.isList ? "\(delta)/" : "")target_id"
    let detail =
      target.map { $0 == own } ?? true
      ? "This entity (\(own): \(item.id)) cannot be referenced."
      : "The referenced entity (\(target ?? own): \(item.id)) does not exist."
    violations.append(("\(field.name).\(delta).target_id: \(detail)", path))
  }

  private func label(_ name: String) -> String {
    // Groups are labelled by their title.
    name == "label" ? "Title" : name.prefix(1).uppercased() + name.dropFirst()
  }

  private mutating func one(_ given: JSON, _ field: TypeSchema.Field, path: String?) throws -> JSON {
    if given.isNull { return given }
    // A value alone may stand under its property's name.
    if field.kind != .object, field.kind != .null, let value = given["value"], given.object?.members.count == 1 {
      return try one(value, field, path: path)
    }
    switch field.kind {
    case .time: if let time = try WrittenTime.timestamp(given, subject) { return time }
    case .dateTime: if let time = try WrittenTime.dateTime(given, subject) { return time }
    case .object: return try object(given, field)
    case .bool:
      if given.bool != nil { return given }
      switch (given.string ?? given.integer.map { String($0) })?.lowercased() {
      case "1", "true", "on", "yes": return true
      case "0", "false", "off", "no", "": return false
      default: break
      }
    case .number:
      if given.double != nil { return given }
      if let text = given.string, Double(text) != nil, let number = try? JSON(parsing: text) { return number }
    case .text:
      // The site's column is text: it shows as text what came as a number.
      switch given {
      case .string: return given
      case .number(let digits): return .string(digits)
      case .bool(let flag): return flag ? "1" : ""
      default: break
      }
    case .null, .array: return given
    }
    // A field of one value leaves the number of the value out of the pointer, but not out of the message.
    violations.append(
      (
        "\(field.name).\(path ?? "0").value: This value should be of the correct primitive type.",
        "/data/attributes/\(field.name)/\(path.map { "\($0)/" } ?? "")value"
      ))
    return given
  }

  private func object(_ given: JSON, _ field: TypeSchema.Field) throws -> JSON {
    let names = field.properties.map(\.name)
    let isFormatted = !FieldDescription.computedProperties.isDisjoint(with: names)
    guard let object = given.object else {
      return isFormatted ? formatted(JSONObject([("value", given)]), names) : given
    }
    if let type = FieldDescription.fieldType(names) {
      let writable = names.filter { !FieldDescription.computedProperties.contains($0) }
      for name in object.names where !names.contains(name) {
        let near = writable.filter { AttributeValues.isNear($0, name) }.first
        let hint =
          near.map { "Did you mean '\($0)'?" }
          ?? "Writable properties are: " + writable.map { "'\($0)'" }.joined(separator: ", ") + "."
        throw subject.refusal(
          422, "The property '\(name)' does not exist on the '\(field.name)' field of type '\(type)'. \(hint)")
      }
    }
    return isFormatted ? formatted(object, names) : given
  }

  /// A formatted text with all its properties: the site sets it as a whole, what is not given is null. `processed` is its to make.
  private func formatted(_ given: JSONObject, _ names: [String]) -> JSON {
    let computed = FieldDescription.computedProperties
    return .object(JSONObject(names.map { ($0, computed.contains($0) ? .null : given[$0] ?? .null) }))
  }

  /// Whether a name was probably meant: contained in it, or a third of its letters away.
  static func isNear(_ name: String, _ given: String) -> Bool {
    name.contains(given) || distance(Array(given.utf8), Array(name.utf8)) * 3 <= given.utf8.count
  }

  /// The Levenshtein distance.
  private static func distance(_ one: [UInt8], _ other: [UInt8]) -> Int {
    var row = Array(0...other.count)
    for (index, left) in one.prefix(256).enumerated() {
      var diagonal = row[0]
      row[0] = index + 1
      for (at, right) in other.enumerated() {
        let next = min(row[at + 1] + 1, row[at] + 1, diagonal + (left == right ? 0 : 1))
        diagonal = row[at + 1]
        row[at + 1] = next
      }
    }
    return row[other.count]
  }

  // MARK: Validation

  /// Checks the label that the resource cannot do without, its length, and lists of choices. The violations then stand in
  /// the order of the type's fields. A label that the type does not have under its usual name is the site's to ask for.
  mutating func validate(_ attributes: JSONObject, _ known: some KnownResources) throws {
    let entityType = subject.entityType
    if let name = FieldDescription.requiredText(of: entityType) {
      let given = attributes[name]
      let isMissing = given.map { $0.isNull || $0.string == "" } ?? (subject.stored == nil)
      let longest = FieldDescription(name, of: entityType).longest ?? .max
      let isTooLong = (given?.string?.unicodeScalars.count ?? 0) > longest
      if isMissing || isTooLong, try known.shows(name, of: subject.type) {
        violations.append(
          isMissing
            ? ("\(name): This value should not be null.", "/data/attributes/\(name)")
            : (
              "\(name).0.value: \(label(name)): may not be longer than \(longest) characters.",
              "/data/attributes/\(name)/value"
            ))
      }
    }
    for member in attributes.members {
      guard let choices = FieldDescription(member.name, of: entityType).choices, let text = member.value.string,
        !choices.contains(text), try !known.isUsed(text, in: member.name, of: subject.type)
      else { continue }
      violations.append(
        ("\(member.name).0: The value you selected is not a valid choice.", "/data/attributes/\(member.name)/0"))
    }
    guard !violations.isEmpty else { return }
    let order = (subject.schema?.fields ?? []).map(\.name)
    func place(_ detail: String) -> Int {
      order.firstIndex(of: String(detail.prefix { $0 != "." && $0 != ":" })) ?? order.count
    }
    let sorted = violations.enumerated().sorted { one, other in
      (place(one.element.detail), one.offset) < (place(other.element.detail), other.offset)
    }
    throw ErrorResponse.unprocessable(sorted.map(\.element))
  }
}
