import JSONAPI
import SampleSite
import Support
import SyncAgent
import Synchronization
import Upstream

@testable import Store

/// What must be true of a history:
///
/// 1. A local write comes to the site at most once, never over a value that its writer had not seen, and never after its
///    writer replaced it before it left.
/// 2. It was on the site, or was replaced before it left, or stands in a conflict or rejection with its data.
/// 3. A conflict is about something that somebody on the site did; what both did alike is none.
/// 4. Lists are merged item by item: whoever alone spoke of an item has it as he said.
/// 5. A file is on the site once. What was changed on the site is not deleted by somebody who had not seen it.
/// 6. In the end nothing is under way but behind what waits for a person, and what is settled is served as the site has it.
/// 7. After a person has decided everything, both sides are the same.
extension PushHistory {
  // MARK: What arrives

  func watching(_ method: String, _ target: String, _ act: () -> PlainAnswer) -> PlainAnswer {
    let id = target.split(separator: "/").last.map(String.init) ?? ""
    switch method {
    case "GET" where isBlind: return blindly(target, act)
    case "PATCH":
      let before = texts(id)
      let answer = act()
      for (member, text) in texts(id) where before[member] != text {
        state.withLock { $0.ledger.applied(text, over: before[member]) }
      }
      return answer
    case "POST":
      let answer = act()
      if answer.status == 201, let made = try? JSON(parsing: answer.body)["data"]?["attributes"]?.object {
        for text in PushHistory.texts(made).values {
          state.withLock { state in
            // Whoever finds nothing cannot tell what was deleted from what never arrived.
            let resource = state.ledger.writes[text]?.resource ?? ""
            if state.ledger.deletedThere.contains(resource) { state.ledger.writes[text]?.applied = 0 }
            state.ledger.applied(text, over: nil)
          }
        }
      }
      return answer
    case "DELETE":
      let before = texts(id)
      let answer = act()
      if answer.status == 204 { judgeDeletion(id, before) }
      return answer
    default: return act()
    }
  }

  private func judgeDeletion(_ id: String, _ before: [String: String]) {
    state.withLock { state in
      guard !state.ledger.isDecided, let seen = state.ledger.deletedHere[id] else { return }
      for text in before.values where text.hasPrefix("remote") && !seen.contains(text) {
        state.ledger.faults.append("\(text) was deleted by somebody who had not seen it")
      }
    }
  }

  /// Reads that were made before are answered as they were.
  private func blindly(_ asked: String, _ act: () -> PlainAnswer) -> PlainAnswer {
    let target = String(asked.prefix { $0 != "?" })
    let old = state.withLock { $0.seenBodies[target] }
    var answer = act()
    guard answer.status == 200, target.contains("/node/topic/") else { return answer }
    if let old { answer.body = old } else { state.withLock { [body = answer.body] in $0.seenBodies[target] = body } }
    return answer
  }

  // MARK: The end

  private func open() throws -> [OutboxChange] { try mirror.outbox.unsettledChanges() }

  func judge() throws {
    let open = try open()
    let conflicts = try mirror.outbox.conflicts(open: false)
    state.withLock { state in
      state.ledger.tally.conflicts += conflicts.count
      state.ledger.tally.rejections += open.count { $0.state == .rejected }
    }
    judgeRest(open)
    judge(conflicts)
    judgeTexts(open, conflicts)
    judgeTags(open, conflicts)
    judgeUploads(open)
    try judgeServed(Set(open.map { $0.uuid.description }))
    for result in try mirror.reporting.check() where result.violations > 0 {
      fault("not true: \(result.name): \(result.example ?? "")")
    }
  }

  /// Only what waits for a person, or behind it, is left.
  private func judgeRest(_ open: [OutboxChange]) {
    func waits(_ change: OutboxChange) -> Bool { change.state == .conflict || change.state == .rejected }
    let held = Set(open.filter(waits).map(\.uuid))
    let creations = Set(open.filter { $0.kind == .create || $0.kind == .upload }.map(\.uuid))
    for change in open where !waits(change) && !held.contains(change.uuid) {
      if !change.targets.isDisjoint(with: creations) { continue }
      if change.kind == .delete, open.contains(where: { $0.targets.contains(change.uuid) }) { continue }
      fault("change \(change.id), \(change.kind) of \(change.type), is \(change.state): \(change.error ?? "")")
    }
  }

  private func judge(_ conflicts: [OutboxConflict]) {
    let (edited, deleted) = state.withLock { ($0.ledger.edited, $0.ledger.deletedThere) }
    for conflict in conflicts {
      let id = conflict.uuid.description
      switch conflict.kind {
      case .fields:
        for field in conflict.fields where !edited.contains("\(id) \(field.name)") {
          fault(
            "a conflict about \(field.name) of \(conflict.type) that nobody on the site edited: "
              + [field.base, field.site, field.local].map { $0?.text().prefix(60) ?? "-" }.joined(separator: " | "))
        }
      case .changedOnSite: if !edited.contains(id) { fault("a conflict about an edit that nobody made") }
      case .deletedOnSite:
        // Comments go with their topic, whoever deletes it.
        if !deleted.contains(id), conflict.type != "comment--comment" { fault("a conflict about no deletion") }
      case .exists: fault("a conflict about a UUID that nobody else used")
      }
    }
  }

