import JSONAPI
import Store

/// Stops a type before members vanish from what is stored of it: an account that loses a role still sees the resources, without
/// mail, status and roles (`sync.maxRemovalShare`).
///
/// One resource may lose a member: somebody hid it. That says nothing about the others, and a page may be small, or hold what was
/// changed together. So where a page is no proof, some other stored resources are asked for: what vanished for the account is
/// missing there, too.
struct FieldGuard {
  let mirror: Mirror
  let type: String
  let path: String
  /// From 0 (always ask) to 1 (never ask).
  let share: Double
  /// Whether a person has agreed to it.
  let isAccepted: Bool
  private let isTooMuch: @Sendable (_ count: LostFields.Count, _ share: Double) -> Bool
  /// This machine's clock, Unix seconds.
  let now: @Sendable () -> Int64
  /// Whether anything of the type was stored before.
  private var isKnown: Bool?
  /// What this round has seen so far.
  private var seen = FieldEvidence()
  /// Members of which other resources were asked for in this round.
  private var sampled: Set<String> = []

  /// A page of so many compared resources is a proof by itself: a fifth of them is four, not one or two that somebody edited.
  private static let proof = 20
  /// How many other resources are asked for at most.
  private static let sample = 8

  init(
    mirror: Mirror, type: String, path: String, settings: SyncSettings, deciders: Deciders,
    now: @escaping @Sendable () -> Int64
  ) {
    isTooMuch = deciders.losesTooMuch
    self.mirror = mirror
    self.type = type
    self.path = path
    self.now = now
    share = settings.maxRemovalShare
    isAccepted = settings.acceptedRemovals.contains(type)
  }

  /// Lets what the site sends pass on its way into the mirror.
  /// - Throws: `SyncFault.lostFields` where too much of it has lost members.
  mutating func check(_ resources: [ScannedResource], _ reader: inout PageReader) async throws {
    guard !isAccepted, share < 1 else { return }
    if isKnown == nil { isKnown = try mirror.count(of: type) > 0 }
    guard isKnown == true else { return }
    let page = try mirror.lostFields(in: resources, of: type)
    seen.note(page)
    if page.counts.isEmpty { return }
    let suspects =
      page.counts.filter { isTooMuch($0.value, share) }.map(\.key)
      + page.counts.keys.filter { isTooMuch(seen.count(of: $0), share) }
    let unproved = Set(suspects).filter { (page.counts[$0]?.had ?? 0) < FieldGuard.proof }.subtracting(sampled)
    if !unproved.isEmpty { try await ask(for: unproved, but: resources, &reader) }
    var gone: [String: LostFields.Count] = [:]
    for name in Set(suspects) {
      let onPage = page.counts[name] ?? LostFields.Count(had: 0, lost: 0)
      let count = onPage.had >= FieldGuard.proof && isTooMuch(onPage, share) ? onPage : seen.count(of: name)
      if isTooMuch(count, share) { gone[name] = count }
    }
    guard let worst = gone.values.max(by: { $0.lost < $1.lost }) else { return }
    let fault = SyncFault.lostFields(type: type, fields: gone.keys.sorted(), lost: worst.lost, had: worst.had)
    try mirror.noteVanishedFields(
      of: type,
      SetAside(
        .field, type: type, subject: Mirror.vanishedFields, reason: fault.seen,
        advice: "give the account its rights back, or: social-mirror sync --accept-removals \(type)", at: now()))
    throw fault
  }

  /// Asks for other stored resources that have these members.
  private mutating func ask(
    for names: Set<String>, but resources: [ScannedResource], _ reader: inout PageReader
  ) async throws {
    sampled.formUnion(names)
    let known = Set(resources.map(\.uuid))
    var pairs: [(stored: [UInt8], now: [UInt8])] = []
    for id in try mirror.someExpected(of: type, count: FieldGuard.sample + 4)
    where !known.contains(id) && pairs.count < FieldGuard.sample {
      guard let stored = try mirror.siteDocument(of: id, type: type),
        let members = LostFields.names(stored), !names.isDisjoint(with: members)
      else { continue }
      do {
        let page = try await reader.page("\(path)/\(id)")
        guard let now = page.resources.first, now.uuid == id, !now.isLabelOnly else { continue }
        pairs.append((stored, now.document))
      } catch {
        // One that is gone or cannot be shown says nothing about members.
        if case .everything = FailureScope(error) { throw error }
      }
    }
    seen.note(LostFields(pairs))
  }
}

/// What a round has seen of members that vanish, as decisions only.
struct FieldEvidence: Sendable, Hashable {
  private var resources = 0
  private var lost: [String: Int] = [:]
  /// Compared resources that turned out not to have had a member that others lost.
  private var never: [String: Int] = [:]

  mutating func note(_ fields: LostFields) {
    resources += fields.resources
    for (name, count) in fields.counts {
      lost[name, default: 0] += count.lost
      never[name, default: 0] += fields.resources - count.had
    }
  }

  /// How many of the resources seen so far had a member, and how many of them have lost it.
  func count(of name: String) -> LostFields.Count {
    LostFields.Count(had: max(resources - (never[name] ?? 0), lost[name] ?? 0), lost: lost[name] ?? 0)
  }

  /// Whether a person has to look: more than the share of those that had it have lost it. One alone among others never is too
  /// much: somebody edited it. All are, however few.
  static func isTooMuch(_ count: LostFields.Count, share: Double) -> Bool {
    guard count.lost > 0, share < 1 else { return false }
    if share <= 0 || count.lost == count.had { return true }
    return count.lost > 1 && Double(count.lost) > share * Double(count.had)
  }
}
