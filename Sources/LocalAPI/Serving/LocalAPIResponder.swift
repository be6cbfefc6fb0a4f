import Foundation
import HTTPTypes
import Hummingbird
import JSONAPI
import Logging
import Measures
import NIOCore
import Store
import TokenIssuer

/// Answers every request to the local API: finds out who asks and where it leads, and sends what the section behind the route
/// answers, or what was kept of that.
struct LocalAPIResponder: HTTPResponder {
  typealias Context = LocalAPIContext

  let router: SectionRouter
  let viewers: Viewers
  let places: Places
  let version: MirrorVersion
  let proxies: TrustedProxies
  let crossOrigin: CrossOrigin
  let gzip = GzipEncoder()
  let cache = AnswerCache()
  let measures = AnswerMeasures()

  /// What reads are answered from.
  var answers: ResourceAnswers { router.reading.answers }
  private var facts: KnownSiteFacts { places.facts }

  /// What `AnswersAtOnce` did not send.
  func respond(to request: Request, context: Context) async throws -> Response {
    let began = NIODeadline.now()
    var answer: Answer
    if let made = await made(request, context.channel) {
      answer = made
    } else {
      answer = await finished(request, context.logger, context.channel)
    }
    note(answer, since: began)
    if let stream = answer.stream, request.method == .get {
      return Response(status: .ok, headers: answer.fields, body: stream.body)
    }
    answer.fields[.contentLength] = String(answer.length)
    let status = HTTPResponse.Status(code: answer.status)
    if let file = answer.file, answer.isStreamed(to: request.method) {
      let bytes = Int(file.range.lowerBound)...Int(file.range.upperBound - 1)
      let body = try await FileIO().loadFile(path: file.path, range: bytes, context: context)
      return Response(status: status, headers: answer.fields, body: body)
    }
    let body = request.method == .head ? ResponseBody() : ResponseBody(byteBuffer: answer.body)
    return Response(status: status, headers: answer.fields, body: body)
  }

  /// Takes note of an answer that is made.
  func note(_ answer: Answer, since began: NIODeadline, until made: NIODeadline = .now()) {
    measures.note(answer.kind, status: answer.status, nanoseconds: Int(clamping: (made - began).nanoseconds))
  }

  /// The answer that `AnswersAtOnce` made and could not send, as the content of a file has to be streamed; nil for all else.
  private func made(_ request: Request, _ channel: any Channel) async -> Answer? {
    guard request.method == .get, let target = request.head.path, let paths = try? facts.facts().paths,
      !paths.mayBeAPI(target)
    else { return nil }
    return await AnswersAtOnce.unsent(to: RequestHead(request.head, from: peer(of: channel)), on: channel)
  }

  /// The answer as it is sent, but for HEAD.
  func finished(_ request: Request, _ logger: Logger, _ channel: (any Channel)? = nil) async -> Answer {
    let head = RequestHead(request.head, from: peer(of: channel))
    // Of two hosts, a proxy and this server might each take another one (RFC 9112 section 3.2).
    guard !request.headers.contains(where: { $0.name.canonicalName == "host" }) else {
      return LocalAPIResponder.misleading
    }
    if let leave = crossOrigin.leave(for: head) { return leave }
    var answer = await answered(request, head, logger, channel)
    crossOrigin.mark(&answer, for: head)
    return answer
  }

  private func answered(
    _ request: Request, _ head: RequestHead, _ logger: Logger, _ channel: (any Channel)?
  ) async -> Answer {
    do {
      let viewer = try await viewers.viewer(head)
      guard LocalAPIResponder.isRead(head) else {
        let sent = Sent(
          request: request, presence: await AnswersAtOnce.presence(on: channel), logger: logger,
          address: address(of: request, on: channel),
          wantsBody: { channel?.triggerUserOutboundEvent(BodyWanted(), promise: nil) })
        return coded(.success(try await change(head, viewer, sent)), head, logger)
      }
      if LocalAPIResponder.reach(of: head, viewer) == .page { return read(head, viewer, logger) }
      return try await SlowReads.run { read(head, viewer, logger) }
    } catch {
      return coded(.failure(error), head, logger)
    }
  }

