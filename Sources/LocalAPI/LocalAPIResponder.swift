import Foundation
import HTTPTypes
import Hummingbird
import JSONAPI
import Logging
import NIOCore
import Store
import TokenIssuer

/// Answers every request to the local API: finds the route, asks for a token where one is needed, and sends what the rooms
/// behind it answer.
struct LocalAPIResponder: HTTPResponder {
  typealias Context = BasicRequestContext

  let answers: ResourceAnswers
  let files: FileAnswers
  let writes: WriteAnswers
  let ledger: MirrorTokenLedger
  let mirror: Mirror
  let endpoint: TokenEndpoint
  let verifier: AccessTokenVerifier
  let key: SigningKey
  let bases: BaseURLs
  let facts: KnownSiteFacts
  let version: MirrorVersion
  /// Unix seconds.
  let now: @Sendable () -> Int64
  let gzip = GzipEncoder()
  let cache = AnswerCache()

  /// Longer targets are answered 414, as web servers do before the site sees them. Bytes.
  static let longestTarget = 32_768

  func respond(to request: Request, context: Context) async throws -> Response {
    let answer: Answer
    let logger = context.logger
    if let read = SlowReads.mayBe(request)
      ? try await SlowReads.run({ finishedAtOnce(request, logger) }) : finishedAtOnce(request, logger)
    {
      answer = read
    } else {
      answer = await finishedLater(request, context.logger)
    }
    guard let file = answer.file, request.method != .head, !file.range.isEmpty else {
      return LocalAPIResponder.response(answer, to: request)
    }
    let bytes = Int(file.range.lowerBound)...Int(file.range.upperBound - 1)
    let body = try await FileIO().loadFile(path: file.path, range: bytes, context: context)
    return Response(status: .init(code: answer.status), headers: answer.fields, body: body)
  }

  private static func response(_ answer: Answer, to request: Request) -> Response {
    let isHead = request.method == .head
    var fields = answer.fields
    if isHead, answer.status != 304 {
      fields[.contentLength] = String(answer.file.map { $0.range.count } ?? answer.body.readableBytes)
    }
    let body = isHead ? ResponseBody() : ResponseBody(byteBuffer: answer.body)
    return Response(status: .init(code: answer.status), headers: fields, body: body)
  }

  /// The answer as it is sent, but for HEAD.
  func finished(_ request: Request, _ logger: Logger) async -> Answer {
    if let answer = finishedAtOnce(request, logger) { return answer }
    return await finishedLater(request, logger)
  }

  /// The same for requests that have to wait for something.
  private func finishedLater(_ request: Request, _ logger: Logger) async -> Answer {
    do {
      let caller = try await caller(request)
      if LocalAPIResponder.isRead(request) { return read(request, caller, logger) }
      return coded(.success(try await change(request, caller)), request, logger)
    } catch {
      return coded(.failure(error), request, logger)
    }
  }

  /// The same for reads by a caller who is known, without waiting: every step that could wait costs as much as a small
  /// answer. Nil for all others.
  private func finishedAtOnce(_ request: Request, _ logger: Logger) -> Answer? {
    guard LocalAPIResponder.isRead(request), let caller = try? callerAtOnce(request) else { return nil }
    return read(request, caller, logger)
  }

  private static func isRead(_ request: Request) -> Bool {
    request.method == .get || request.method == .head || request.method == .options
  }

  /// A kept answer where it is still true, else a new one.
  private func read(_ request: Request, _ caller: Caller, _ logger: Logger) -> Answer {
    func new() -> Answer { coded(Result { try self.answer(request, caller) }, request, logger) }
    guard case .known = caller, let question = question(of: request) else { return new() }
    var origin: AnswerCache.Origin?
    if cache.knows(question) {
      origin = try? AnswerCache.Origin(version: version.current(), facts: facts.facts())
      if let origin, let answer = cache.answer(to: question, from: origin) { return answer }
    }
    let answer = new()
    if answer.plainBytes >= AnswerCache.leastBytes { cache.note(answer, to: question, from: origin) }
    return answer
  }

  /// Nil for requests whose answers are not kept: they depend on more than the mirror, or have no body.
  private func question(of request: Request) -> AnswerCache.Question? {
    guard request.method == .get, let target = request.head.path, target.utf8.starts(with: "/jsonapi/".utf8),
      request.headers[.ifNoneMatch] == nil, let base = bases.base(of: request)
    else { return nil }
    return AnswerCache.Question(base: base.text, target: target, isPacked: LocalAPIResponder.takesGzip(request))
  }

  private static func takesGzip(_ request: Request) -> Bool {
    request.headers[.acceptEncoding].map { AcceptEncoding.prefersGzip($0) } ?? false
  }

  /// The answer with the site's marks and the coding that was chosen; a fault as 500.
  private func coded(_ result: Result<Answer, any Error>, _ request: Request, _ logger: Logger) -> Answer {
    var answer: Answer
    do {
      answer = try result.get()
      try facts.facts().mark(&answer)
    } catch {
      // What happened is for the operator's log; the client learns that it was not its fault.
      logger.error("a request failed", metadata: ["path": "\(request.uri.path)", "error": "\(error)"])
      let uri = RequestURI(base: "", target: request.uri.string)
      answer = Answer(
        ErrorResponse(status: 500, detail: "The mirror could not answer; its log says why.", request: uri))
    }
    answer.plainBytes = answer.body.readableBytes
    if answer.plainBytes >= GzipEncoder.leastBytes, LocalAPIResponder.takesGzip(request),
      let packed = answer.body.withUnsafeReadableBytes({ gzip.packed($0) })
    {
      answer.body = ByteBuffer(bytes: packed)
      answer.fields[.contentEncoding] = "gzip"
    }
    return answer
  }
}
