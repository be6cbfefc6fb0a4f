import JSONAPI
import OpenSocial

/// A resource object as the local API shows it: what the site last said, with changes laid over it in the site's order of
/// members. Pure; on the site's base URL.
struct LocalDocument {
  private(set) var text: ResourceText
  /// The serial number of a target on the site, where it is known.
  private let serial: (ResourceIdentifier) -> Int64?

  init(_ text: ResourceText, serial: @escaping (ResourceIdentifier) -> Int64? = { _ in nil }) {
    self.text = text
    self.serial = serial
  }

  /// What a new resource looks like before the site has seen it.
  /// - Parameters:
  ///   - url: the resource's own URL, absolute.
  ///   - typical: what others of the type tell.
  ///   - owner: the account that the site will take for the author, with its type.
  ///   - now: Unix seconds.
  init(
    new type: String, _ uuid: ResourceID, url: String, typical: TypicalValues,
    owner: (type: String, id: ResourceID)?,
    now: Int64,
    serial: @escaping (ResourceIdentifier) -> Int64? = { _ in nil }
  ) throws {
    let attributes = typical.attributes(at: now)
    var relationships = JSONObject()
    for member in typical.samples.first?["relationships"]?.object?.members ?? [] {
      guard let old = member.value.object else {
        relationships[member.name] = member.value
        continue
      }
      relationships[member.name] = LocalDocument.relationship(
        member.name, data: typical.linkage(member.name), url: url,
        hasRelated: old["links"]?["related"] != nil || old["links"] == nil)
    }
    if let owner {
      for name in FieldDescription.authors where typical.isUsual(name) {
        guard var relationship = relationships[name]?.object, relationship["data"]?.isNull == true else { continue }
        relationship["data"] = LocalDocument.known(
          ["type": .string(owner.type), "id": .string(owner.id.description)], serial)
        relationships[name] = .object(relationship)
      }
    }
    var object = JSONObject([("type", .string(type)), ("id", .string(uuid.description))])
    object["links"] = ["self": ["href": .string(url)]]
    if !attributes.isEmpty { object["attributes"] = .object(attributes) }
    if !relationships.isEmpty { object["relationships"] = .object(relationships) }
    text = try ResourceText(JSON.object(object).encoded(.site))
    self.serial = serial
  }

  private static func relationship(_ name: String, data: JSON, url: String, hasRelated: Bool) -> JSON {
    var links = JSONObject()
    if hasRelated { links["related"] = ["href": .string("\(url)/\(name)")] }
    links["self"] = ["href": .string("\(url)/relationships/\(name)")]
    return .object(JSONObject([("data", data), ("links", .object(links))]))
  }

  /// Sets one member. An attribute that resources of the type do not show is not shown here either.
  mutating func set(_ member: ChangedMember) throws {
    switch member.group {
    case .attributes:
      let before = try text.value(.attributes, member.name)
      guard !FieldValue.isSecret(member.name), before != nil || !text.hasAttributes else { return }
      let value = FieldValue.completed(member.local, over: before)
      text.set(.attributes, member.name, to: value)
      // A user without another one is called by the name (reference 2.5).
      let names = FieldDescription.accountNames
      if member.name == names.name, let shown = try text.value(.attributes, names.shown),
        shown.isNull || shown == before
      {
        text.set(.attributes, names.shown, to: value)
      }
    case .relationships:
      guard var relationship = try text.value(.relationships, member.name)?.object else { return }
      relationship["data"] = LocalDocument.known(member.local, serial)
      text.set(.relationships, member.name, to: .object(relationship))
    }
  }

  /// Adds the serial numbers that the site writes beside a target: behind the arity, before all else.
  private static func known(_ data: JSON, _ serial: (ResourceIdentifier) -> Int64?) -> JSON {
    if let many = data.array { return .array(many.map { known($0, serial) }) }
    guard var identifier = try? ResourceIdentifier(data), identifier.meta?[ResourceIdentifier.targetNumber] == nil,
      let number = serial(identifier)
    else { return data }
    var meta = JSONObject(identifier.meta?["arity"].map { [("arity", $0)] } ?? [])
    meta[ResourceIdentifier.targetNumber] = .integer(number)
    for member in identifier.meta?.members ?? [] { meta[member.name] = member.value }
    identifier.meta = meta
    return identifier.json
  }

  /// Moves `changed` to when the resource was edited here, so that sorts see it; never back.
  /// - Parameter name: what the type calls it.
  mutating func touch(_ now: Int64, changed name: String = FieldDescription.changed) throws {
    guard let shown = try text.value(.attributes, name)?.string else { return }
    guard now > RFC3339.unixSeconds(shown) ?? 0 else { return }
    text.set(.attributes, name, to: .string(RFC3339.text(unixSeconds: now)))
  }

  /// Lays changes over the document in their order; nil where the resource is not to be seen. The site's refusal of a
  /// deletion lets it be seen again. An account is blocked, not removed (reference 5.4).
  /// - Parameter name: what the type calls `changed`.
  func laying(_ changes: [OutboxChange], isUser: Bool, changed name: String = FieldDescription.changed)
    throws -> LocalDocument?
  {
    var document = self
    for change in changes where change.state.isUnsettled {
      switch change.kind {
      case .delete where change.state == .rejected: continue
      case .delete where isUser:
        try document.set(ChangedMember(.attributes, "status", base: nil, local: false))
        try document.touch(change.recorded, changed: name)
      case .delete: return nil
      case .create, .update, .upload:
        for member in change.members { try document.set(member) }
        try document.touch(change.recorded, changed: name)
      }
    }
    return document
  }
}