  /// The same for short reads by a caller who is known, without waiting; nil for all others. One that may take long
  /// is answered if its answer was kept; one that goes one step further than a page, if that leads to little.
  func finishedAtOnce(_ request: RequestHead, _ logger: Logger) -> Answer? {
    guard LocalAPIResponder.isRead(request) else { return nil }
    if let leave = crossOrigin.leave(for: request) { return leave }
    let now = Date().timeIntervalSince1970
    guard let viewer = try? viewers.viewerAtOnce(request, at: now) else { return nil }
    let made: Answer? =
      switch LocalAPIResponder.reach(of: request, viewer) {
      case .page: read(request, viewer, at: now, logger)
      case .oneStep: try? read(request, viewer, at: now, logger, mostTargets: SlowReads.mostTargetsAtOnce)
      case .far: kept(request, viewer, at: now)
      }
    guard var answer = made else { return nil }
    crossOrigin.mark(&answer, for: request)
    return answer
  }

  /// How far a read may go: also where rows have to be passed over to fill a page with what the caller may see.
  private static func reach(of request: RequestHead, _ viewer: Viewer) -> SlowReads.Reach {
    let reach = SlowReads.reach(of: request)
    guard reach != .far, !viewer.sight.isEverything, let target = request.path else { return reach }
    return ResourceRoute.endsInUUID(target) ? reach : .far
  }

  /// Who is at the other end of a connection, where it matters to what a request means; nil where nobody's word counts.
  private func peer(of channel: (any Channel)?) -> Peer? {
    proxies.isEmpty ? nil : Peer(ClientAddress(channel?.remoteAddress), proxies)
  }

  /// Whose request it is.
  private func address(of request: Request, on channel: (any Channel)?) -> ClientAddress {
    let peer = Peer(ClientAddress(channel?.remoteAddress), proxies)
    guard peer.isTrusted else { return peer.address }
    return proxies.client(of: ForwardedFields(of: request.head), from: peer.address)
  }

  /// A request that two programs might understand in two ways.
  private static var misleading: Answer {
    var answer = Answer(page: "Bad request", status: 400)
    answer.fields[.connection] = "close"
    return answer
  }

  /// Whether it is answered without waiting for anything but the mirror, as reads are, but for a few (`AwaitedRead`).
  private static func isRead(_ request: RequestHead) -> Bool {
    let isRead = request.method == .get || request.method == .head || request.method == .options
    return isRead && !AwaitedRead.mayBe(request)
  }

  /// Answers a read, and whatever is refused without looking further.
  private func answer(
    _ request: RequestHead, _ viewer: Viewer, at now: Double, mostTargets: Int = .max
  ) throws -> Answer {
    do {
      return try router.answer(places.place(request, viewer, at: now, mostTargets: mostTargets))
    } catch let unplaced as Places.Unplaced { return unplaced.answer }
  }

  /// Answers a request that may change something.
  private func change(_ head: RequestHead, _ viewer: Viewer, _ sent: Sent) async throws -> Answer {
    if head.method == .trace || head.method == .connect { return refused(head, viewer) }
    do {
      return try await router.change(places.place(head, viewer), sent)
    } catch let unplaced as Places.Unplaced {
      return unplaced.answer
    }
  }

  /// What web servers refuse before the site sees it. It says what the path allows, as OPTIONS does (RFC 9110 section 15.5.6).
  private func refused(_ head: RequestHead, _ viewer: Viewer) -> Answer {
    var asked = head
    asked.method = .options
    var answer = Answer(page: "Not allowed", status: 405)
    answer.fields[.allow] = (try? router.answer(places.place(asked, viewer)))?.fields[.allow] ?? "OPTIONS"
    return answer
  }

  /// A kept answer where it is still true, else a new one.
  /// - Parameter now: Unix seconds, as below: the clock is read once for all that an answer asks.
  private func read(
    _ request: RequestHead, _ viewer: Viewer, at now: Double = Date().timeIntervalSince1970, _ logger: Logger
  ) -> Answer {
    keptOrNew(request, viewer, at: now) {
      coded(Result { try answer(request, viewer, at: now) }, request, logger, at: now)
    }
  }

  /// The same of a read that may look at so many targets of relationships.
  /// - Throws: `IncludesMuch` where there are more.
  private func read(
    _ request: RequestHead, _ viewer: Viewer, at now: Double, _ logger: Logger, mostTargets: Int
  ) throws -> Answer {
    try keptOrNew(request, viewer, at: now) {
      let result = Result { try answer(request, viewer, at: now, mostTargets: mostTargets) }
      if case .failure(let fault as IncludesMuch) = result { throw fault }
      return coded(result, request, logger, at: now)
    }
  }

