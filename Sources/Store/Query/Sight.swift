import JSONAPI
import OpenSocial

/// What a caller may see of the mirror: everything, or what all of some rules show to one user.
///
/// For its holder a resource that it leaves out is as one that the mirror does not have, a field as one that the type does not have,
/// a type as one that there is not. Every read of the local API is as far as a sight goes: `ReadSnapshot` gives types, schemas and rows
/// by it, so that nobody who reads has to remember it. So are the keys of kept answers. Two callers of the same sight see the same,
/// byte for byte.
package struct Sight: Sendable, Hashable {
  /// What is left out; nil where nothing is. A reference: sights are copied and compared with every request.
  let narrowing: Narrowing?

  /// All that the account which synchronises sees.
  package static var everything: Sight { Sight(narrowing: nil) }

  private init(narrowing: Narrowing?) { self.narrowing = narrowing }

  /// What all of these rules show.
  /// - Parameter user: the id of the user whose things are shown where a rule shows only those; nil shows nothing there.
  package init(_ rules: [SightRules], user: String? = nil) {
    var narrowing: [SightRules] = []
    for rules in rules where rules.narrows && !narrowing.contains(rules) { narrowing.append(rules) }
    self.narrowing =
      narrowing.isEmpty
      ? nil : Narrowing(narrowing, user: narrowing.contains(where: \.own) ? user.flatMap { ResourceID($0) } : nil)
  }

  /// Whether nothing is left out.
  package var isEverything: Bool { narrowing == nil }

  /// Sights of the same rules and the same user are the same.
  package static func == (one: Sight, other: Sight) -> Bool {
    one.narrowing === other.narrowing || one.narrowing?.content == other.narrowing?.content
  }
  /// By what `==` compares.
  package func hash(into hasher: inout Hasher) { hasher.combine(narrowing?.content) }

  /// Whether there is a type.
  package func shows(_ type: ServedType) -> Bool {
    narrowing?.content.rules.allSatisfy { $0.types.contains(type.name, entityType: type.entityType) } ?? true
  }

  /// Whether a type's field is shown, and may be named: in a filter, a sort, an `include`, as a route, or in a write.
  package func shows(_ field: String, of type: ServedType) -> Bool {
    narrowing?.hidden.allSatisfy { !$0.areOf(type.name, entityType: type.entityType) || !$0.contains(field) } ?? true
  }

  /// Whether what is not published is left out.
  var showsPublishedAlone: Bool { narrowing?.content.rules.contains(where: \.published) ?? false }

  /// Whether any field of a type may be hidden.
  func hidesFields(of type: ServedType) -> Bool {
    narrowing?.hidden.contains { $0.areOf(type.name, entityType: type.entityType) } ?? false
  }
}

/// What a sight leaves out, and the SQL that leaves it out.
final class Narrowing: Sendable {
  /// What makes two of them the same.
  struct Content: Sendable, Hashable {
    var rules: [SightRules]
    var user: ResourceID?
  }

  let content: Content
  let hidden: [HiddenFields]
  /// What stands before a statement: common table expressions in the place of `resource` and `relationship`, so that the statement
  /// finds nothing but what is shown.
  let sql: String

  init(_ rules: [SightRules], user: ResourceID?) {
    content = Content(rules: rules, user: user)
    var hidden: [HiddenFields] = []
    for text in rules.flatMap(\.hide) {
      let fields = HiddenFields(text)
      if !hidden.contains(fields) { hidden.append(fields) }
    }
    self.hidden = hidden
    sql = SightSQL.tables(content, hidden)
  }
}
