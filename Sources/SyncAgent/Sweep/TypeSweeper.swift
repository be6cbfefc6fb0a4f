import JSONAPI
import Store
import Upstream

/// Sweeps one type: lists it by serial number, stores what is new or different, and decides by single requests what became
/// of stored resources that are not listed (reference 6.7). What was done is in the mirror with every page, so that a sweep
/// that is cut short goes on where it stood.
struct TypeSweeper {
  let reading: Reading
  let pulling: Pulling
  let sweeping: Sweeping
  let settings: SyncSettings
  let deciders: Deciders
  let budget: SweepBudget
  let run: Int64
  var type: MirroredType
  let path: String
  /// The attribute with the serial number; nil for a type that has none.
  let idAttribute: String?
  /// The site's clock at the start of the round, Unix seconds.
  let siteTime: Int64
  /// Whether the type was read from the beginning in this round: then it is listed.
  let isFresh: Bool
  /// Whether it is not due, and looked at only because removals wait for a person.
  var isHoldAlone: Bool
  /// Checks that the site still answers this account.
  let confirmSite: @Sendable () async throws -> Void
  var reader: PageReader
  var fields: FieldGuard
  /// What it took to compare members, beside the pages.
  var comparisons = (requests: 0, bytes: 0)

  /// Sweeps as far as the budget goes. Failures of the type alone are in the report.
  mutating func sweep() async throws -> SweepReport {
    var part = SweepReport(type: type.name)
    do {
      do { try await sweep(&part) } catch UntrustworthyPage.suddenlyEmpty {
        // What was listed cannot be relied on: the type is listed anew, at once where an earlier round had listed it.
        type.sweep = try sweeping.beginSweep(of: type.name, at: siteTime)
        guard part.pages == 0 else { throw UntrustworthyPage.suddenlyEmpty }
        try await sweep(&part)
      }
    } catch {
      try pulling.setAside(reader.takeSteppedOver())
      try await FailureScope.confine(error, confirm: confirmSite)
      part.failure = error
    }
    part.requests = reader.requests + comparisons.requests
    part.bytes = reader.bytes + comparisons.bytes
    return part
  }

  private mutating func sweep(_ part: inout SweepReport) async throws {
    var state = type.sweep ?? SweepState()
    let isAccepted = settings.acceptedRemovals.contains(type.name)
    let accepted = isAccepted ? state.held : 0
    let isListed = isFresh && state.isListed
    if isHoldAlone {
      guard try await isHoldOver() else {
        part.isFinished = true
        return
      }
      isHoldAlone = false
      state = try sweeping.beginSweep(of: type.name, at: siteTime, forgetsHold: true)
    } else if state.started == nil || isAccepted || settings.sweep == .now && !isListed && !isResumed(state) {
      state = try sweeping.beginSweep(of: type.name, at: siteTime)
    }
    let rows = try reading.count(of: type.name)
    if !state.isListed, try await !list(&state, rows: rows, &part) { return }
    let allowance = RemovalGuard.allowance(rows: rows, share: settings.maxRemovalShare, accepted: accepted)
    let showedNothing = state.lastID < 0 && state.offset == 0 && (idAttribute != nil || state.marks.isEmpty)
    try await judge(allowance: allowance, showedNothing: showedNothing, &part)
    if part.isFinished, let started = state.started, SweptAlone.lack(type.probe?.outcome) != nil {
      // What nothing but sweeps reads is known up to the beginning of the last one.
      try pulling.save(Cursor(changed: 0, internalID: 0, knownUntil: started), of: type.name)
    }
    if part.isFinished { try pulling.noteVanishedFields(of: type.name, nil) }
  }

  /// Whether it was begun by the sweep that was asked for and cut short.
  private func isResumed(_ state: SweepState) -> Bool {
    settings.sweepBegan.map { state.started ?? .min >= $0 } ?? false
  }

  /// How many of the resources that wait for a person are asked for in a round.
  private static let looks = 3

  /// Whether some of what waits for a person is visible again, or none of it is stored any more: then the type is swept anew.
  private mutating func isHoldOver() async throws -> Bool {
    let held = try sweeping.heldCandidates(of: type.name, count: TypeSweeper.looks)
    for candidate in held {
      guard budget.take() else { return false }
      if case .present = try await verdict(on: candidate, showedNothing: true) { return true }
    }
    return held.isEmpty
  }

