import JSONAPI
import OpenSocial
import Store
import Upstream

/// Asks a site as a round would, each question once, and gathers what it answers. Stores nothing and changes nothing there.
package struct SiteExamination: Sendable {
  private let site: Site
  private let reading: Reading?
  private let settings: SyncSettings
  private let now: @Sendable () -> Int64
  private let uptime: @Sendable () -> Int64

  /// Seconds between two requests that tell whether a cache answers.
  private static let pause: Int64 = 2

  /// - Parameters:
  ///   - mirror: tells whose copy it is and what types are called; nil where there is none yet.
  ///   - now: this machine's Unix seconds.
  ///   - uptime: nanoseconds of a clock that never goes back.
  package init(
    site: Site, mirror: Mirror?, settings: SyncSettings, now: @escaping @Sendable () -> Int64,
    uptime: @escaping @Sendable () -> Int64 = RequestPacer.uptime
  ) {
    self.site = site.askedOnce
    reading = mirror?.reading
    self.settings = settings
    self.now = now
    self.uptime = uptime
  }

  /// Asks. What fails is part of the evidence.
  /// - Throws: `CancellationError` alone.
  package func run() async throws -> SiteEvidence {
    var evidence = SiteEvidence(base: site.base.description, pageSize: settings.pageLimit)
    do { try await examine(&evidence) } catch {
      try Task.checkCancellation()
      evidence.failure = SiteFailure(error)
    }
    return evidence
  }

  private func examine(_ evidence: inout SiteEvidence) async throws {
    let entry = try await EntryPointSearch(site: site, reading: reading).find()
    let began = uptime()
    evidence.entry = SiteEvidence.Entry(
      path: entry.path, asked: entry.asked, isMoved: entry.isMoved,
      otherBases: entry.bases.filter { $0 != site.base.description }, version: entry.version,
      types: entry.resourceTypes.count)
    try await lookAtClock(entry, &evidence)
    let remembered = try reading.map { try SiteIdentity(of: $0) } ?? SiteIdentity()
    evidence.account = try VisitDecision(
      entry, at: site.base.description, hasMoved: site.hasMoved, remembered
    ).account()
    let types = try select(entry, &evidence)
    try await lookAt(types, entry, &evidence)
    if let type = types.first(where: { $0.home.entityType == "node" }) ?? types.first {
      evidence.writes = try await writes(type)
    }
    do {
      evidence.isDescribed = try await site.ask(SiteDescription.request) { SiteDescription.parse($0) != nil }
    } catch {
      try Task.checkCancellation()
      if case .everything = FailureScope(error) { throw error }
      evidence.isDescribed = false
    }
    try await lookForCache(entry, since: began, &evidence)
  }

  /// Asks for the entry point under a URL that no cache has seen: its `Date` is the site's clock.
  private func lookAtClock(_ entry: EntryPoint, _ evidence: inout SiteEvidence) async throws {
    let fresh = try await site.ask(EntryPoint.request(entry.path).pastCaches(site.freshNumber())) { response in
      _ = try SiteAnswer.document(of: response)
      return response
    }
    let here = now()
    evidence.clockAhead = fresh.date.map { $0.subtractingClamped(here) }
    evidence.generator = fresh["X-Generator"].map { SiteWords.tidy($0) }.flatMap { $0.isEmpty ? nil : $0 }
  }

  /// The types that a round would read, and what is odd about their selection.
  private func select(_ entry: EntryPoint, _ evidence: inout SiteEvidence) throws -> [DiscoveredType] {
    let before = try reading?.discoveredTypes() ?? []
    let (known, unknown) = TypeNaming.remembered(entry, before, settings.entityTypes)
    evidence.entry?.untold = unknown.map(\.collection.link)
    for thing in TypeSelection.findings(known, settings, at: now()) {
      // Where links are untold, what is not found may be one of them.
      let isOdd = thing.kind == .setting && thing.subject != TypeSelection.missing && unknown.isEmpty
      if isOdd { evidence.misnamed.append(thing) } else { evidence.selection.append(thing) }
    }
    return known.filter { settings.mirrors($0) && !TypeSelection.isView($0, among: known) }.sorted {
      $0.name < $1.name
    }
  }

  private func lookAt(_ types: [DiscoveredType], _ entry: EntryPoint, _ evidence: inout SiteEvidence) async throws {
    var paths: [String: String] = [:]
    for type in types { paths[type.name] = type.path }
    let others = (entry.bases + [site.base.description]).map { DocumentBase($0) }
    var scanner =
      try reading.map { try $0.scanner(of: site, paths: paths) }
      ?? PageScanner(base: DocumentBase(entry.bases.first ?? site.base.description), others: others, paths: paths)
    for type in types {
      do {
        evidence.types.append(try await lookAt(type, &scanner))
      } catch {
        try Task.checkCancellation()
        if case .everything = FailureScope(error) { throw error }
        var shown = ShownType(type.name, of: type.home.entityType)
        shown.failure = SiteFailure(error)
        evidence.types.append(shown)
      }
    }
  }

  /// Looks at a type; where its page is too much for the site, at one of few rows.
  private func lookAt(_ type: DiscoveredType, _ scanner: inout PageScanner) async throws -> ShownType {
    let whole = TypeExamination(site: site, type: type, limit: settings.pageLimit, uptime: uptime)
    do { return try await whole.run(&scanner) } catch {
      try Task.checkCancellation()
      guard settings.pageLimit > SiteExamination.fewRows, PageWeight.mayBeTheRows(error) else { throw error }
      let few = TypeExamination(site: site, type: type, limit: SiteExamination.fewRows, uptime: uptime)
      var shown = try await few.run(&scanner)
      shown.tooMuch = SiteFailure(error)
      return shown
    }
  }

  /// Rows that no site finds too many.
  private static let fewRows = 5

  /// Sends a change of a resource that is not there, with nothing in it, and of a media type that JSON:API does not take. Whether
  /// writes are open at all is looked at before any of the three (reference 5.1), and each of the three alone keeps it from being
  /// carried out.
  private func writes(_ type: DiscoveredType) async throws -> SiteEvidence.Writes {
    let path = "\(type.path)/\(SiteExamination.nobody)"
    let response = try await site.send(SiteRequest("PATCH", path: path, body: [], contentType: "text/plain"))
    do {
      _ = try SiteAnswer.written(response)
      return .unclear(words: "status \(response.status)")
    } catch { return SiteEvidence.Writes(error) }
  }

  /// The id of no resource: no generator of UUIDs makes it (RFC 9562, 5.9).
  private static let nobody = "00000000-0000-0000-0000-000000000000"

  private func lookForCache(_ entry: EntryPoint, since began: Int64, _ evidence: inout SiteEvidence) async throws {
    let passed = uptime().subtractingClamped(began) / 1_000_000_000
    if passed < SiteExamination.pause { try await site.wait(Double(SiteExamination.pause - passed)) }
    let again = try await site.ask(EntryPoint.request(entry.asked)) { $0 }
    evidence.kept = KeptAnswer(again, after: entry.date, passed: max(passed, SiteExamination.pause))
  }
}

extension SiteEvidence.Writes {
  /// What the refusal of a write that could not be carried out tells.
  init(_ error: SiteError) {
    let words = SiteWords.tidy(error.detail ?? "status \(error.status)")
    switch error.kind {
    case _ where error.saysReadOnly: self = .readOnly(words: words)
    case .forbidden, .notFound, .conflict, .unprocessable: self = .open
    case .badRequest where error.status != 405: self = .open
    case .html where (400..<500).contains(error.status): self = .intercepted(words: "\(error)")
    default: self = .unclear(words: "\(error)")
    }
  }
}

extension Site {
  /// The same site, each question asked once: an examination tells what it met, it does not wait until that has passed.
  fileprivate var askedOnce: Site {
    var table = RetryTable()
    table.attempts = 1
    var site = Site(
      base: base, session: session, pacer: pacer, retries: table, clock: clock, wait: wait, random: random)
    site.measures = measures
    site.apiPath = apiPath
    site.hasMoved = hasMoved
    return site
  }
}
