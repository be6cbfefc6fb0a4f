import JSONAPI
import OpenSocial
import Store

/// The body of a write to a relationship route, checked in the site's order (reference 5.6).
struct RelationshipDocument {
  /// The identifiers in their order; none for `null`.
  private(set) var items: [ResourceIdentifier] = []

  /// - Parameters:
  ///   - field: the relationship; its targets are those that were seen.
  ///   - isList: whether it is to-many.
  /// - Throws: `ErrorResponse` as the site answers; errors of the mirror.
  init(
    _ body: WriteBody, field: TypeSchema.Field, isList: Bool, about subject: WriteSubject, _ known: some KnownResources
  ) throws {
    guard !body.bytes.isEmpty else {
      throw subject.refusal(
        400,
        subject.method == "DELETE"
          ? "You need to provide a body for DELETE operations on a relationship (\(field.name))."
          : "Empty request body.")
    }
    guard let document = body.document else { throw subject.refusal(400, "Syntax error") }
    let invalid = subject.refusal(400, "Invalid body payload for the relationship.")
    guard let data = document["data"], isList == (data.array != nil) else { throw invalid }
    for item in data.isNull ? [] : data.array ?? [data] {
      guard let identifier = try? ResourceIdentifier(item), !identifier.type.isEmpty, !identifier.id.isEmpty else {
        throw invalid
      }
      guard try known.hasType(identifier.type), field.mayLead(to: identifier.type, subject.homes) else {
        throw subject.refusal(
          400,
          "The provided type (\(identifier.type)) does not match the destination resource types "
            + "(\((field.describedTargets ?? field.targets).joined(separator: ", "))).")
      }
      items.append(identifier)
    }
    guard !items.hasRepeated else {
      throw subject.refusal(
        400,
        "Duplicate relationships are not permitted. Use `meta.arity` to distinguish resource identifiers with matching "
          + "`type` and `id` values.")
    }
    if !isList, subject.method != "PATCH" {
      let verb = subject.method == "POST" ? "POST to" : "DELETE from"
      throw subject.refusal(
        409, "You can only \(verb) to-many relationships. \(field.name) is a to-one relationship.")
    }
    for (index, item) in items.enumerated() {
      let ids = ResourceID(target: item.id).map { [$0, $0.folded] } ?? []
      guard let current = try ids.lazy.compactMap({ try known.current($0, type: item.type) }).first else {
        throw subject.refusal(400, "The targeted `\(item.type)` resource with ID `\(item.id)` does not exist.")
      }
      items[index].id = current.description
    }
  }
}

extension TypeSchema.Field {
  /// The entity types that a relationship leads to, as far as is known.
  private func targetEntityTypes(_ homes: EntityTypes) -> Set<String> {
    Set((describedTargets ?? targets).map { homes.entityType(of: $0) })
  }

  /// The one entity type that a relationship leads to; nil where it is not known, or there are more.
  func targetEntityType(_ homes: EntityTypes) -> String? {
    let all = targetEntityTypes(homes)
    return all.count == 1 ? all.first : nil
  }

  /// Whether a relationship may lead to a type. Where the site describes its targets, those and what was seen are all; else
  /// the seen ones say which entity type it is, and of its bundles all may do.
  func mayLead(to type: String, _ homes: EntityTypes) -> Bool {
    if let describedTargets { return describedTargets.contains(type) || targets.contains(type) }
    return targetEntityType(homes).map { $0 == homes.entityType(of: type) } ?? true
  }
}

/// What a write makes of a to-many relationship (reference 5.6).
struct RelationshipEdit {
  /// The list afterwards.
  let items: [ResourceIdentifier]
  /// Whether all of it was in the request: then the answer has no content.
  let isAllSent: Bool
  /// What to record, also when nothing changes.
  let action: LocalChange.Action

  init(_ method: String, _ name: String, old: [ResourceIdentifier], given: [ResourceIdentifier]) {
    let hasParallels = (old + given).contains { $0.arity != nil }
    // What is there has an arity, though it is shown only where there are parallels.
    let there = RelationshipEdit.arities(old) { $0 ?? 0 }
    let sent = RelationshipEdit.arities(given) { $0 }
    let isHeld = { (item: ResourceIdentifier) in
      there[item.target].map { item.arity == nil || $0.contains(item.arity) } ?? false
    }
    let isSent = { (item: ResourceIdentifier) in
      sent[item.target].map { $0.contains(nil) || $0.contains(item.arity ?? 0) } ?? false
    }
    switch method {
    case "POST":
      let new = given.filter { !isHeld($0) }
      items = old + new
      action =
        hasParallels && !new.isEmpty
        ? .replace(name, .many(RelationshipEdit.numbered(items))) : .append(new, to: name)
    case "DELETE":
      // Without an arity an identifier means all parallels.
      items = old.filter { !isSent($0) }
      action =
        hasParallels && items.count < old.count
        ? .replace(name, .many(RelationshipEdit.numbered(items))) : .remove(given, from: name)
    default:
      items = given
      action = .replace(name, .many(RelationshipEdit.numbered(given)))
    }
    isAllSent = items.allSatisfy(isSent)
  }

  /// The arities of each target.
  private static func arities(_ items: [ResourceIdentifier], _ form: (Int64?) -> Int64?) -> [String: Set<Int64?>] {
    items.reduce(into: [:]) { $0[$1.target, default: []].insert(form($1.arity)) }
  }

  /// With the arities that the site shows: from 0 for targets that are there more than once, none for others.
  static func numbered(_ items: [ResourceIdentifier]) -> [ResourceIdentifier] {
    var counts: [String: Int] = [:]
    for item in items { counts[item.target, default: 0] += 1 }
    var next: [String: Int64] = [:]
    return items.map { item in
      let isParallel = counts[item.target, default: 0] > 1
      guard isParallel || item.arity != nil else { return item }
      var item = item
      let others = item.meta?.members.filter { $0.name != "arity" }.map { ($0.name, $0.value) } ?? []
      let arity = isParallel ? [("arity", JSON.integer(next[item.target, default: 0]))] : []
      next[item.target, default: 0] += 1
      item.meta = arity.isEmpty && others.isEmpty ? nil : JSONObject(arity + others)
      return item
    }
  }
}

extension ResourceIdentifier {
  /// What names the target.
  fileprivate var target: String { "\(type)/\(id.lowercased())" }
}

extension [ResourceIdentifier] {
  /// Whether two of a client's identifiers mean the same (reference 2.7): arities tell them apart where both have one.
  fileprivate var hasRepeated: Bool {
    var seen: [String: Set<Int64?>] = [:]
    for item in self {
      let isThere = seen[item.target].map { item.arity == nil || $0.contains(item.arity) || $0.contains(nil) }
      if isThere == true { return true }
      seen[item.target, default: []].insert(item.arity)
    }
    return false
  }
}
