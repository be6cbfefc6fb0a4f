import JSONAPI
import Synchronization

/// Something that happened in the community by itself.
package struct CommunityEvent: Sendable, Equatable {
  /// What happened.
  package enum Kind: String, Sendable { case edited, created, deleted }

  /// What happened to it.
  package var kind: Kind
  /// Such as `node--topic`.
  package var type: String
  /// UUID of the resource.
  package var id: String
  /// Its title or the beginning of its text, for people.
  package var title: String
}

extension SampleSite {
  /// Lets one thing happen: a title is edited, a comment or topic written, now and then a comment deleted. Which one is
  /// decided by the seed and by how many things happened before.
  @discardableResult
  package func changeOnce() -> CommunityEvent? {
    let number = changes.wrappingAdd(1, ordering: .relaxed).newValue
    let now = self.now
    let imports = settings.habits.contains(.oldImports)
    let event = withCommunity { community -> CommunityEvent? in
      // On such sites nothing else happens, so that a pull alone can find all of it.
      let isMultilingual = community.isMultilingual
      if imports, !isMultilingual || number % 2 == 1, let made = community.importOld(60, number: number, at: now) {
        return CommunityEvent(kind: .created, type: "node--topic", id: made.id, title: made.title)
      }
      var activity = Activity(seed: mixed(settings.seed) &+ number, number: number, now: now)
      return isMultilingual ? activity.edit(["node--topic"], &community) : activity.happen(in: &community)
    }
    if let event { eventSink.yield(event) }
    return event
  }

  /// Lets things happen at their pace, until as many have as the settings say; then `becameQuiet` ends.
  func keepChanging() async throws {
    var left = settings.changeCount ?? .max
    while left > 0 {
      try await Task.sleep(for: .seconds(1 / settings.changesPerSecond))
      changeOnce()
      left -= 1
    }
    quietSink.finish()
    while true { try await Task.sleep(for: .seconds(86_400)) }
  }
}

/// One thing that people do on a community site.
private struct Activity {
  var seed: UInt64
  let number: UInt64
  let now: Int64

  mutating func roll(_ sides: Int) -> Int {
    seed = mixed(seed)
    return Int(seed % UInt64(max(1, sides)))
  }

  private static let words = [
    "harvest", "library", "bicycle", "neighbours", "budget", "garden", "mentoring", "newsletter", "kitchen", "repair",
    "café", "volunteers", "agenda", "river", "workshop", "language", "winter", "exchange",
  ]

  private mutating func phrase(_ count: Int) -> String {
    let words = (0..<count).map { _ in Activity.words[roll(Activity.words.count)] }.joined(separator: " ")
    return words.prefix(1).uppercased() + words.dropFirst()
  }

  mutating func happen(in community: inout Community) -> CommunityEvent? {
    switch roll(100) {
    case 0..<50: edit(["node--topic", "node--topic", "node--event", "node--page"], &community)
    case 50..<85: comment(&community)
    case 85..<92: write(&community)
    default: delete(&community)
    }
  }

  /// A resource of a type that the account sees, from a random place on.
  private mutating func pick(_ type: String, _ community: Community) -> Row? {
    guard let number = community.content.typeNumbers[type] else { return nil }
    let slots = community.collections[number].slots
    let start = roll(slots.count)
    for offset in slots.indices {
      if let row = slots[(start + offset) % slots.count], row.concealment == .none { return row }
    }
    return nil
  }

  /// Edits a resource of one of these types.
  mutating func edit(_ types: [String], _ community: inout Community) -> CommunityEvent? {
    let type = types[roll(types.count)]
    guard let row = pick(type, community) else { return nil }
    let title = "\(phrase(4)) (edit \(number))"
    // On a multilingual site every other edit is one of another translation.
    if community.isMultilingual, number % 2 == 0 {
      try? community.translate(row.uuid.text, at: now)
      return CommunityEvent(kind: .edited, type: type, id: row.uuid.text, title: "a translation")
    }
    try? community.edit(row.uuid.text, at: now, attributes: [("title", .string(title))])
    return CommunityEvent(kind: .edited, type: type, id: row.uuid.text, title: title)
  }

  private mutating func comment(_ community: inout Community) -> CommunityEvent? {
    guard let topic = pick("node--topic", community), let user = pick("user--user", community) else { return nil }
    let text = phrase(8)
    let html = "<p>\(text)</p>"
    let id = try? community.create(
      "comment--comment", at: now,
      attributes: [
        ("subject", .string(phrase(3))), ("thread", "01/"), ("field_name", "field_topic_comments"),
        ("field_comment_body", ["value": .string(html), "format": "basic_html", "processed": .string(html)]),
      ],
      relationships: [
        ("entity_id", ["type": "node--topic", "id": .string(topic.uuid.text)]),
        ("uid", ["type": "user--user", "id": .string(user.uuid.text)]),
      ])
    guard let id else { return nil }
    // The host's counter moves without its `changed` (reference 6.2).
    if var counter = community.document(topic).attributes["field_topic_comments"]?.object {
      counter["comment_count"] = .integer((counter["comment_count"]?.integer ?? 0) + 1)
      counter["last_comment_timestamp"] = .integer(now)
      try? community.editSilently(topic.uuid.text, attributes: [("field_topic_comments", .object(counter))])
    }
    return CommunityEvent(kind: .created, type: "comment--comment", id: id, title: text)
  }

  private mutating func write(_ community: inout Community) -> CommunityEvent? {
    let title = "\(phrase(3)) (new \(number))"
    let html = "<p>\(phrase(20)).</p>"
    let id = try? community.create(
      "node--topic", at: now,
      attributes: [
        ("title", .string(title)), ("field_content_visibility", "community"),
        ("body", ["value": .string(html), "format": "basic_html", "processed": .string(html), "summary": nil]),
      ])
    return id.map { CommunityEvent(kind: .created, type: "node--topic", id: $0, title: title) }
  }

  private mutating func delete(_ community: inout Community) -> CommunityEvent? {
    guard let row = pick("comment--comment", community) else { return nil }
    let subject = community.document(row).attributes["subject"]?.string ?? ""
    try? community.delete(row.uuid.text)
    return CommunityEvent(kind: .deleted, type: "comment--comment", id: row.uuid.text, title: subject)
  }
}
