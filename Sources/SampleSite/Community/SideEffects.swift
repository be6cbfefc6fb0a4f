import JSONAPI

/// What the site's modules change by themselves when something is saved (reference 6.2, 12).
extension Community {
  /// After a creation. Returns the users that were saved on the way: their access tokens end.
  mutating func afterCreation(of id: String, at now: Int64, by owner: String) -> [String] {
    guard let (number, row) = find(id) else { return [] }
    let type = types[number]
    keepAttachedFiles(of: id, at: now)
    startCommentCounters(of: row, at: now, by: owner)
    switch type.entityType {
    case "user":
      let name = recorded(row).attributes["name"] ?? .null
      _ = try? create(
        "profile--profile", at: now, attributes: [("profile_name", [name])],
        relationships: [("uid", reference("user--user", id)), ("revision_user", reference("user--user", id))])
      let profile = lastCreated
      if let profile {
        try? editSilently(id, relationships: [("profile_profiles", reference("profile--profile", profile))])
      }
      return []
    case "group":
      _ = try? create(
        "group_content--\(type.bundle)-group_membership", at: now, by: owner,
        relationships: [("gid", reference(type.name, id)), ("entity_id", reference("user--user", owner))])
      return [owner]
    case "group_content" where type.bundle.hasSuffix("-group_membership"):
      return targets(of: row, "entity_id").map(\.row.uuid.text)
    case "comment":
      for host in targets(of: row, "entity_id") { recountComments(of: host.row) }
      return []
    default: return []
    }
  }

  /// Deletes a resource and what cannot be without it: comments on it, its places in groups, the members and contents of a group
  /// as such, enrollments. Counters follow.
  mutating func deleteWithDependents(_ row: Row) {
    let hosts = targets(of: row, "entity_id")
    let ties = ["comment": ["entity_id"], "group_content": ["entity_id", "gid"], "event_enrollment": ["field_event"]]
    try? delete(row.uuid.text)
    for (number, type) in types.enumerated() {
      for name in ties[type.entityType] ?? [] {
        for case let other? in collections[number].slots
        where items(of: other, name).contains(where: { $0["id"]?.string == row.uuid.text }) {
          try? delete(other.uuid.text)
        }
      }
    }
    for host in hosts where find(host.row.uuid) != nil { recountComments(of: host.row) }
  }

  /// Uploaded files are temporary until something refers to them; then `status` and `changed` move (reference 6.2).
  mutating func keepAttachedFiles(of id: String, at now: Int64) {
    guard let (number, row) = find(id) else { return }
    for name in types[number].relationshipNames where types[number].isFileField(name) {
      for file in targets(of: row, name) where recorded(file.row).attributes["status"]?.bool == false {
        try? patch(file.row.uuid.text, at: now, attributes: [("status", true)], relationships: [])
      }
    }
  }

  private mutating func startCommentCounters(of row: Row, at now: Int64, by owner: String) {
    for member in recorded(row).attributes.members {
      guard var counter = member.value.object, counter["comment_count"] != nil else { continue }
      if types[recorded(row).type].entityType == "node" {
        counter["last_comment_timestamp"] = .integer(now)
        counter["last_comment_uid"] = .integer(find(owner)?.row.id ?? 0)
      } else {
        // Posts have no row of statistics before their first comment.
        for name in counter.names where name != "status" { counter[name] = .null }
      }
      try? editSilently(row.uuid.text, attributes: [(member.name, .object(counter))])
    }
  }

  /// The host's counter moves without its `changed`.
  private mutating func recountComments(of host: Row) {
    var count: Int64 = 0
    var last: Row?
    for (number, type) in types.enumerated() where type.entityType == "comment" {
      for case let comment? in collections[number].slots
      where recorded(comment).attributes["status"]?.bool ?? true
        && items(of: comment, "entity_id").contains(where: { $0["id"]?.string == host.uuid.text })
      {
        count += 1
        if comment.created >= last?.created ?? .min { last = comment }
      }
    }
    for member in recorded(host).attributes.members {
      guard var counter = member.value.object, counter["comment_count"] != nil else { continue }
      counter["comment_count"] = .integer(count)
      counter["cid"] = .integer(last?.id ?? 0)
      if let last {
        counter["last_comment_timestamp"] = .integer(last.changed)
        counter["last_comment_uid"] = .integer(targets(of: last, "uid").first?.row.id ?? 0)
      }
      try? editSilently(host.uuid.text, attributes: [(member.name, .object(counter))])
    }
  }

  /// A new alias gets a number of its own.
  mutating func aliased(_ attribute: (String, JSON)) -> (String, JSON) {
    guard attribute.0 == "path", var path = attribute.1.object, path["alias"]?.string != nil else { return attribute }
    if path["pid"]?.integer == nil {
      let last =
        lastID["path_alias"] ?? types.indices.flatMap { collections[$0].slots.compactMap { $0 } }
        .compactMap { recorded($0).attributes["path"]?["pid"]?.integer }.max() ?? 0
      lastID["path_alias"] = last + 1
      path["pid"] = .integer(last + 1)
    }
    return ("path", .object(path))
  }

  /// Content put into a group belongs there to whom it belongs anyway.
  func author(ofTargetOf body: ContentRow) -> JSON? {
    guard let id = body.relationships?["entity_id"]?["data"]?["id"]?.string, let (number, row) = find(id),
      types[number].entityType == "node", let author = items(of: row, "uid").first?["id"]?.string
    else { return nil }
    return reference("user--user", author)
  }

  /// The name that a profile shows, made from its fields.
  func withName(_ body: ContentRow) -> ContentRow {
    guard types[body.type].entityType == "profile", body.attributes["profile_name"] != nil else { return body }
    let parts = ["field_profile_first_name", "field_profile_last_name"].compactMap { body.attributes[$0]?.string }
    guard !parts.isEmpty else { return body }
    var named = body
    named.attributes["profile_name"] = [.string(parts.joined(separator: " "))]
    return named
  }

  func reference(_ type: String, _ id: String) -> JSON { ["type": .string(type), "id": .string(id)] }

  /// What a new resource has that nobody gave: labels and places that follow from others.
  func derived(_ type: ResourceType, _ body: ContentRow) -> [(String, JSON)] {
    func first(_ name: String) -> (type: Int, row: Row)? {
      guard let data = body.relationships?[name]?["data"] else { return nil }
      return ((data.array ?? [data]).first?["id"]?.string).flatMap { find($0) }
    }
    switch type.entityType {
    case "user": return [("display_name", body.attributes["name"] ?? .null)]
    case "group_content":
      guard let entity = first("entity_id") else { return [] }
      let label = ["name", "title", "label"].lazy.compactMap { recorded(entity.row).attributes[$0] }.first
      return [("label", label ?? .null)]
    case "comment":
      guard let host = first("entity_id") else { return [] }
      let parent = first("pid").flatMap { recorded($0.row).attributes["thread"]?.string }
      let prefix = parent.map { $0.dropLast() + "." } ?? ""
      var taken = Set<String>()
      for case let comment? in collections[body.type].slots
      where items(of: comment, "entity_id").contains(where: { $0["id"]?.string == host.row.uuid.text }) {
        taken.insert(recorded(comment).attributes["thread"]?.string ?? "")
      }
      var number = parent == nil ? 1 : 0
      while taken.contains("\(prefix)\(number < 10 ? "0" : "")\(number)/") { number += 1 }
      return [("thread", .string("\(prefix)\(number < 10 ? "0" : "")\(number)/"))]
    default: return []
    }
  }
}
