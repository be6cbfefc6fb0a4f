import JSONAPI
import OpenSocial

extension TypeSchema {
  /// Reads off a stored document what it shows of its type.
  /// - Parameter splices: its splice points; they tell relationships that lead to resources which the site does not show.
  init(_ document: UnsafeRawBufferPointer, splices: UnsafeRawBufferPointer) {
    self.init()
    guard let layout = StoredLayout(document) else { return }
    let hidden = SplicePoint.namesOfSelfLinks(splices, in: document)
    for member in layout.attributes {
      var field = Field(member.name)
      TypeSchema.read(UnsafeRawBufferPointer(rebasing: document[member.value]), into: &field)
      fields.append(field)
    }
    for member in layout.relationships {
      var field = Field(member.name, isRelationship: true)
      field.isInternal = hidden.contains(member.name)
      let value = UnsafeRawBufferPointer(rebasing: document[member.value])
      // A relationship of which the site shows nothing is an empty array.
      if value.first == UInt8(ascii: "[") { field.isList = true }
      for part in Members.of(value) where part.name == "data" {
        let data = UnsafeRawBufferPointer(rebasing: value[part.value])
        field.isList = data.first == UInt8(ascii: "[")
        for identifier in field.isList ? Members.elements(of: data) : [data] { field.read(identifier: identifier) }
      }
      fields.append(field)
    }
  }

  private static func read(_ value: UnsafeRawBufferPointer, into field: inout Field) {
    field.kind = kind(value, name: field.name)
    switch field.kind {
    case .text: field.isProse = !value.dropFirst().dropLast().allSatisfy(TypeSchema.isOfMachineName)
    case .number: field.isFraction = value.contains { $0 == 0x2E || $0 | 0x20 == 0x65 }
    case .object:
      field.properties = Members.of(value).map { part in
        Property(part.name, kind(UnsafeRawBufferPointer(rebasing: value[part.value]), name: part.name))
      }
      if field.properties.isEmpty { field.kind = .null }
    case .array:
      field.isList = true
      field.kind = .null
      for element in Members.elements(of: value) {
        var one = Field(field.name)
        if element.first != UInt8(ascii: "[") { read(element, into: &one) }
        field.merge(one)
      }
    default: break
    }
  }

  /// Whether a byte may stand in a machine name, as lists of choices have them.
  private static func isOfMachineName(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, 0x61...0x7A, UInt8(ascii: "_"), UInt8(ascii: "-"): true
    default: false
    }
  }

  private static func kind(_ value: UnsafeRawBufferPointer, name: String) -> Kind {
    switch value.first {
    case UInt8(ascii: "n"): return .null
    case UInt8(ascii: "t"), UInt8(ascii: "f"): return .bool
    case UInt8(ascii: "["): return .array
    case UInt8(ascii: "{"): return .object
    case UInt8(ascii: "\""):
      let text = UnsafeRawBufferPointer(rebasing: value[1..<value.count - 1])
      guard text.count == 25, RFC3339.unixSeconds(bytes: text) != nil else { return .text }
      // Base fields are numbers in the database, always shown in UTC; configured ones mostly are dates (reference 2.6).
      let isUTC = text[19] == UInt8(ascii: "+") && text[20...].allSatisfy { $0 == 0x30 || $0 == 0x3A }
      return isUTC && FieldDescription.countsSeconds(name) ? .time : .dateTime
    default: return .number
    }
  }
}

extension TypeSchema.Field {
  /// Type and `meta` of a resource identifier.
  fileprivate mutating func read(identifier: UnsafeRawBufferPointer) {
    guard identifier.first == UInt8(ascii: "{") else { return }
    var type: String?
    var isResource = false
    for part in Members.of(identifier) {
      let value = UnsafeRawBufferPointer(rebasing: identifier[part.value])
      switch part.name {
      case "type" where value.count > 2:
        type =
          value.contains(0x5C)
          ? (try? JSON(parsing: value))?.string : String(decoding: value[1..<value.count - 1], as: UTF8.self)
      case "id" where value.count > 2:
        isResource = !["missing", "virtual"].contains(String(decoding: value[1..<value.count - 1], as: UTF8.self))
      case "meta" where isResource:
        for meta in Members.of(value) where meta.name != ResourceIdentifier.targetNumber && meta.name != "arity" {
          let kind: TypeSchema.Kind =
            switch value[meta.value.lowerBound] {
            case UInt8(ascii: "\""): .text
            case UInt8(ascii: "n"): .null
            case UInt8(ascii: "t"), UInt8(ascii: "f"): .bool
            default: .number
            }
          var one = TypeSchema.Field(name)
          one.properties = [.init(meta.name, kind)]
          if properties.contains(where: { $0.name == meta.name }) {
            merge(one)
          } else {
            properties.append(.init(meta.name, kind))
          }
        }
      default: break
      }
    }
    if let type, isResource || type != "unknown", !targets.contains(type) { targets.append(type) }
  }
}

/// The members of an object and the elements of an array, as ranges of compact JSON.
private enum Members {
  static func of(_ value: UnsafeRawBufferPointer) -> [(name: String, value: Range<Int>)] {
    StoredLayout.objectMembers(value).map { ($0.name, $0.value) }
  }

  static func elements(of value: UnsafeRawBufferPointer) -> [UnsafeRawBufferPointer] {
    StoredLayout.arrayElements(value).map { UnsafeRawBufferPointer(rebasing: value[$0]) }
  }
}
