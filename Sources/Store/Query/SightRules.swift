/// What a sight of the configuration shows (`localAPI.sights.NAME`). Every rule narrows; without any it shows everything.
package struct SightRules: Sendable, Hashable {
  /// Types by name: an entity type with all its bundles (`node`), or a resource type (`node--topic`).
  package enum Types: Sendable, Hashable {
    case all
    /// These alone.
    case only(Set<String>)
    /// All but these.
    case except(Set<String>)

    /// Whether a type is among them.
    package func contains(_ name: String, entityType: String) -> Bool {
      switch self {
      case .all: true
      case .only(let names): names.contains(name) || names.contains(entityType)
      case .except(let names): !names.contains(name) && !names.contains(entityType)
      }
    }
  }

  /// The types that are there.
  package var types: Types
  /// Whether only those resources are there that are published, or enabled: whose `status` is true, or that have none.
  package var published: Bool
  /// Whether only those resources are there whose author or owner is the user whom the token stands for, and this user.
  package var own: Bool
  /// Whether files are there that the site does not give to everyone by their address.
  package var privateFiles: Bool
  /// The fields that are not there: a resource type or an entity type, a point, and the field's name, in which `*` stands for any
  /// letters. `user--user.mail`, `user.mail`, `profile--profile.field_profile_*`.
  package var hide: [String]

  /// The rules of a sight; by themselves they show everything.
  package init(
    types: Types = .all, published: Bool = false, own: Bool = false, privateFiles: Bool = true, hide: [String] = []
  ) {
    (self.types, self.published, self.own, self.privateFiles, self.hide) = (types, published, own, privateFiles, hide)
  }

  /// Rules that show nothing at all.
  package static var nothing: SightRules { SightRules(types: .only([])) }

  /// Whether anything is left out by them.
  var narrows: Bool { self != SightRules() }
}

/// Fields that a sight hides: of one type, or of all bundles of an entity type.
struct HiddenFields: Sendable, Hashable {
  /// The name of a resource type or of an entity type.
  let type: String
  /// The field's name; `*` stands for any letters.
  let pattern: String

  /// - Parameter text: as `SightRules.hide` has it. Without a point nothing can be meant but a whole type: all its fields are
  ///   hidden, for what was to be hidden must not be shown by a slip of the pen.
  init(_ text: String) {
    guard let point = text.utf8.lastIndex(of: UInt8(ascii: ".")) else {
      (type, pattern) = (text, "*")
      return
    }
    (type, pattern) = (String(text[..<point]), String(text[text.utf8.index(after: point)...]))
  }

  /// Whether they are fields of this type.
  func areOf(_ name: String, entityType: String) -> Bool { type == name || type == entityType }

  /// Whether a field of the type is one of them. Takes time by the length of name times pattern at most.
  func contains(_ field: String) -> Bool {
    let (name, wanted) = (Array(field.utf8), Array(pattern.utf8))
    let star = UInt8(ascii: "*")
    // Where the last star stood, and what it stands for so far: nothing else has to be tried again.
    var (at, place) = (0, 0)
    var again: (place: Int, at: Int)?
    while at < name.count {
      if place < wanted.count, wanted[place] == star {
        again = (place, at)
        place += 1
      } else if place < wanted.count, wanted[place] == name[at] {
        place += 1
        at += 1
      } else if let last = again {
        again = (last.place, last.at + 1)
        (place, at) = (last.place + 1, last.at + 1)
      } else {
        return false
      }
    }
    return wanted[place...].allSatisfy { $0 == star }
  }
}
