import JSONAPI
import OpenSocial
import Store

/// Stops a type before members vanish from what is stored of it: an account that loses a role still sees the resources, without
/// mail, status and roles (`sync.maxRemovalShare`).
///
/// One resource may lose a member: somebody hid it. That says nothing about the others, and a page may be small, or hold what was
/// changed together. So where a page is no proof, some other stored resources are asked for: what vanished for the account is
/// missing there, too.
///
/// A member that few resources of the type ever had tells nothing of rights: those that lost it stay as they are stored, set aside by
/// name until a person accepts it or it is back, and the rest goes on.
struct FieldGuard {
  let reading: Reading
  let pulling: Pulling
  let type: String
  let path: String
  /// From 0 (always ask) to 1 (never ask).
  let share: Double
  /// Whether a person has agreed to it.
  let isAccepted: Bool
  private let isTooMuch: @Sendable (_ count: LostFields.Count, _ share: Double) -> Bool
  /// What the type is asked by: such attributes are no content, and a type that loses them is read in another way.
  let askedBy: Set<String>
  /// This machine's clock, Unix seconds.
  let now: @Sendable () -> Int64
  /// Whether anything of the type was stored before.
  private var isKnown: Bool?
  /// What this round has seen so far.
  private var seen = FieldEvidence()
  /// Members of which other resources were asked for in this round.
  private var sampled: Set<String> = []
  /// Members that vanished, and whether few of the stored resources have them.
  private var rarity: [String: Bool] = [:]

  /// A page of so many compared resources is a proof by itself: a fifth of them is four, not one or two that somebody edited.
  private static let proof = 20
  /// How many other resources are asked for at most.
  private static let sample = 8

  init(
    reading: Reading, pulling: Pulling, type: String, path: String, askedBy: Set<String>, settings: SyncSettings,
    isTooMuch: @escaping @Sendable (_ count: LostFields.Count, _ share: Double) -> Bool,
    now: @escaping @Sendable () -> Int64
  ) {
    self.isTooMuch = isTooMuch
    self.reading = reading
    self.pulling = pulling
    self.type = type
    self.path = path
    self.askedBy = askedBy
    self.now = now
    share = settings.maxRemovalShare
    isAccepted = settings.acceptedRemovals.contains(type)
  }

  /// Lets what the site sends pass on its way into the mirror.
  /// - Parameter comparison: of it with what is stored; nil where that is to be made.
  /// - Returns: what of it is to stay as it is stored, with what is said of it.
  /// - Throws: `SyncFault.lostFields` where too much of it has lost members.
  mutating func check(
    _ resources: [ScannedResource], _ reader: inout PageReader, compared comparison: LostFields? = nil
  ) async throws -> [ResourceID: SetAside] {
    guard !isAccepted, share < 1 else { return [:] }
    if isKnown == nil { isKnown = try comparison.map { $0.resources > 0 } == true || reading.hasAny(of: type) }
    guard isKnown == true else { return [:] }
    var page = try comparison ?? reading.lostFields(in: resources, of: type)
    page.counts = page.counts.filter { !FieldEvidence.isNoContent($0.key, askedBy) }
    seen.note(page, of: resources.lazy.filter { !$0.isLabelOnly }.map(\.uuid))
    if page.counts.isEmpty { return [:] }
    let (reading, type) = (reading, type)
    func members(_ id: ResourceID) throws -> Set<String>? {
      try reading.siteDocument(of: id, type: type).flatMap { LostFields.names($0) }
    }
    let suspects = try page.counts.filter { name, count in
      if isTooMuch(count, share) { return true }
      return try isTooMuch(seen.count(of: name, members), share)
    }.map(\.key)
    let unproved = Set(suspects).filter { (page.counts[$0]?.had ?? 0) < FieldGuard.proof }.subtracting(sampled)
    if !unproved.isEmpty { try await ask(for: unproved, but: resources, &reader) }
    var gone: [String: LostFields.Count] = [:]
    for name in suspects {
      let onPage = page.counts[name] ?? LostFields.Count(had: 0, lost: 0)
      let isProof = onPage.had >= FieldGuard.proof && isTooMuch(onPage, share)
      let count = isProof ? onPage : try seen.count(of: name, members)
      if isTooMuch(count, share) { gone[name] = count }
    }
    let rare = Set(try gone.keys.filter { try isRare($0) })
    for name in rare { gone[name] = nil }
    guard let worst = gone.values.max(by: { $0.lost < $1.lost }) else {
      return try keptRows(among: resources, lacking: rare)
    }
    let fault = SyncFault.lostFields(type: type, fields: gone.keys.sorted(), lost: worst.lost, had: worst.had)
    try pulling.noteVanishedFields(
      of: type,
      SetAside(
        .field, type: type, subject: LostFields.subject, reason: fault.seen,
        advice: "give the account its rights back, or: social-mirror sync --accept-removals \(type)", at: now()))
    throw fault
  }

  /// Takes in resources that are as they are stored: they have lost nothing.
  mutating func pass(_ resources: [ScannedResource]) {
    guard !isAccepted, share < 1 else { return }
    seen.note(LostFields([], same: resources.count) { [] }, of: resources.lazy.map(\.uuid))
  }

  /// Whether few of the stored resources have a member.
  private mutating func isRare(_ name: String) throws -> Bool {
    if let known = rarity[name] { return known }
    let stored = try reading.count(of: type)
    let had = try reading.count(of: type, with: name, upTo: FieldEvidence.enough(of: stored))
    let isRare = FieldEvidence.isRare(had: had, of: stored)
    rarity[name] = isRare
    return isRare
  }

