import JSONAPI

/// Which attributes and relationships a type has, in the site's order (reference 2.5, 2.6): learned from resources that were
/// stored, and from the site's own description where there is one.
package struct TypeSchema: Sendable, Hashable, Codable {
  /// What kind of value an attribute or property has. Times: `time` is a number of seconds in the site's database,
  /// `dateTime` a text in UTC.
  package enum Kind: String, Sendable, Hashable, Codable {
    case null, bool, number, text, time, dateTime, array, object

    /// What two values of one field make it. Null says nothing; what does not fit together is text.
    func merged(_ other: Kind) -> Kind {
      switch (self, other) {
      case _ where self == other: self
      case (.null, _): other
      case (_, .null): self
      case (.time, .dateTime), (.dateTime, .time): .dateTime
      case (.object, _), (_, .object): .object
      default: .text
      }
    }
  }

  /// A property of a composite attribute, or a member of a relationship's `meta`.
  package struct Property: Sendable, Hashable, Codable {
    /// Its name in the value, or in the `meta`.
    package var name: String
    /// What kind of value it has; null where that is not known.
    package var kind: Kind

    /// A property; null where its kind is not known.
    package init(_ name: String, _ kind: Kind = .null) { (self.name, self.kind) = (name, kind) }
  }

  /// What the site's API description calls something, for people.
  package struct Words: Sendable, Hashable, Codable {
    /// A label.
    package var title: String
    /// One sentence or some; nil where nothing is said.
    package var details: String?

    /// A label, and what is said of it.
    package init(title: String, details: String? = nil) { (self.title, self.details) = (title, details) }
  }

  /// An attribute or a relationship.
  package struct Field: Sendable, Hashable, Codable {
    /// Its public name.
    package var name: String
    /// Whether it is a relationship; else it is an attribute.
    package var isRelationship = false
    /// The kind of an attribute's value, or of the elements when it is a list.
    package var kind = Kind.null
    /// Whether it has any number of values.
    package var isList = false
    /// An attribute's properties in the site's order, none for a bare value; a relationship's `meta` without the target id.
    package var properties: [Property] = []
    /// The types that a relationship leads to.
    package var targets: [String] = []
    /// The types that a relationship may lead to, as the site describes it; nil where it says nothing.
    package var describedTargets: [String]?
    /// Whether a relationship leads to resources that the site does not show: its only link is its own.
    package var isInternal = false
    /// Whether texts were seen that are no machine names: then it is no list of choices. Nil before any.
    package var isProse: Bool?
    /// Whether numbers were seen that are no whole ones. Nil before any.
    package var isFraction: Bool?
    /// What the site calls it; nil where that is not known.
    package var words: Words?

    /// A field of this name.
    package init(_ name: String, isRelationship: Bool = false) {
      (self.name, self.isRelationship) = (name, isRelationship)
    }
  }

  /// All fields, attributes first.
  package var fields: [Field]
  /// What the site calls the type; nil where that is not known.
  package var words: Words?

  /// A schema of these fields.
  package init(fields: [Field] = []) { self.fields = fields }

  /// The names and kinds of the attributes in order.
  package var attributes: [(name: String, kind: Kind)] {
    fields.filter { !$0.isRelationship }.map { ($0.name, $0.kind) }
  }
  /// The names of the relationships in order: what an error about `include` lists.
  package var relationships: [String] { fields.filter(\.isRelationship).map(\.name) }

  /// The field of this name, compared byte by byte.
  package func field(_ name: String) -> Field? { fields.first { $0.name.utf8.elementsEqual(name.utf8) } }

  /// The field that a path names: by its public name, or by the one that the site's own code has for it, which paths may name
  /// too (reference 2.5, Field naming).
  package func field(_ name: String, entityType: String) -> Field? {
    field(name) ?? field(SerialNumbers.prefix + name) ?? (name == "type" ? field("\(entityType)_type") : nil)
  }

  /// What each field is: as it was learned, and as every site has it.
  /// - Parameter called: what the type calls the serial number and the time of the last change, where not as usual.
  package func descriptions(of entityType: String, called: AttributeNames = AttributeNames()) -> [FieldDescription] {
    fields.map { FieldDescription($0, of: entityType, called: called) }
  }

  /// Whether the site's API description told of it: then a relationship says where it may lead.
  package var isDescribed: Bool { fields.contains { $0.describedTargets != nil } }

  /// Whether the site keeps the type in one table, as it does types without translations.
  package var isInOneTable: Bool { field("default_langcode") == nil }

  /// Whether resources have numbered versions: then they show the version's number beside their own (reference 1.5, 2.5).
  package var isVersioned: Bool { fields.count { FieldDescription($0.name).isNumber } > 1 }

  private static let mostFields = 2_000

  /// Takes in what another schema of the same type knows. A field that is new stands behind the one it stood behind there.
  package mutating func merge(_ other: TypeSchema) {
    words = words ?? other.words
    for isRelationship in [false, true] {
      var previous: Int?
      for field in other.fields where field.isRelationship == isRelationship {
        if let index = place(of: field.name, after: previous) {
          fields[index].merge(field)
          previous = index
        } else {
          // No type has as many: a schema must not be the site's to fill.
          guard fields.count < TypeSchema.mostFields else { continue }
          let index =
            previous.map { $0 + 1 } ?? (fields.firstIndex { $0.isRelationship == isRelationship })
            ?? (isRelationship ? fields.count : 0)
          fields.insert(field, at: index)
          previous = index
        }
      }
    }
  }
}

extension TypeSchema {
  /// Fields mostly come in the order in which they are known.
  private func place(of name: String, after previous: Int?) -> Int? {
    if let next = previous.map({ $0 + 1 }), next < fields.count, fields[next].name == name { return next }
    return fields.firstIndex { $0.name == name }
  }
}

extension TypeSchema.Field {
  /// Takes in what another document or description showed of the same field.
  package mutating func merge(_ other: TypeSchema.Field) {
    kind = kind.merged(other.kind)
    isList = isList || other.isList
    isInternal = isInternal || other.isInternal
    if let prose = other.isProse { isProse = (isProse ?? false) || prose }
    if let fraction = other.isFraction { isFraction = (isFraction ?? false) || fraction }
    describedTargets = other.describedTargets ?? describedTargets
    words = words ?? other.words
    for target in other.targets where !targets.contains(target) { targets.append(target) }
    var previous = -1
    for property in other.properties {
      if let index = properties.firstIndex(where: { $0.name == property.name }) {
        properties[index].kind = properties[index].kind.merged(property.kind)
        previous = index
      } else {
        properties.insert(property, at: previous + 1)
        previous += 1
      }
    }
  }
}
