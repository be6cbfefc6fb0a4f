import Foundation
import GRDB
import JSONAPI
import SampleSite
import Support
import SyncAgent
import Synchronization
import Upstream

@testable import Store

/// What writers on both sides do, and what a pull brings.
extension PushHistory {
  // MARK: Looking

  /// A resource as the local API shows it.
  func shown(_ type: String, _ id: String) throws -> JSON? {
    guard let uuid = ResourceID(id) else { return nil }
    return try mirror.database.read { db in
      let row = try Row.fetchOne(
        db,
        sql: """
          SELECT r.document, r.splices, r.revision FROM resource r JOIN identity i ON i.id = r.id
          JOIN resource_type t ON t.id = i.type WHERE i.uuid = ? AND t.name = ?
          """, arguments: [Data(uuid.bytes), type])
      guard let row else { return nil }
      let stored = StoredForm(
        document: Array((row[0] as String).utf8), splices: (row[1] as Data?).map { Array($0) } ?? [], revision: row[2])
      return try SiteForm(db).json(stored, type: type)
    }
  }

  /// The site's document of a resource; nil when it has none.
  /// - Parameter isFresh: whether no cache may answer.
  func document(_ type: String, _ id: String, isFresh: Bool) -> SiteDocument? {
    let look = isFresh ? "?mirrorJudge=\(state.withLock { $0.ledger.next() })" : ""
    let target = "/jsonapi/\(type.replacing("--", with: "/"))/\(id)\(look)"
    for _ in 0..<2 {
      let answer = site.answer("GET", target, headers: ["authorization": "Bearer \(state.withLock { $0.token })"])
      if answer.status == 200 { return SiteDocument(answer) }
      // Saving the account's own user ended the token.
      guard answer.status == 401, let fresh = PushHistory.signIn(site) else { return nil }
      state.withLock { $0.token = fresh }
    }
    return nil
  }

  static func signIn(_ site: SampleSite) -> String? {
    let form =
      "grant_type=password&username=demo&password=demo-password&client_id=demo-client&client_secret=demo-secret"
    let answer = site.answer(
      "POST", "/oauth/token", headers: ["content-type": "application/x-www-form-urlencoded"], body: Array(form.utf8))
    return try? JSON(parsing: answer.body)["access_token"]?.string
  }

  /// The members that hold texts of which every one is another, on the site.
  func texts(_ id: String) -> [String: String] {
    PushHistory.texts(site.community.resource(id)?.attributes)
  }

  static func texts(_ attributes: JSONObject?) -> [String: String] {
    var texts: [String: String] = [:]
    texts["title"] = attributes?["title"]?.string
    texts["mail"] = attributes?["mail"]?.string
    texts["body"] = attributes?["body"]?["value"]?.string
    texts["field_comment_body"] = attributes?["field_comment_body"]?["value"]?.string
    return texts
  }

  private func attribute(_ member: String, _ text: String) -> (String, JSON) {
    switch member {
    case "title", "mail": (member, .string(text))
    case "body": (member, ["value": .string(text), "format": "basic_html", "summary": nil])
    default: (member, ["value": .string(text), "format": "basic_html"])
    }
  }

  private func newToken(_ kind: String) -> String { state.withLock { $0.ledger.token(kind, seed) } }

  private func pick(_ type: String? = nil) -> (type: String, id: String)? {
    state.withLock { state in
      let all = state.known.filter { type == nil || $0.type == type }
      return all.isEmpty ? nil : all[state.dice.roll(all.count)]
    }
  }

  // MARK: Local writers

  private func record(_ action: LocalChange.Action, _ type: String, _ id: String) throws -> RecordedChange? {
    guard let uuid = ResourceID(id) else { return nil }
    do {
      trace("here: \(type) \(id) \(PushHistory.brief(action))")
      return try mirror.recording.record(
        LocalChange(type: type, uuid: uuid, action: action, author: ChangeAuthor(consumer: "crm")), at: site.now)
    } catch is RecordRefusal {
      // Deleted here, or not known yet: the client is told so.
      return nil
    }
  }

  func writeHere() throws {
    switch roll(18) {
    case 0...4: if let (type, id) = pick() { try patch(type, id) }
    case 5: try create("node--topic", "title")
    case 6, 7: if let topic = pick("node--topic") { try create("comment--comment", "field_comment_body", on: topic.id) }
    case 8: if roll(2) == 0, let (type, id) = pick() { try delete(type, id) }
    case 9...12: if let topic = pick("node--topic") { try tag(topic.id) }
    case 13: if let topic = pick("node--topic") { try setAuthor(topic.id) }
    case 14: try upload()
    case 15: if let topic = pick("node--topic") { try patch("node--topic", topic.id, isTooLong: true) }
    case 16: try patch("user--user", roll(2) == 0 ? PushGround.account : ground.users[0])
    default: if let topic = pick("node--topic") { try agree(topic.id) }
    }
  }

