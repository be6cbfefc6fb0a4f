import JSONAPI
import OpenSocial

/// When two values of a field are the same: by the bytes of a canonical encoding, without what the site computes.
package enum FieldValue {
  /// Members of object values that are left out.
  private static var computed: Set<String> { FieldDescription.computedProperties }

  /// Whether a value sent for a member that nobody sets is the one that is there. Of a file's `uri` the site compares the value
  /// alone; the URL is computed.
  package static func isKept(_ name: String, of entityType: String, _ stored: JSON?, _ given: JSON) -> Bool {
    guard FieldDescription(name, of: entityType).isComparedByValue, let stored else { return same(stored, given) }
    return same(stored["value"] ?? stored, given["value"] ?? given)
  }

  /// Attributes that go to the site and are never shown again.
  package static func isSecret(_ name: String) -> Bool { FieldDescription(name).isSecret }

  /// Whether two attribute values are the same. Nil stands for an absent member and is not null.
  package static func same(_ one: JSON?, _ other: JSON?) -> Bool {
    switch (one, other) {
    case (nil, nil): true
    case (let one?, let other?): canonical(one) == canonical(other)
    default: false
    }
  }

  /// The value with its members sorted, computed ones left out, times in one form, as bytes.
  static func canonical(_ value: JSON) -> [UInt8] { reduced(value).encoded(.plain) }

  private static func reduced(_ value: JSON) -> JSON {
    switch value {
    case .object(let object):
      let kept = object.members.filter { !computed.contains($0.name) }
      return .object(
        JSONObject(
          kept.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }.map { ($0.name, reduced($0.value)) }))
    case .array(let elements): return .array(elements.map(reduced))
    case .string(let text):
      guard text.utf8.count >= 20, let seconds = RFC3339.unixSeconds(text) else { return value }
      return .string("@\(seconds)")
    default: return value
    }
  }

  /// Whether two relationships' `data` name the same targets in the same order. Facts about a reference count where both
  /// sides tell them; those that the site adds do not (reference 5.1).
  package static func sameLinkage(_ one: JSON?, _ other: JSON?) -> Bool {
    guard let one, let other else { return one == nil && other == nil }
    let (first, second) = (items(one), items(other))
    return first.count == second.count && zip(first, second).allSatisfy(sameItem)
  }

  /// The identifiers of a relationship's `data`.
  package static func items(_ data: JSON) -> [JSON] { data.isNull ? [] : data.array ?? [data] }

  /// What names the target of an identifier.
  package static func key(_ item: JSON) -> String {
    "\(item["type"]?.string ?? "") \((item["id"]?.string ?? "").lowercased())"
  }

  static func sameItem(_ one: JSON, _ other: JSON) -> Bool {
    guard key(one) == key(other) else { return false }
    for member in one["meta"]?.object?.members ?? [] where !FieldDescription.isOfIdentifier(member.name) {
      if let theirs = other["meta"]?[member.name], !same(member.value, theirs) { return false }
    }
    return true
  }

  /// Whether two values of a member are the same, each kind by its own rule.
  package static func same(_ one: JSON?, _ other: JSON?, in group: ChangedMember.Group) -> Bool {
    group == .attributes ? same(one, other) : sameLinkage(one, other)
  }

  /// What a client gave for an attribute, completed to what the resource then shows: members of an object that it left out
  /// stay as they were, but those of formatted text: the site sets the value as a whole, so that they are null (a `summary`; a
  /// `format`, for which the site's fallback then stands). Computed ones are not known until the site tells.
  package static func completed(_ given: JSON, over old: JSON?) -> JSON {
    guard let given = given.object, var merged = old?.object else { return given }
    if isFormatted(merged) {
      for name in merged.names where given[name] == nil && !computed.contains(name) { merged[name] = .null }
    }
    for member in given.members where !computed.contains(member.name) { merged[member.name] = member.value }
    let result = JSON.object(merged)
    if same(result, old) { return old ?? result }
    for name in computed where merged[name] != nil { merged[name] = .null }
    return .object(merged)
  }

  /// Whether a value is one of formatted text (reference 2.6).
  static func isFormatted(_ value: JSONObject) -> Bool { FieldDescription.isFormatted(value) }

  /// A member's value as it goes to the site: nothing computed, no target that cannot be named, no facts that the site
  /// alone knows (reference 2.7, 5.1).
  package static func sendable(_ value: JSON, in group: ChangedMember.Group) -> JSON {
    group == .attributes ? withoutComputed(value) : sendableLinkage(value)
  }

  private static func withoutComputed(_ value: JSON) -> JSON {
    switch value {
    case .object(let object):
      .object(
        JSONObject(
          object.members.filter { !computed.contains($0.name) }.map { ($0.name, withoutComputed($0.value)) }))
    case .array(let elements): .array(elements.map(withoutComputed))
    default: value
    }
  }

  private static func sendableLinkage(_ data: JSON) -> JSON {
    func one(_ item: JSON) -> JSON? {
      guard var object = item.object, let id = item["id"]?.string, ResourceID(target: id) != nil else { return nil }
      let meta = (object["meta"]?.object?.members ?? []).filter { !FieldDescription.isOfIdentifier($0.name) }
      object["meta"] = meta.isEmpty ? nil : .object(JSONObject(meta.map { ($0.name, $0.value) }))
      return .object(object)
    }
    if let many = data.array { return .array(many.compactMap(one)) }
    return one(data) ?? .null
  }
}
