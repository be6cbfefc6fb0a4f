import HTTPTypes
import HummingbirdCore
import JSONAPI
import NIOCore
import ServiceLifecycle
import Store
import TokenIssuer

/// Answers `/mirror/changes`: a page of changes, at once or when there is one, or changes as they come. What is told is what the caller's
/// sight shows, asked anew each time something is read; nothing of the mirror is held while somebody waits.
struct FeedAnswers: Sendable {
  let reader: ResourceReader
  let watch: FeedWatch
  let viewers: Viewers
  var crowd = FeedCrowd()
  var pace = FeedStream.Pace()

  /// What one look found.
  struct Found: Sendable {
    var page: FeedPage
    /// The site's time up to which all that is shown is known, Unix seconds.
    var knownUntil: Int64
  }

  /// A page without waiting, for requests that came by another way than `AwaitedRead` knows.
  func answerAtOnce(_ asked: Asked) throws -> Answer? {
    if let answer = FeedAnswers.refusal(asked) { return answer }
    return try asked.read {
      let request = try FeedRequest(asked.uri.query.tree)
      return try told(asked) { try answer(found(request, request.position, asked.viewer.sight, asked), request, asked) }
    }
  }

  /// Any answer.
  func answer(_ asked: Asked, _ sent: Sent) async throws -> Answer? {
    if let answer = FeedAnswers.refusal(asked) { return answer }
    guard let token = asked.viewer.caller.token else { return Answer(anonymous: asked.uri) }
    let request: FeedRequest
    do { request = try FeedRequest(asked.uri.query.tree, sent.request.headers) } catch let error as QueryParameterError
    {
      return Answer(ErrorResponse(error, request: asked.uri))
    }
    do {
      if request.isStream, asked.head.method == .get { return try await stream(request, token.consumerID, asked) }
      return try await page(request, token.consumerID, asked, sent.presence)
    } catch let refusal as FeedRefusal {
      return FeedAnswers.gone(refusal, asked)
    } catch let overdue as QueryOverdue {
      return Answer(ErrorResponse(status: 503, detail: "\(overdue) Ask for fewer changes (limit).", request: asked.uri))
    }
  }

  /// What is said to other methods and to strangers; nil for the others.
  private static func refusal(_ asked: Asked) -> Answer? {
    if asked.head.method == .options { return Answer(allowing: ["GET"]) }
    guard asked.isRead else { return Answer(onlyAllowing: "GET, HEAD") }
    if let refusal = asked.refusal { return refusal }
    return asked.spelling.moved(nil, base: asked.uri.base).map { Answer(movedTo: $0) }
  }

  // MARK: A page

  /// A page, or where the client waits and nothing has changed, the next that has something on it.
  private func page(
    _ request: FeedRequest, _ client: String, _ asked: Asked, _ presence: ClientPresence?
  ) async throws -> Answer {
    let place = request.wait.flatMap { $0 > 0 && asked.head.method == .get ? crowd.enter(.wait, client) : nil }
    let end = ContinuousClock.now + .seconds(place == nil ? 0 : request.wait ?? 0)
    var (position, sight) = (request.position, asked.viewer.sight)
    while true {
      let seen = try watch.seen()
      let found = try await look(request, position, sight, asked)
      let left = end - ContinuousClock.now
      guard found.page.changes.isEmpty, left > .zero, presence?.leftAt == nil else {
        var answer = answer(found, request, asked)
        if place != nil, let wait = request.wait { answer.fields[.preferenceApplied] = "wait=\(wait)" }
        return answer
      }
      position = found.page.position
      if !found.page.isEnd { continue }
      // When the server stops, who waits is answered what there is.
      guard await waits(past: seen, for: min(left, .seconds(5))) else {
        return answer(found, request, asked)
      }
      // What a token may do it may lose meanwhile.
      let viewer = try await viewers.viewer(asked.head)
      if let failure = viewer.caller.failure { return Answer(refusing: failure) }
      sight = viewer.sight
    }
  }

  /// Waits until something was committed, for so long at most. When the server stops it is noticed within half a second.
  /// - Returns: false where there is no more waiting: the server stops, the task is cancelled, or the mirror is at fault.
  func waits(past seen: Int64, for time: Duration) async -> Bool {
    let end = ContinuousClock.now + time
    while !Task.isShuttingDownGracefully {
      let left = end - ContinuousClock.now
      guard left > .zero else { return true }
      guard let woke = try? await watch.wait(past: seen, for: min(left, .milliseconds(500))) else { return false }
      if woke { return true }
    }
    return false
  }