  private func patch(_ type: String, _ id: String, isTooLong: Bool = false) throws {
    let member =
      switch type {
      case "user--user": "mail"
      case "comment--comment": "field_comment_body"
      default: isTooLong ? "title" : ["title", "body"][roll(2)]
      }
    guard let seen = PushHistory.texts(try shown(type, id)?["attributes"]?.object)[member] else { return }
    var token = newToken("local")
    if isTooLong { token += String(repeating: "x", count: 300) }
    let object = try ResourceObject([
      "type": .string(type), "attributes": .object(JSONObject([attribute(member, token)])),
    ])
    guard let recorded = try record(.update(object), type, id) else { return }
    state.withLock { $0.ledger.note(token, id, member, seen: seen, recorded.change) }
  }

  private func create(_ type: String, _ member: String, on topic: String? = nil) throws {
    let id = String(
      format: "d%07x-%04x-4000-8000-%012x", seed & 0xFFF_FFFF, state.withLock { $0.ledger.number } & 0xFFFF,
      roll(1 << 30))
    let token = newToken("local")
    var attributes = [attribute(member, token)]
    var relationships = JSONObject()
    if let topic {
      attributes += [("entity_type", "node"), ("field_name", "field_topic_comments")]
      relationships["entity_id"] = ["data": ["type": "node--topic", "id": .string(topic)]]
    }
    var object = JSONObject([("type", .string(type)), ("attributes", .object(JSONObject(attributes)))])
    if topic != nil { object["relationships"] = .object(relationships) }
    guard let recorded = try record(.create(ResourceObject(.object(object))), type, id) else { return }
    state.withLock { state in
      state.ledger.note(token, id, member, seen: nil, recorded.change)
      state.known.append((type, id))
      if topic != nil { state.ledger.tally.comments += 1 }
    }
  }

  private func delete(_ type: String, _ id: String) throws {
    guard let before = try shown(type, id), let recorded = try record(.delete, type, id) else { return }
    // What the site never had is over with all that was to be done to it.
    let isOver = try !mirror.outbox.unsettledChanges().contains { $0.uuid.description == id }
    state.withLock { state in
      state.ledger.note(nil, id, nil, seen: nil, recorded.change, endsAll: isOver)
      let own = state.ledger.writes.values.filter { $0.resource == id }
      state.ledger.deletedHere[id] = own.reduce(into: Set(PushHistory.texts(before["attributes"]?.object).values)) {
        $0.formUnion($1.seen)
      }
      state.ledger.tally.deletions += 1
    }
  }

  private func tag(_ topic: String) throws {
    guard let data = try shown("node--topic", topic)?["relationships"]?["social_tagging"]?["data"]?.array else {
      return
    }
    let old = data.compactMap { $0["id"]?.string }
    let tag = ground.tags[roll(ground.tags.count)]
    let identifier = ResourceIdentifier(type: "taxonomy_term--social_tagging", id: tag)
    let action: LocalChange.Action
    let isThere: Bool
    switch roll(3) {
    case 0: (action, isThere) = (.append([identifier], to: "social_tagging"), true)
    case 1: (action, isThere) = (.remove([identifier], from: "social_tagging"), false)
    default:
      isThere = !old.contains(tag)
      let kept = old.filter { $0 != tag } + (isThere ? [tag] : [])
      action = .replace(
        "social_tagging", .many(kept.map { ResourceIdentifier(type: "taxonomy_term--social_tagging", id: $0) }))
    }
    // Nothing new is no word about it.
    guard old.contains(tag) != isThere, try record(action, "node--topic", topic) != nil else { return }
    state.withLock { $0.ledger.taggedHere[.init(topic: topic, tag: tag)] = isThere }
  }

  private func setAuthor(_ topic: String) throws {
    let user = ResourceIdentifier(type: "user--user", id: ground.users[roll(ground.users.count)])
    _ = try record(.replace("uid", .one(user)), "node--topic", topic)
  }

  /// Both sides write the same: nobody has to decide anything about it.
  private func agree(_ topic: String) throws {
    guard site.community.resource(topic) != nil, try shown("node--topic", topic) != nil else { return }
    let value = roll(2) == 0
    state.withLock { $0.ledger.edited.formUnion([topic]) }
    try site.withCommunity { [now = site.now] in try $0.edit(topic, at: now, attributes: [("sticky", .bool(value))]) }
    let object = try ResourceObject(["type": "node--topic", "attributes": ["sticky": .bool(value)]])
    _ = try record(.update(object), "node--topic", topic)
  }