  private func keptOrNew(
    _ request: RequestHead, _ viewer: Viewer, at now: Double, _ make: () throws -> Answer
  ) rethrows -> Answer {
    guard let question = question(of: request, viewer, at: now) else { return try make() }
    let origin = origin(of: question, at: now)
    if let origin, let answer = cache.answer(to: question, from: origin) { return answer }
    let answer = try make()
    if answer.plainBytes >= AnswerCache.leastBytes { cache.note(answer, to: question, from: origin) }
    return answer
  }

  /// A kept answer, where there is one that is still true.
  private func kept(_ request: RequestHead, _ viewer: Viewer, at now: Double) -> Answer? {
    guard let question = question(of: request, viewer, at: now), let origin = origin(of: question, at: now) else {
      return nil
    }
    return cache.answer(to: question, from: origin)
  }

  /// The state of the mirror from which an answer would come; nil for a question that is new.
  private func origin(of question: AnswerCache.Question, at now: Double) -> AnswerCache.Origin? {
    guard cache.knows(question) else { return nil }
    return try? AnswerCache.Origin(version: version.current(), facts: facts.facts(at: now))
  }

  /// Nil for requests whose answers are not kept: nobody is signed in, they depend on more than the mirror, have no body, or are
  /// made as fast as looked up, as a resource is that need not be compressed.
  private func question(of request: RequestHead, _ viewer: Viewer, at now: Double) -> AnswerCache.Question? {
    guard case .known = viewer.caller, request.method == .get, let target = request.path,
      let paths = try? facts.facts(at: now).paths, paths.mayBeAPI(target)
    else { return nil }
    let isPacked = LocalAPIResponder.takesGzip(request)
    guard isPacked || !ResourceRoute.mayEndInUUID(target), request.ifNoneMatch == nil,
      let base = places.bases.base(of: request, place: paths.place)
    else { return nil }
    return AnswerCache.Question(sight: viewer.sight, base: base.text, target: target, isPacked: isPacked)
  }

  private static func takesGzip(_ request: RequestHead) -> Bool {
    request.acceptEncoding.map { AcceptEncoding.prefersGzip($0) } ?? false
  }

  /// Gives an answer the site's marks. What was written stands, whatever they are by now: then they are those that were known last.
  private func mark(_ answer: inout Answer, to request: RequestHead, at now: Double) throws {
    do { try facts.facts(at: now).mark(&answer) } catch {
      guard !LocalAPIResponder.isRead(request), answer.status < 300 else { throw error }
      facts.last.mark(&answer)
    }
  }

  /// The answer with the site's marks and the coding that was chosen; a fault as 500.
  private func coded(
    _ result: Result<Answer, any Error>, _ request: RequestHead, _ logger: Logger,
    at now: Double = Date().timeIntervalSince1970
  ) -> Answer {
    var answer: Answer
    do {
      answer = try result.get()
      try mark(&answer, to: request, at: now)
    } catch {
      // What happened is for the operator's log; the client learns that it was not its fault.
      let uri = RequestURI(base: "", target: request.path ?? "/")
      let fault = MirrorFault(error)
      // That the file is away is said once, by whoever watches it, and not for each client.
      let level: Logger.Level =
        fault?.kind == .moved || fault?.kind == .readOnly ? .debug : fault == nil ? .error : .warning
      logger.log(level: level, "a request failed", metadata: ["path": "\(uri.path)", "error": "\(error)"])
      answer =
        fault.map { Answer($0, uri, method: request.method.rawValue) }
        ?? Answer(ErrorResponse(status: 500, detail: "The mirror could not answer; its log says why.", request: uri))
      let route = Route(Route.decoded(uri.path), facts.last.paths)
      answer.kind = LocalAPIResponder.isRead(request) ? RouteKind(route) : RouteKind(changing: route)
    }
    answer.plainBytes = answer.body.readableBytes
    if answer.plainBytes >= GzipEncoder.leastBytes, LocalAPIResponder.takesGzip(request),
      let packed = answer.body.withUnsafeReadableBytes({ gzip.packed($0, answer.pieces) })
    {
      answer.body = ByteBuffer(bytes: packed)
      answer.fields[.contentEncoding] = "gzip"
    }
    answer.pieces = nil
    return answer
  }
}
