import JSONAPI

extension Outbox {
  /// Gives a change that the site refused other values, and lets it be tried at once; what waited for it goes after it. Who asked for
  /// it stays its author.
  /// - Parameters:
  ///   - document: a resource object with `attributes` and `relationships`, or a document with one as `data`. What it leaves out is not
  ///     set any more; a secret is not in it, and stays as it is.
  ///   - version: of the change as it was looked at; nil takes it as it is.
  ///   - now: Unix seconds of this machine.
  /// - Throws: `OutboxRefusal`, with nothing written, when it is not refused, sets no values, or is of another version, and for a
  ///   document of another resource, with members that the change does not set, or without one that differs from the site's.
  package func correct(_ id: Int64, to document: JSON, of version: Int64? = nil, at now: Int64) throws {
    try outboxWrite { writer in
      let change = try writer.unsettled(id, of: version)
      guard change.state == .rejected, change.kind == .create || change.kind == .update else {
        throw OutboxRefusal(
          description: "change \(id) is \(change.state.rawValue), \(change.kind.rawValue): "
            + "only creations and updates that the site refused can be edited")
      }
      let members = try change.corrected(by: document)
      try writer.rows.rewrite(id, kind: change.kind, members: members, author: change.author, at: now)
      if change.isCreation { try writer.release(waitingFor: id) }
      try writer.forgetRefusals(of: change)
      // As with a retry: one refusal says whether the site takes no writes.
      try WritesHold.forget(writer.db)
      try writer.redraw(change.resource, type: change.type, uuid: change.uuid)
    }
  }
}

extension OutboxChange {
  /// What it sets, as the document that `corrected` takes; without secrets.
  package var document: JSON {
    var (attributes, relationships) = (JSONObject(), JSONObject())
    for member in members where !FieldValue.isSecret(member.name) {
      switch member.group {
      case .attributes: attributes[member.name] = member.local
      case .relationships: relationships[member.name] = .object(JSONObject([("data", member.local)]))
      }
    }
    var object = JSONObject([("type", .string(type)), ("id", .string(uuid.description))])
    if !attributes.isEmpty { object["attributes"] = .object(attributes) }
    if !relationships.isEmpty { object["relationships"] = .object(relationships) }
    return .object(object)
  }

  /// The members with the values of a document, on what they were based on.
  /// - Throws: `OutboxRefusal`.
  func corrected(by document: JSON) throws -> [ChangedMember] {
    let object = document["data"] ?? document
    try check(object)
    let given = try (values(.attributes, in: object) + values(.relationships, in: object)).byKey
    let own = members.byKey
    if let strange = given.keys.first(where: { own[$0] == nil || FieldValue.isSecret($0.name) }) {
      throw OutboxRefusal(
        description: "\(strange.name) is not among what change \(id) sets and may be edited here: nothing was done")
    }
    let left = members.compactMap { member -> ChangedMember? in
      if FieldValue.isSecret(member.name) { return member }
      guard var edited = given[member.key] else { return nil }
      edited.base = member.base
      if member.group == .attributes { edited.local = FieldValue.completed(edited.local, over: member.base) }
      return edited
    }.filter { kind == .create || !FieldValue.same($0.base, $0.local, in: $0.group) }
    guard !left.isEmpty else {
      throw OutboxRefusal(
        description: "nothing of change \(id) is left to be sent: nothing was done; drop it instead")
    }
    return left
  }

  /// A document that says that it is another resource's was meant for another change.
  private func check(_ object: JSON) throws {
    guard object.object != nil else { throw OutboxRefusal(description: "the document holds no resource object") }
    let isOfType = object["type"].map { $0.string == type } ?? true
    let isOfUUID = object["id"].map { id in id.string.flatMap { ResourceID($0)?.folded } == uuid.folded } ?? true
    guard isOfType, isOfUUID else {
      throw OutboxRefusal(
        description: "the document is of another resource, change \(id) is about \(type) \(uuid): nothing was done")
    }
  }

  private func values(_ group: ChangedMember.Group, in object: JSON) throws -> [ChangedMember] {
    guard let json = object[group.rawValue] else { return [] }
    guard let members = json.object?.members else {
      throw OutboxRefusal(description: "\(group.rawValue) of the document is no object: nothing was done")
    }
    return try members.map { member in
      guard group == .relationships else { return ChangedMember(group, member.name, base: nil, local: member.value) }
      guard let data = member.value["data"], (try? Linkage(data)) != nil else {
        throw OutboxRefusal(
          description: "\(member.name) of the document is no relationship with data: nothing was done")
      }
      return ChangedMember(group, member.name, base: nil, local: data)
    }
  }
}