  private func upload() throws {
    let number = state.withLock { state in
      state.ledger.number += 1
      return state.ledger.number
    }
    let bytes = [UInt8](repeating: UInt8(number & 0xFF), count: 1000 + number)
    let id = String(format: "f%07x-%04x-4000-8000-%012x", seed & 0xFFF_FFFF, number & 0xFFFF, roll(1 << 30))
    guard let uuid = ResourceID(id) else { return }
    let file = try mirror.recording.stage(bytes, filename: "p\(number).png", sha256: "\(seed)-\(number)")
    let author = ChangeAuthor(account: "ann")
    var changes = [
      LocalChange(
        type: "file--file", uuid: uuid, action: .upload(file, hostType: "node--topic", field: "field_topic_image"),
        author: author)
    ]
    if let topic = pick("node--topic"), try shown("node--topic", topic.id) != nil, let host = ResourceID(topic.id) {
      let identifier = ResourceIdentifier(type: "file--file", id: id)
      changes.append(
        LocalChange(
          type: "node--topic", uuid: host, action: .replace("field_topic_image", .one(identifier)), author: author))
    }
    _ = try mirror.recording.record(changes, at: site.now)
    state.withLock { state in
      state.ledger.uploads[id] = bytes.count
      state.ledger.tally.uploads += 1
    }
  }

  // MARK: People on the site

  func editThere() throws {
    guard let (type, id) = pick(), site.community.resource(id) != nil else { return }
    if roll(14) == 0 {
      // Comments go with their topic.
      let comments = state.withLock { $0.known.filter { $0.type == "comment--comment" }.map(\.id) }
      let dependents = comments.filter { comment in
        site.community.resource(comment)?.relationships["entity_id"]?["data"]?["id"]?.string == id
      }
      try site.withCommunity { community in
        for gone in dependents + [id] { try community.delete(gone) }
      }
      trace("there: \(type) \(id) is deleted")
      state.withLock { state in
        state.ledger.deletedThere.formUnion(dependents + [id])
        // A creation whose answer was lost makes the topic anew, without what was done to it there.
        state.ledger.taggedThere = state.ledger.taggedThere.filter { $0.key.topic != id }
      }
      return
    }
    if type == "node--topic", roll(3) == 0 {
      let tag = ground.tags[roll(ground.tags.count)]
      let data = site.community.resource(id)?.relationships["social_tagging"]?["data"]?.array ?? []
      let isThere = data.contains { $0["id"]?.string == tag }
      let new =
        isThere
        ? data.filter { $0["id"]?.string != tag }
        : data + [["type": "taxonomy_term--social_tagging", "id": .string(tag)]]
      try site.withCommunity { [now = site.now] community in
        try community.edit(id, at: now, relationships: [("social_tagging", .array(new))])
      }
      trace("there: \(id) is tagged \(new.map { $0["id"]?.string?.suffix(12) ?? "" })")
      state.withLock { state in
        state.ledger.taggedThere[.init(topic: id, tag: tag)] = !isThere
        state.ledger.edited.formUnion([id, "\(id) social_tagging"])
      }
      return
    }
    let member = type == "comment--comment" ? "field_comment_body" : ["title", "body"][roll(2)]
    let token = newToken("remote")
    try site.withCommunity { [now = site.now] community in
      try community.edit(id, at: now, attributes: [attribute(member, token)])
    }
    trace("there: \(id) \(member) \(token)")
    state.withLock { $0.ledger.edited.formUnion([id, "\(id) \(member)"]) }
  }

  // MARK: Pulls

  /// A page of a pull that runs meanwhile: read now, applied now or later.
  func pull() throws {
    guard let (type, id) = pick() else { return }
    if let document = document(type, id, isFresh: false) {
      if roll(2) == 0 { return state.withLock { $0.stale.append(document) } }
      try apply(document)
    }
    let late = state.withLock { state in
      state.stale.isEmpty ? nil : state.stale.remove(at: state.dice.roll(state.stale.count))
    }
    if let late { try apply(late) }
  }

  func apply(_ document: SiteDocument) throws {
    var scanner = self.scanner
    let page = try scanner.page(document.body)
    guard let type = page.resources.first?.type else { return }
    trace("pulled: \(page.resources[0].uuid) \(PushHistory.brief(document.body))")
    // A round that begins lets pass what pushes made before it; pages of one that is under way may be older.
    if roll(4) == 0, state.withLock({ $0.stale.isEmpty }) { try mirror.outbox.passEchoes(at: site.now) }
    _ = try mirror.pulling.apply([
      PageApplication(
        type: type, resources: page.resources, omitted: 0, cursor: nil, run: 1, madeAt: document.madeAt)
    ])
  }
}