  /// Asks for the candidates by themselves. As long as no more are left than may be removed without asking, those that are gone
  /// are removed at once; otherwise only when all are known and few enough are gone (`SweepJudgement`).
  /// - Parameter showedNothing: whether the listing was empty.
  /// - Throws: `UntrustworthyPage.suddenlyEmpty` when it was, and yet a resource is there.
  private mutating func judge(allowance: Int, showedNothing: Bool, _ part: inout SweepReport) async throws {
    var judgement = SweepJudgement(
      try sweeping.candidates(of: type.name), allowance: allowance, policy: settings.onHidden)
    var asked = Asked()
    for candidate in judgement.toAsk {
      if judgement.isHeld { break }
      guard budget.take() else { return try await settle(&asked, judgement, &part) }
      var known = candidate
      switch try await verdict(on: candidate, showedNothing: showedNothing) {
      case .present(let resource):
        if showedNothing, !resource.isLabelOnly { throw UntrustworthyPage.suddenlyEmpty }
        let kept = try await fields.check([resource], &reader)
        let outcome = try sweeping.refresh(resource, candidate: candidate, kept: kept[resource.uuid])
        part.updated += outcome.updated
        part.inserted += outcome.inserted
        judgement.note(candidate, nil)
        continue
      case .deleted: known.verdict = SweepCandidate.Verdict(.deleted, how: "not in the collection; GET answered 404")
      case .elsewhere(let now):
        known.verdict = SweepCandidate.Verdict(.deleted, how: "not in the collection; GET answered with \(now)")
      case .hidden:
        let kind: Tombstone.Kind = candidate.isOmitted ? .unpublished : .hidden
        let how = candidate.isOmitted ? "left out of the collection" : "not in the collection"
        known.verdict = SweepCandidate.Verdict(kind, how: "\(how); GET answered 403")
      case .undecided(let reason):
        known.verdict = SweepCandidate.Verdict(nil, how: reason)
        part.undecided += 1
      }
      judgement.note(candidate, known.verdict)
      asked.fresh.append(known)
      if asked.fresh.count >= 50 { try await settle(&asked, judgement, &part) }
    }
    if judgement.isHeld {
      // The next rounds ask for some of these again.
      try sweeping.note(asked.fresh, of: type.name)
    } else {
      try await settle(&asked, judgement, &part)
    }
    try sweeping.endSweep(of: type.name, at: siteTime, held: judgement.isHeld ? judgement.held : 0)
    part.isFinished = true
  }

  /// What this slice has asked for and not dealt with.
  private struct Asked {
    /// Those whose verdicts are not noted yet.
    var fresh: [SweepCandidate] = []
    /// Those that are noted, and gone if no guard stops the sweep.
    var waiting: [SweepCandidate] = []
  }

  /// Removes what may go, and notes the rest for the next slice.
  private func settle(_ asked: inout Asked, _ judgement: SweepJudgement, _ part: inout SweepReport) async throws {
    let all = asked.waiting + asked.fresh
    try sweeping.note(asked.fresh.filter { !judgement.lets($0) }, of: type.name)
    asked.fresh = []
    asked.waiting = all.filter { !judgement.lets($0) && $0.verdict?.kind != nil }
    let going = all.filter { judgement.lets($0) }
    try await remove(
      going.compactMap { candidate in
        candidate.verdict.flatMap { verdict in verdict.kind.map { Removal(candidate, $0, how: verdict.how) } }
      }, &part)
  }

  /// - Parameter showedNothing: whether the listing was empty: then its resources may call themselves otherwise now.
  private mutating func verdict(on candidate: SweepCandidate, showedNothing: Bool) async throws -> CandidateVerdict {
    do {
      let page = try await reader.page("\(path)/\(candidate.uuid.pathPart)")
      guard let resource = page.resources.first, resource.uuid == candidate.uuid, resource.type == type.name else {
        // The site does not mind the bundle in the path (reference 4.2): what became one of another type shows there, too.
        if let now = page.resources.first, now.uuid == candidate.uuid, now.type != type.name,
          !showedNothing || reader.scanner.hasCollection(now.type)
        {
          return .elsewhere("a resource of type \(now.type)")
        }
        if let now = page.resources.first, now.type == type.name, !now.isLabelOnly,
          now.uuid.folded == candidate.uuid.folded
        {
          // The site does not mind the letter case of an id. What is stored under the new one is the same resource.
          let isStored = try reading.document(of: now.uuid, type: type.name) != nil
          return isStored ? .elsewhere("the same resource under the id \(now.uuid)") : .present(now)
        }
        if let row = page.unusable.first { return .undecided("what the site shows of it \(row.reason)") }
        return .undecided("the answer is about another resource")
      }
      // Only the label is left of what was stored whole: it is closed to the account (reference 2.8).
      return resource.isLabelOnly && candidate.internalID != nil ? .hidden : .present(resource)
    } catch {
      guard let verdict = deciders.verdict(error) else { throw error }
      // A site that is away, or a page before it, says nothing of any resource: there the sweep stops and goes on later.
      if case .undecided = verdict { try await FailureScope.confine(error, confirm: confirmSite) }
      return verdict
    }
  }

  /// Removes what the site says is gone, if it still says so to the same account.
  private func remove(_ gone: [Removal], _ part: inout SweepReport) async throws {
    guard !gone.isEmpty else { return }
    try await confirmSite()
    let done = try sweeping.remove(gone, of: type.name, onHidden: settings.onHidden, at: siteTime)
    part.tombstones.merge(done, uniquingKeysWith: +)
  }
}
