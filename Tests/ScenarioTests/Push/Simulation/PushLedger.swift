import JSONAPI

/// What writers on both sides did in a history, and what became of it: every text that anybody writes is another one.
struct PushLedger {
  /// One local write of one member.
  struct Write {
    var resource: String
    var member: String
    /// What stood there when it was written, or in the place of what it replaced.
    var seen: Set<String>
    var change: Int64?
    /// Whether its own writer changed it again, or deleted the resource, before it left.
    var isReplaced = false
    /// How often it came to be on the site.
    var applied = 0
  }

  /// Somebody's last word about one tag of one topic.
  struct Tagging: Hashable {
    var topic: String
    var tag: String
  }

  var writes: [String: Write] = [:]
  private(set) var order: [String] = []
  /// `id member` that was edited on the site, and `id` of what was edited or deleted there.
  var edited: Set<String> = []
  var deletedThere: Set<String> = []
  var taggedHere: [Tagging: Bool] = [:]
  var taggedThere: [Tagging: Bool] = [:]
  /// The sizes of uploaded files, of which every one is another, by their first UUID.
  var uploads: [String: Int] = [:]
  /// What its deleter saw of a resource.
  var deletedHere: [String: Set<String>] = [:]
  var number = 0
  var faults: [String] = []
  /// A person decides now: what was refused or stood against each other may be written after all.
  var isDecided = false
  var tally = PushTally()

  mutating func next() -> Int {
    number += 1
    return number
  }

  mutating func token(_ kind: String, _ seed: Int) -> String {
    number += 1
    return "\(kind)-\(seed)-\(number)."
  }

  /// Notes a local write and those that it replaced before they left.
  /// - Parameters:
  ///   - token: nil for a deletion.
  ///   - member: nil for all.
  ///   - endsAll: whether nothing of the resource waits any more.
  mutating func note(
    _ token: String?, _ resource: String, _ member: String?, seen: String?, _ change: Int64?, endsAll: Bool = false
  ) {
    var allowed: Set<String> = seen.map { [$0] } ?? []
    for other in order {
      guard let old = writes[other], old.resource == resource, member == nil || old.member == member else { continue }
      // Whoever saw what the site refused stands on what that stood on.
      if isRefused(old), other == seen || allowed.contains(other) { allowed.formUnion(old.seen) }
      guard !old.isReplaced, change != nil, endsAll || old.change == change else { continue }
      writes[other]?.isReplaced = true
      allowed.formUnion(old.seen)
    }
    guard let token, let member else { return }
    writes[token] = Write(resource: resource, member: member, seen: allowed, change: change)
    order.append(token)
    tally.writes += 1
  }

  /// Whether a write is part of a change with a title that is too long.
  func isRefused(_ write: Write) -> Bool {
    writes.contains { $0.key.hasSuffix("xx") && $0.value.resource == write.resource && $0.value.change == write.change }
  }

  /// Whether the same member was written here again.
  func hasLater(_ token: String) -> Bool {
    guard let write = writes[token], let place = order.firstIndex(of: token) else { return false }
    return order[(place + 1)...].contains {
      writes[$0]?.resource == write.resource && writes[$0]?.member == write.member
    }
  }

  /// A value came to stand on the site by a request of the push.
  mutating func applied(_ value: String, over old: String?) {
    guard let write = writes[value] else { return }
    writes[value]?.applied += 1
    tally.applied += 1
    if isDecided { return }
    if write.applied > 0 { faults.append("\(value) came to the site twice") }
    if write.isReplaced { faults.append("\(value) is on the site although it was replaced before it left") }
    if let old, !write.seen.contains(old) {
      faults.append("\(value) was written over \(old), which its writer had not seen")
    }
  }
}

/// What histories were made of.
struct PushTally: CustomStringConvertible {
  var histories = 0
  var writes = 0
  var requests = 0
  var strikes = 0
  var kills = 0
  var applied = 0
  var conflicts = 0
  var rejections = 0
  var uploads = 0
  var comments = 0
  var deletions = 0
  var seconds = 0.0

  static func + (one: PushTally, other: PushTally) -> PushTally {
    var sum = one
    sum.histories += other.histories
    sum.writes += other.writes
    sum.requests += other.requests
    sum.strikes += other.strikes
    sum.kills += other.kills
    sum.applied += other.applied
    sum.conflicts += other.conflicts
    sum.rejections += other.rejections
    sum.uploads += other.uploads
    sum.comments += other.comments
    sum.deletions += other.deletions
    return sum
  }

  var description: String {
    "\(histories) histories, \(writes) local writes, \(requests) requests, \(strikes) of them struck, \(kills) kills, "
      + "\(applied) writes on the site, \(conflicts) conflicts, \(rejections) rejections, \(uploads) uploads, "
      + "\(comments) comments, \(deletions) deletions in \(Int(seconds)) s "
      + "(\(Int(Double(histories) / max(seconds, 0.001))) a second)"
  }
}
