import JSONAPI

/// What a change does to its resource.
package enum ChangeKind: String, Sendable, Hashable, CaseIterable {
  /// POST with the client's UUID.
  case create
  /// PATCH of some members; a change by a relationship route is one of a single relationship.
  case update
  /// DELETE.
  case delete
  /// A file whose bytes go to the site (reference 5.7).
  case upload
}

/// Where a change stands.
package enum ChangeState: String, Sendable, Hashable, CaseIterable {
  /// Recorded; certainly not on the site.
  case queued
  /// A request has left, or was about to.
  case sending
  /// A request left and nobody knows what became of it: to be settled by reading.
  case uncertain
  /// On the site.
  case settled
  /// Waits for a decision; all versions are in the table of conflicts.
  case conflict
  /// The site refused it; its error document is kept. Certainly not on the site.
  case rejected
  /// Taken back: by its own opposite while queued, by a decision, or by `queue drop`.
  case dropped

  /// Whether the change still counts: it is not over.
  package var isUnsettled: Bool { self != .settled && self != .dropped }
}

/// Who made a local change: the client of the local API, and the person where one was signed in.
package struct ChangeAuthor: Sendable, Hashable {
  /// The client id; nil for a command on this machine.
  package var consumer: String?
  /// The name of the account; nil for a client that acts for itself.
  package var account: String?

  /// An author.
  package init(consumer: String? = nil, account: String? = nil) {
    self.consumer = consumer
    self.account = account
  }
}

/// One attribute or relationship that a change sets, with the value it is based on. Values are as the site writes them, on
/// the site's own base URL.
package struct ChangedMember: Sendable, Hashable {
  /// Where in the resource object it stands.
  package enum Group: String, Sendable, Hashable { case attributes, relationships }

  /// Whether it is an attribute or a relationship.
  package var group: Group
  /// The public name, such as `title`.
  package var name: String
  /// The value last agreed with the site; for a relationship its `data`. Nil where the resource showed none.
  package var base: JSON?
  /// The value the change sets.
  package var local: JSON

  /// A changed member.
  package init(_ group: Group, _ name: String, base: JSON?, local: JSON) {
    self.group = group
    self.name = name
    self.base = base
    self.local = local
  }

  /// Whether this and another are the same member, whatever the values.
  package func isSameMember(as other: ChangedMember) -> Bool { group == other.group && name == other.name }

  /// What tells members apart.
  struct Key: Hashable {
    var group: Group
    var name: String
  }

  var key: Key { Key(group: group, name: name) }

  /// The targets, when it is a relationship.
  package var targets: [ResourceID] {
    guard group == .relationships, let linkage = try? Linkage(local) else { return [] }
    return linkage.identifiers.compactMap { ResourceID(target: $0.id) }
  }

  /// The value in a resource object: an attribute's value, or a relationship's `data`; nil when it has none.
  package func value(in resource: JSON?) -> JSON? {
    let member = resource?[group.rawValue]?[name]
    return group == .attributes ? member : member?["data"]
  }

  /// The same of a text.
  /// - Throws: `JSONSyntaxError`.
  func value(in resource: ResourceText) throws -> JSON? {
    switch group {
    case .attributes: try resource.value(.attributes, name)
    case .relationships: try resource.value(.relationships, name)?["data"]
    }
  }
}

/// One row of the outbox.
package struct OutboxChange: Sendable, Hashable {
  /// Its number: grows with every change, never used again.
  package var id: Int64
  /// The interned (type, UUID).
  package var resource: Int64
  /// The resource's type, such as `node--topic`; a file's for an upload.
  package var type: String
  /// The resource's id; of an upload the one that it has here until the site has given it another.
  package var uuid: ResourceID
  /// What it does to the resource.
  package var kind: ChangeKind
  /// What it sets; none for a deletion, and none of a change that is over.
  package var members: [ChangedMember]
  /// Who asked for it, or added to it last.
  package var author: ChangeAuthor
  /// When it was recorded or last added to, Unix seconds of this machine.
  package var recorded: Int64
  /// Where it stands.
  package var state: ChangeState
  /// Grows whenever what is to be sent changes: whoever read an older one has to look again.
  package var version: Int64
  /// How many requests have left for it.
  package var sends: Int
  /// How many attempts failed since it was queued.
  package var attempts: Int
  /// Not to be tried before, Unix seconds of this machine.
  package var nextAttempt: Int64
  /// The last failure, one sentence for the operator.
  package var error: String?
  /// The site's error document, where it sent one.
  package var errorDocument: String?
  /// The collection's path, such as `/jsonapi/node/topic`.
  package var path: String?
  /// What an upload carries.
  package var upload: Upload?
  /// On how many of its requests the site, or what stands before it, failed by itself since it was queued.
  package var faults = 0
  /// The change of which it was set apart, because the site refused these members and no others.
  package var apartOf: Int64?

  /// The resources that must be on the site before this change can be sent.
  package var targets: Set<ResourceID> { Set(members.flatMap(\.targets)) }
}

extension [ChangedMember] {
  /// Which members there are.
  var keys: Set<ChangedMember.Key> { Set(map(\.key)) }
  /// The first of each.
  var byKey: [ChangedMember.Key: ChangedMember] { Dictionary(map { ($0.key, $0) }) { first, _ in first } }
}

extension ChangedMember {
  /// For the table: `[{"in":"attributes","name":"title","base":…,"local":…},…]`; `base` is absent for none.
  static func encode(_ members: [ChangedMember]) -> String {
    JSON.array(
      members.map { member in
        var object = JSONObject([("in", .string(member.group.rawValue)), ("name", .string(member.name))])
        object["base"] = member.base
        object["local"] = member.local
        return .object(object)
      }
    ).text()
  }

  /// - Throws: `JSONSyntaxError`, `UnreadableRow`: a change without some of its members would be another one.
  static func decode(_ text: String) throws -> [ChangedMember] {
    guard let list = try JSON(parsing: text).array else { throw UnreadableRow(description: "its members are no list") }
    var members: [ChangedMember] = []
    for json in list {
      guard let group = json["in"]?.string.flatMap({ Group(rawValue: $0) }), let name = json["name"]?.string,
        let local = json["local"]
      else { throw UnreadableRow(description: "one of its members lacks a name, its place or its value") }
      members.append(ChangedMember(group, name, base: json["base"], local: local))
    }
    return members
  }
}
