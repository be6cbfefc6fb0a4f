import JSONAPI
import Synchronization

/// An Open Social site in memory, with the real one's habits: JSON:API and OAuth over HTTP, its errors, its silences.
///
/// `respond(to:)` needs no socket; `run` serves over HTTP. All of it may be used from any thread.
package final class SampleSite: Sendable {
  /// How the site was set up.
  package let settings: SampleSiteSettings
  /// What the community did by itself, for whoever watches first. The newest 1,000 are kept.
  package let events: AsyncStream<CommunityEvent>

  /// Ends when the community has made all the changes that it makes by itself.
  package let becameQuiet: AsyncStream<Never>

  let controls: Controls
  let eventSink: AsyncStream<CommunityEvent>.Continuation
  let quietSink: AsyncStream<Never>.Continuation
  private let state: Mutex<Community>
  let tokens: Mutex<AuthorizationServer>
  private let disguise: Disguise?
  private let keptAnswers = KeptAnswers()
  let administration: Mutex<Administration>
  let requests = Atomic<UInt64>(0)
  private let replaced = ReplacedFiles()
  private let switches: Mutex<Set<Habit>>
  let changes = Atomic<UInt64>(0)

  /// A site with a community of its own.
  /// - Throws: when the embedded content is damaged.
  package convenience init(_ settings: SampleSiteSettings = SampleSiteSettings()) throws {
    try self.init(settings, community: Community.scaled(to: settings.resources))
  }

  /// A site that shows a given community.
  package init(_ settings: SampleSiteSettings, community: Community) {
    self.settings = settings
    disguise = Disguise(settings.habits)
    controls = Controls(logCapacity: settings.logCapacity)
    var community = community
    if settings.habits.contains(.translations) { community.becomeMultilingual() }
    state = Mutex(community)
    tokens = Mutex(AuthorizationServer(settings: settings))
    administration = Mutex(
      Administration(
        takesWrites: settings.acceptsWrites && !settings.habits.contains(.readOnly),
        failingCreations: settings.habits.contains(.failingCreations) ? ["group_content"] : []))
    switches = Mutex(settings.habits)
    (becameQuiet, quietSink) = AsyncStream.makeStream()
    (events, eventSink) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1000))
  }

  /// What this site does otherwise than the recorded one, now. May be set at any time: rights are taken away, doors are shut.
  package var habits: Set<Habit> {
    get { switches.withLock { $0 } }
    set { switches.withLock { $0 = newValue } }
  }

  // MARK: Community and clock

  /// The community as it is now; a copy.
  package var community: Community { state.withLock { $0 } }

  /// Changes the community, as people on the site do. The closure's times are up to it: see `now`.
  package func withCommunity<Result: Sendable, Failure: Error>(
    _ body: (inout Community) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    // The lock's own closure cannot hand on a typed error.
    let outcome = state.withLock { community -> Swift.Result<Result, Failure> in
      do throws(Failure) { return .success(try body(&community)) } catch { return .failure(error) }
    }
    return try outcome.get()
  }

  /// The site's time in Unix seconds, fractions included.
  package var time: Double { settings.clock() + controls.clockOffset }

  /// The site's time in whole Unix seconds: what `changed` and `Date` show.
  package var now: Int64 { Int64(time.rounded(.down)) }

  /// Revokes the access tokens of one user, as saving that user does (reference 7.6).
  package func revokeTokens(of user: String) {
    let account = community.account
    tokens.withLock { $0.revokeAccessTokens(of: user, account: account) }
  }

  // MARK: Answering

  /// Answers one request, with the faults that wait for it.
  package func respond(to outer: SiteRequest) -> SiteResponse {
    guard let disguise else { return undisguised(outer) }
    switch disguise.arrival(of: outer) {
    case .answer(var response):
      finish(&response, outer, time)
      controls.note(outer, response)
      return response
    case .ask(let inner):
      var response = undisguised(inner)
      disguise.dress(&response, to: inner)
      return response
    }
  }

  private func undisguised(_ asked: SiteRequest) -> SiteResponse {
    let now = time
    let request = settings.habits.contains(.oddIDs) ? OddIDs.inward(asked) : asked
    var response = controls.answered(request, turn) { kept(request, now) }
    if settings.habits.contains(.oddIDs) { OddIDs.outward(&response) }
    finish(&response, request, now)
    controls.note(request, response)
    return response
  }

  private func kept(_ request: SiteRequest, _ now: Double) -> SiteResponse {
    keptAnswers.answer(request, now: now, habits: habits) { answer(request, now) }
  }

  private func answer(_ request: SiteRequest, _ now: Double) -> SiteResponse {
    let habits = self.habits
    if let door = Doors.answer(request, habits) { return door }
    if request.method == "TRACE" || request.method == "CONNECT" { return .html(405, "Not allowed") }
    let path = request.target.prefix { $0 != "?" }
    if path.contains("//") {
      let single = path.split(separator: "/").joined(separator: "/") + (path.hasSuffix("/") ? "/" : "")
      let query = BracketParameters(request.query).sorted.encoded.replacing("/", with: "%2F")
      return .redirect(302, "\(request.base)/\(single)" + (query.isEmpty ? "" : "?\(query)"))
    }
    var community = self.community
    if habits.contains(.growingRights) { community.silentlyRefusesFilter.formUnion(Rights.closedToFilters) }
    let plain = habits.contains(.oddFileAddresses) ? FileHabits.plain(request.path) : request.path
    let route = Route(plain, types: community.types)
    if route == .token {
      guard request.method == "POST" else { return .html(405, "Method not allowed", [("allow", "POST")]) }
      let isBlocked = { [community] (user: String?) in community.isBlocked(user ?? community.account) }
      return tokens.withLock { $0.answer(request, now: now, isBlocked: isBlocked) }
    }
    var viewer = Viewer.anonymous
    if let header = request.headers["authorization"], header.lowercased().hasPrefix("bearer") {
      let token = String(header.dropFirst(6).drop { $0 == " " })
      let (fault, user) = tokens.withLock { ($0.fault(ofBearer: token, now: now), $0.user(ofBearer: token)) }
      if let fault { return .unauthorized(fault) }
      let id = user ?? community.account
      if community.isBlocked(id) {
        return .unauthorized("The user account is blocked or has not been activated yet.")
      }
      viewer = .user(id, community.role(of: id))
    }
    let seed = mixed(settings.seed ^ requests.wrappingAdd(1, ordering: .relaxed).newValue)
    community.reading = .init(
      seed: seed, now: Int64(now.rounded(.down)), reordersAttributes: habits.contains(.reorderedAttributes))
    var settings = self.settings
    settings.habits = habits
    let reader = Reader(
      community: community, request: request, viewer: viewer, seed: seed, settings: settings, replaced: replaced)
    do throws(SiteError) {
      return try dispatch(route, reader)
    } catch {
      return error.response(requestURL: reader.faultURL)
    }
  }

  /// The headers that every answer has (reference 4.1).
  private func finish(_ response: inout SiteResponse, _ request: SiteRequest, _ now: Double) {
    let isPublic = request.headers["authorization"] == nil && response.status == 200 && request.method == "GET"
    let defaults = [
      ("date", SiteTime.httpDate(Int64(now.rounded(.down)))), ("server", "nginx"),
      ("cache-control", isPublic ? "max-age=3600, public" : "must-revalidate, no-cache, private"),
      ("content-language", "en"), ("vary", isPublic ? "Cookie, X-Consumer-ID" : "X-Consumer-ID"),
      ("x-content-type-options", "nosniff"), ("x-frame-options", "SAMEORIGIN"),
      ("expires", "Sun, 19 Nov 1978 05:00:00 GMT"), ("x-generator", "Drupal 10 (https://www.drupal.org)"),
    ]
    for (name, value) in defaults where response.header(name) == nil { response.headers.append((name, value)) }
  }
}
