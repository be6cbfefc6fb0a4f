import JSONAPI
import Measures
import Upstream

/// The remote site as the engine uses it: signed in, paced, and asked again as the retry table says.
package struct Site: Sendable {
  /// Where it is.
  package let base: BaseURL
  /// Where its entry point is, below the base URL, where that was configured; nil to find it.
  package var apiPath: String?
  /// Whether a person said that the site is the same under another base URL.
  package var hasMoved = false
  let session: OAuthSession
  let pacer: RequestPacer
  let retries: RetryTable
  /// What its answers tell of its time.
  package let clock: SharedSiteClock
  /// Where it is noted how often it is asked once more.
  package var measures = SiteMeasures()
  /// Waits so many seconds.
  let wait: @Sendable (Double) async throws -> Void
  /// A number from 0 up to 1.
  let random: @Sendable () -> Double

  /// A site.
  package init(
    base: BaseURL, session: OAuthSession, pacer: RequestPacer, retries: RetryTable = RetryTable(),
    clock: SharedSiteClock = SharedSiteClock(),
    wait: @escaping @Sendable (Double) async throws -> Void = { try await Task.sleep(for: .seconds($0)) },
    random: @escaping @Sendable () -> Double = { Double.random(in: 0..<1) }
  ) {
    self.base = base
    self.session = session
    self.pacer = pacer
    self.retries = retries
    self.clock = clock
    self.wait = wait
    self.random = random
  }

  /// Asks and reads the answer; on a failure that may pass, waits and asks again.
  /// - Parameters:
  ///   - attempts: how often at most after this failure; nil for what the table says.
  ///   - parse: reads an answer. A `JSONSyntaxError` from it counts as an answer that was cut or mixed up.
  /// - Throws: the last failure: `SiteError`, `SignInError`, `TransportError`, `CancellationError` or what `parse` throws.
  func ask<Value>(
    _ request: SiteRequest, attempts: (any Error) -> Int? = { _ in nil }, asked: () -> Void = {},
    _ parse: (InboundResponse) throws -> Value
  ) async throws -> Value {
    try await repeating(attempts) {
      asked()
      let outbound = request.prepare(base: base)
      let response = try await session.authorized(outbound)
      clock.note(response, to: request.method)
      do { return try parse(response) } catch let error as JSONSyntaxError {
        var failure = SiteError(
          .malformed, status: response.status, detail: error.description, mediaType: response.mediaType,
          excerpt: Excerpt.of(response.body))
        failure.request = outbound.publicDescription
        throw failure
      } catch var failure as SiteError {
        failure.request = failure.request ?? outbound.publicDescription
        throw failure
      }
    }
  }

  /// Sends once, whatever comes of it.
  func send(_ request: SiteRequest) async throws -> InboundResponse {
    try await pacer.pass()
    let response = try await session.authorized(request.prepare(base: base))
    clock.note(response, to: request.method)
    return response
  }

  /// A number for a URL that no cache has seen.
  func freshNumber() -> UInt64 { UInt64(max(0, min(random(), 0.999_999)) * 9e15) }

  /// Fetches the content of a file into a sink; on a failure that may pass, waits and asks again. The site may keep it
  /// elsewhere, and say so by its URL or by a redirect.
  /// - Parameters:
  ///   - foreign: a transport to another origin, which gets no token.
  ///   - request: made anew for each attempt, for more may have arrived by then.
  /// - Throws: the last failure.
  func download(
    into sink: any ContentSink, foreign: (WebOrigin) throws -> any Transport, _ request: () -> FileRequest
  ) async throws -> FileAnswer {
    var isSite = true
    return try await repeating(holding: { isSite }) {
      var request = request().prepare(base: base)
      for _ in 0...RedirectRule.limit {
        let origin = try WebOrigin(of: request.url)
        isSite = origin == base.origin
        let response =
          isSite
          ? try await session.download(request, into: sink) : try await foreign(origin).download(request, into: sink)
        guard let next = try RedirectRule.next(after: response, to: request) else {
          return try FileAnswer.parse(response)
        }
        request = next
      }
      throw RedirectRule.tooMany(request)
    }
  }

  /// - Parameter holding: whether a failure is the site's, so that all others who ask it wait as well.
  private func repeating<Value>(
    _ attempts: (any Error) -> Int? = { _ in nil }, holding: () -> Bool = { true },
    _ attemptOnce: () async throws -> Value
  ) async throws -> Value {
    var attempt = 0
    while true {
      attempt += 1
      do {
        try await pacer.pass()
        return try await attemptOnce()
      } catch {
        try Task.checkCancellation()
        if let most = attempts(error), attempt >= most { throw error }
        guard
          case .after(let seconds) = retries.verdict(
            RetryTable.failure(of: error), attempt: attempt, random: random())
        else { throw error }
        measures.retries.add()
        if holding() { pacer.hold(seconds: seconds) }
        try await wait(seconds)
      }
    }
  }
}