  /// Looks for the next changes where reads may take long.
  func look(_ request: FeedRequest, _ position: FeedPosition?, _ sight: Sight, _ asked: Asked) async throws -> Found {
    try await SlowReads.run { Result { try found(request, position, sight, asked) } }.get()
  }

  private func found(
    _ request: FeedRequest, _ position: FeedPosition?, _ sight: Sight, _ asked: Asked
  ) throws -> Found {
    try reader.snapshot(seeing: sight) { snapshot in
      let knownUntil = try snapshot.knownUntilOfAll()
      guard let position else {
        return Found(page: FeedPage(at: try snapshot.feedState().end), knownUntil: knownUntil)
      }
      let page = try snapshot.changes(
        FeedQuestion(
          after: position, limit: request.limit, documents: request.hasDocuments ? asked.base : nil,
          bytes: request.isStream ? 256 << 10 : 4 << 20))
      return Found(page: page, knownUntil: knownUntil)
    }
  }

  private func answer(_ found: Found, _ request: FeedRequest, _ asked: Asked) -> Answer {
    var bytes: [UInt8] = Array("{\"changes\":[".utf8)
    for (index, change) in found.page.changes.enumerated() {
      if index > 0 { bytes.append(UInt8(ascii: ",")) }
      change.append(to: &bytes)
    }
    let position = found.page.position
    let next = "\(asked.uri.withoutQuery)?\(request.query(from: position))"
    bytes += "],\"position\":\"\(position.text)\",\"more\":\(!found.page.isEnd),\"next\":".utf8
    JSON.encode(next, into: &bytes, .plain)
    bytes += "}".utf8
    var answer = Answer(feed: bytes, status: 200)
    answer.speaks(knownUntil: found.knownUntil, pending: nil)
    return answer
  }

  private func told(_ asked: Asked, _ body: () throws -> Answer) throws -> Answer {
    do { return try body() } catch let refusal as FeedRefusal { return FeedAnswers.gone(refusal, asked) }
  }

  /// 410: nobody can read on from there. Says where to start.
  static func gone(_ refusal: FeedRefusal, _ asked: Asked) -> Answer {
    let words: JSON = .object(
      JSONObject([
        (
          "errors",
          .array([
            .object(
              JSONObject([
                ("title", .string("Gone")), ("status", .string("410")), ("detail", .string(refusal.description)),
              ]))
          ])
        ),
        ("start", .string("\(asked.uri.withoutQuery)?since=0")),
      ]))
    return Answer(feed: words.encoded(.plain), status: 410)
  }

  // MARK: A stream

  private func stream(_ request: FeedRequest, _ client: String, _ asked: Asked) async throws -> Answer {
    guard let place = crowd.enter(.stream, client) else {
      var answer = Answer(
        ErrorResponse(
          status: 503, detail: "Too many streams are open. Close some, or ask again later.", request: asked.uri))
      answer.fields[.retryAfter] = "30"
      return answer
    }
    // The first look, so that who cannot read on is told by the status.
    let first = try await look(request, request.position, asked.viewer.sight, asked)
    let stream = FeedStream(answers: self, request: request, asked: asked, place: place, pace: pace)
    var answer = Answer(feed: [], status: 200)
    answer.fields[.contentType] = "text/event-stream"
    answer.fields[.cacheControl] = "no-store"
    // Proxies that gather answers would hold events back.
    answer.fields[.accelBuffering] = "no"
    // Who asked from now on begins where that was.
    let start = request.position ?? first.page.position
    answer.stream = AnswerStream { writer in try await stream.write(from: start, to: &writer) }
    return answer
  }
}

extension Answer {
  /// A JSON text, or what comes as it comes.
  fileprivate init(feed bytes: [UInt8], status: Int) {
    self.init(status: status)
    body = ByteBuffer(bytes: bytes)
    fields[.contentType] = "application/json"
  }
}

extension HTTPField.Name {
  fileprivate static let accelBuffering = parsed("X-Accel-Buffering")
}