  /// The resources that have lost one of these members.
  private func keptRows(
    among resources: [ScannedResource], lacking names: Set<String>
  ) throws -> [ResourceID: SetAside] {
    var kept: [ResourceID: SetAside] = [:]
    guard !names.isEmpty else { return kept }
    for resource in resources where !resource.isLabelOnly && resource.known == nil {
      guard let stored = try reading.siteDocument(of: resource.uuid, type: type),
        let before = LostFields.names(stored)?.intersection(names), !before.isEmpty,
        let lost = LostFields.names(resource.document).map({ before.subtracting($0) }), !lost.isEmpty
      else { continue }
      kept[resource.uuid] = SetAside(
        .row, type: type, subject: "\(resource.uuid)",
        reason: "lost the member \(lost.sorted().prefix(8).joined(separator: ", ")), which few of the type have: "
          + "it stays as it is stored",
        advice: "give the account its rights back, or: social-mirror sync --accept-removals \(type)", at: now())
    }
    return kept
  }

  /// Asks for other stored resources that have these members.
  private mutating func ask(
    for names: Set<String>, but resources: [ScannedResource], _ reader: inout PageReader
  ) async throws {
    sampled.formUnion(names)
    let known = Set(resources.map(\.uuid))
    var pairs: [(stored: [UInt8], now: [UInt8])] = []
    var asked: [ResourceID] = []
    for id in try reading.someExpected(of: type, count: FieldGuard.sample + 4)
    where !known.contains(id) && pairs.count < FieldGuard.sample {
      guard let stored = try reading.siteDocument(of: id, type: type),
        let members = LostFields.names(stored), !names.isDisjoint(with: members)
      else { continue }
      do {
        let page = try await reader.page("\(path)/\(id.pathPart)")
        guard let now = page.resources.first, now.uuid == id, now.type == type, !now.isLabelOnly else { continue }
        pairs.append((stored, now.document))
        asked.append(id)
      } catch {
        // One that is gone or cannot be shown says nothing about members.
        if case .everything = FailureScope(error) { throw error }
      }
    }
    seen.note(LostFields(pairs), of: asked)
  }
}

/// What a round has seen of members that vanish, as decisions only.
struct FieldEvidence: Sendable {
  /// Resources that were compared together.
  private struct Part {
    var ids: [ResourceID]
    /// Members that some of them have lost.
    var counts: [String: LostFields.Count]
    /// How many of them have each of their other members, once that was asked for.
    var kept: [String: Int]?
  }
  private var parts: [Part] = []
  private var resources = 0
  private var lost: [String: LostFields.Count] = [:]

  /// So many resources say enough: of earlier ones only what they have lost counts.
  private static let most = 400

  /// Takes in a comparison.
  /// - Parameter ids: the resources of it that were stored whole, and maybe others.
  mutating func note(_ fields: LostFields, of ids: some Sequence<ResourceID>) {
    for (name, count) in fields.counts {
      lost[name, default: LostFields.Count(had: 0, lost: 0)].had += count.had
      lost[name, default: LostFields.Count(had: 0, lost: 0)].lost += count.lost
    }
    guard fields.resources > 0 else { return }
    parts.append(Part(ids: Array(ids), counts: fields.counts))
    resources += parts.last?.ids.count ?? 0
    while resources > FieldEvidence.most, parts.count > 1 { resources -= parts.removeFirst().ids.count }
  }

  /// How many of the resources seen so far had a member, and how many of them have lost it.
  /// - Parameter members: the names of a stored resource's members.
  mutating func count(
    of name: String, _ members: (ResourceID) throws -> Set<String>?
  ) rethrows -> LostFields.Count {
    var count = lost[name] ?? LostFields.Count(had: 0, lost: 0)
    for index in parts.indices where parts[index].counts[name] == nil {
      if parts[index].kept == nil {
        var kept: [String: Int] = [:]
        for id in parts[index].ids { for member in try members(id) ?? [] { kept[member, default: 0] += 1 } }
        parts[index].kept = kept
      }
      // None of these has lost it.
      count.had += parts[index].kept?[name] ?? 0
    }
    return count
  }

  /// Whether a member is a number or time that the mirror asks by, or that counts revisions: what rights are about is content.
  static func isNoContent(_ name: String, _ askedBy: Set<String>) -> Bool {
    askedBy.contains(name) || FieldDescription(name).isRevisionNumber
  }

  /// Whether so few of the stored resources have a member that its loss is no sign of lost rights: fewer than five, and no more than
  /// a fifth of all; or less than a twentieth.
  static func isRare(had: Int, of stored: Int) -> Bool {
    had < 5 && had <= stored / 5 || had < stored / 20
  }

  /// So many that have a member are more than few, however many more there are.
  static func enough(of stored: Int) -> Int { max(5, stored / 20) }

  /// Whether a person has to look: more than the share of those that had it have lost it. One alone among others never is too
  /// much: somebody edited it. All are, however few.
  static func isTooMuch(_ count: LostFields.Count, share: Double) -> Bool {
    guard count.lost > 0, share < 1 else { return false }
    if share <= 0 || count.lost == count.had { return true }
    return count.lost > 1 && Double(count.lost) > share * Double(count.had)
  }
}
