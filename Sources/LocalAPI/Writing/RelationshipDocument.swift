import JSONAPI
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
    _ body: [UInt8], field: TypeSchema.Field, isList: Bool, about subject: WriteSubject, _ known: some KnownResources
  ) throws {
    guard !body.isEmpty else {
      throw subject.refusal(
        400,
        subject.method == "DELETE"
          ? "You need to provide a body for DELETE operations on a relationship (\(field.name))."
          : "Empty request body.")
    }
    guard let document = try? JSON(parsing: body) else { throw subject.refusal(400, "Syntax error") }
    let invalid = subject.refusal(400, "Invalid body payload for the relationship.")
    guard let data = document["data"], isList == (data.array != nil) else { throw invalid }
    for item in data.isNull ? [] : data.array ?? [data] {
      guard let identifier = try? ResourceIdentifier(item), !identifier.type.isEmpty, !identifier.id.isEmpty else {
        throw invalid
      }
      guard try RelationshipDocument.mayPoint(field, to: identifier.type, known) else {
        throw subject.refusal(
          400,
          "The provided type (\(identifier.type)) does not match the destination resource types "
            + "(\(field.targets.joined(separator: ", "))).")
      }
      items.append(identifier)
    }
    guard Set(items.map(\.parallel)).count == items.count else {
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
      guard let uuid = ResourceUUID(item.id), let current = try known.current(uuid, type: item.type) else {
        throw subject.refusal(400, "The targeted `\(item.type)` resource with ID `\(item.id)` does not exist.")
      }
      items[index].id = current.description
    }
  }

  /// Whether a relationship may lead to a type. Seen targets say which entity type it is; of its bundles all may do.
  private static func mayPoint(
    _ field: TypeSchema.Field, to type: String, _ known: some KnownResources
  ) throws -> Bool {
    let entityType = { (name: String) in name.prefix(while: { $0 != "-" }) }
    let seen = Set(field.targets.map(entityType))
    guard try known.hasType(type) else { return false }
    return seen.count != 1 || seen.contains(entityType(type))
  }
}

/// What a write makes of a to-many relationship (reference 5.6).
struct RelationshipEdit {
  /// The list afterwards.
  let items: [ResourceIdentifier]
  /// Whether all of it was in the request: then the answer has no content.
  let isAllSent: Bool
  /// What to record; nil when nothing changes.
  let action: LocalChange.Action?

  init(_ method: String, _ name: String, old: [ResourceIdentifier], given: [ResourceIdentifier]) {
    let hasParallels = (old + given).contains { $0.arity != nil }
    switch method {
    case "POST":
      let new = given.filter { item in !old.contains { $0.parallel == item.parallel } }
      items = old + new
      action =
        new.isEmpty
        ? nil : hasParallels ? .replace(name, .many(RelationshipEdit.numbered(items))) : .append(new, to: name)
    case "DELETE":
      // Without an arity an identifier means all parallels.
      items = old.filter { item in
        !given.contains { $0.arity == nil ? $0.target == item.target : $0.parallel == item.parallel }
      }
      action =
        items.count == old.count
        ? nil : hasParallels ? .replace(name, .many(RelationshipEdit.numbered(items))) : .remove(given, from: name)
    default:
      items = given
      action = .replace(name, .many(RelationshipEdit.numbered(given)))
    }
    isAllSent = items.allSatisfy { item in given.contains { $0.parallel == item.parallel } }
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
  /// What tells one identifier from another: type, id and arity (reference 2.7).
  fileprivate var parallel: String { "\(target)#\(arity ?? 0)" }
}