  private func judgeTexts(_ open: [OutboxChange], _ conflicts: [OutboxConflict]) {
    // What the person in front of the list can read.
    let kept =
      open.flatMap { $0.members.map { $0.local.text() } }
      + conflicts.flatMap { conflict in
        conflict.fields.map { $0.local?.text() ?? "" } + [conflict.local?.text() ?? ""]
      }
    let ledger = state.withLock { $0.ledger }
    for (text, write) in ledger.writes where write.applied == 0 && !write.isReplaced {
      // What the site refuses may have been corrected by its writer.
      // Or deleted.
      if ledger.isRefused(write), ledger.hasLater(text) || ledger.deletedHere[write.resource] != nil { continue }
      if !kept.contains(where: { $0.contains(text) }) { fault("\(text.prefix(60)) of \(write.member) is lost") }
    }
  }

  private func judgeTags(_ open: [OutboxChange], _ conflicts: [OutboxConflict]) {
    let (here, there) = state.withLock { ($0.ledger.taggedHere, $0.ledger.taggedThere) }
    let disputed = Set(conflicts.map(\.uuid.description)).union(open.map { $0.uuid.description })
    for tagging in Set(here.keys).union(there.keys) where !disputed.contains(tagging.topic) {
      guard let topic = site.community.resource(tagging.topic) else { continue }
      guard here[tagging] == nil || there[tagging] == nil || here[tagging] == there[tagging] else { continue }
      let data = topic.relationships["social_tagging"]?["data"]?.array ?? []
      let isThere = data.contains { $0["id"]?.string == tagging.tag }
      if isThere != here[tagging] ?? there[tagging] {
        fault("a tag that one side \(isThere ? "removed" : "added") is \(isThere ? "there" : "lost")")
      }
      if data.count(where: { $0["id"]?.string == tagging.tag }) > 1 { fault("a tag is there twice") }
    }
  }

  private func judgeUploads(_ open: [OutboxChange]) {
    let sizes = site.community.ids(of: "file--file").compactMap {
      site.community.resource($0)?.attributes["filesize"]?.integer
    }
    let waiting = Set(open.compactMap { $0.upload?.file.bytes })
    for size in state.withLock({ Array($0.ledger.uploads.values) }) {
      let count = sizes.count { $0 == Int64(size) }
      if count > 1 || count == 0 && !waiting.contains(Int64(size)) { fault("an uploaded file is there \(count) times") }
    }
  }

  private func judgeServed(_ pending: Set<String>) throws {
    let (known, deleted) = state.withLock { ($0.known, $0.ledger.deletedThere) }
    for (type, id) in known where !pending.contains(id) {
      if let document = document(type, id, isFresh: true) { try apply(document) }
      let (here, there) = (try shown(type, id).map(PushHistory.withoutCounters), try onSite(type, id))
      if here == there { continue }
      // A sweep finds what was deleted there, and what went with it.
      if there == nil, deleted.contains(id) || type == "comment--comment" { continue }
      fault("\(type) \(id) is not served as the site has it: \(PushHistory.difference(here, there))")
    }
  }

  private func onSite(_ type: String, _ id: String) throws -> JSON? {
    try document(type, id, isFresh: true).flatMap { try JSON(parsing: $0.body)["data"] }
      .map(PushHistory.withoutCounters)
  }

  /// The site counts comments after it has answered, without a new `changed` (reference 12): a sweep's business.
  private static func withoutCounters(_ resource: JSON) -> JSON {
    guard var members = resource.object, var attributes = members["attributes"]?.object else { return resource }
    attributes["field_topic_comments"] = nil
    members["attributes"] = .object(attributes)
    return .object(members)
  }

  private static func difference(_ one: JSON?, _ other: JSON?) -> String {
    guard let one, let other else { return "\(one == nil ? "nothing" : "something") here" }
    for group in ["attributes", "relationships"] {
      for member in other[group]?.object?.members ?? [] where one[group]?[member.name] != member.value {
        return
          "\(member.name) \(one[group]?[member.name]?.text().prefix(120) ?? "-") for \(member.value.text().prefix(120))"
      }
    }
    return "links or order"
  }

  // MARK: A person

  func decide() async throws {
    state.withLock { $0.ledger.isDecided = true }
    for _ in 0..<12 {
      let open = try open()
      if open.isEmpty { break }
      for conflict in try mirror.outbox.conflicts() {
        try mirror.outbox.resolve(conflict.id, roll(2) == 0 ? .site : .local, at: site.now)
      }
      for change in open where change.state == .rejected { _ = try? mirror.outbox.drop(change.id, at: site.now) }
      site.clockOffset += 200
      try await push()
    }
    let open = try open()
    for change in open {
      fault("after all decisions \(change.kind) of \(change.type) is \(change.state): \(change.error ?? "")")
    }
    if open.isEmpty { try judgeServed([]) }
  }
}
