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
  /// Unix seconds.
  let now: @Sendable () -> Int64
  let gzip = GzipEncoder()

  /// Longer targets are answered 414, as web servers do before the site sees them. Bytes.
  private static let longestTarget = 32_768

  func respond(to request: Request, context: Context) async throws -> Response {
    let answer = await finished(request, context.logger)
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

  /// The answer as it is sent, but for HEAD: faults made 500, the coding chosen.
  func finished(_ request: Request, _ logger: Logger) async -> Answer {
    var answer: Answer
    do {
      answer = try await self.answer(request)
      try facts.facts().mark(&answer)
    } catch {
      // What happened is for the operator's log; the client learns that it was not its fault.
      logger.error("a request failed", metadata: ["path": "\(request.uri.path)", "error": "\(error)"])
      let uri = RequestURI(base: "", target: request.uri.string)
      answer = Answer(
        ErrorResponse(status: 500, detail: "The mirror could not answer; its log says why.", request: uri))
    }
    if answer.body.readableBytes >= GzipEncoder.leastBytes, let accepted = request.headers[.acceptEncoding],
      AcceptEncoding.prefersGzip(accepted), let packed = answer.body.withUnsafeReadableBytes({ gzip.packed($0) })
    {
      answer.body = ByteBuffer(bytes: packed)
      answer.fields[.contentEncoding] = "gzip"
    }
    return answer
  }

  private func answer(_ request: Request) async throws -> Answer {
    guard let base = bases.base(of: request) else { return Answer(page: "Bad request", status: 400) }
    let target = LocalAPIResponder.origin(request.head.path ?? "/")
    guard target.utf8.count <= LocalAPIResponder.longestTarget else {
      return Answer(page: "Request-URI Too Large", status: 414)
    }
    let uri = RequestURI(base: base.text, target: target)
    switch Route(Route.compared(uri.path)) {
    case .unknown: return try await file(uri, request) ?? Answer(page: "Page not found", status: 404)
    case .moved(let path): return try moved(path, request, uri, base)
    case .token: return try await token(request)
    case .keys, .userInfo: return try await identity(request, uri, base)
    case let route: return try await resource(route, request, uri, base)
    }
  }

  /// The content of a file; nil when the path is none's.
  private func file(_ uri: RequestURI, _ request: Request) async throws -> Answer? {
    guard let content = try files.content(uri.path) else { return nil }
    guard request.method == .get || request.method == .head else {
      var answer = Answer(page: "Method not allowed", status: 405)
      answer.fields[.allow] = "GET, HEAD"
      return answer
    }
    if !content.isPublic {
      do {
        guard try await authorize(request) != nil else { return LocalAPIResponder.anonymous(uri) }
      } catch let failure as BearerFailure {
        return LocalAPIResponder.refused(failure)
      }
    }
    return files.answer(content, request.headers)
  }

  /// A target in absolute-form is taken for its path and query (RFC 9112 section 3.2.2).
  private static func origin(_ target: String) -> String {
    guard target.utf8.first != UInt8(ascii: "/"), let scheme = target.range(of: "://") else { return target }
    return target[scheme.upperBound...].firstIndex(of: "/").map { String(target[$0...]) } ?? "/"
  }

  /// 301 where the path leads to a route without the slashes that are too many; the query stays.
  private func moved(_ path: String, _ request: Request, _ uri: RequestURI, _ base: DocumentBase) throws -> Answer {
    let isRead = request.method == .get || request.method == .head
    guard isRead, try exists(Route(path)) else { return Answer(page: "Page not found", status: 404) }
    let query = uri.query.uriQuery
    return Answer(movedTo: base.text + path + (query.isEmpty ? "" : "?\(query)"))
  }

  /// The JSON:API routes.
  private func resource(
    _ route: Route, _ request: Request, _ uri: RequestURI, _ base: DocumentBase
  ) async throws -> Answer {
    if request.method == .options {
      guard let route = try known(route) else { return Answer(page: "Page not found", status: 404) }
      let methods = try writes.methods(of: route).filter { $0 != "HEAD" }
      return methods.isEmpty ? Answer(page: "Page not found", status: 404) : Answer(allowing: methods)
    }
    let caller: AccessToken?
    do { caller = try await authorize(request) } catch let failure as BearerFailure {
      return LocalAPIResponder.refused(failure)
    }
    guard request.method == .get || request.method == .head else {
      guard let route = try known(route) else { return Answer(page: "Page not found", status: 404) }
      return try await write(route, request, uri, base, caller)
    }
    guard caller != nil || route == .entryPoint else { return LocalAPIResponder.anonymous(uri) }
    do {
      for reading in route.readings {
        var read = ReadRequest(
          uri: uri, base: base, isCollection: { if case .collection = reading { true } else { false } }())
        read.method = request.method.rawValue
        read.precondition = Precondition(request.headers[.ifNoneMatch])
        if let answer = try answer(reading, read, caller) { return answer }
      }
      return Answer(page: "Page not found", status: 404)
    } catch let error as QueryParameterError {
      return Answer(ErrorResponse(error, request: uri))
    } catch let error as ErrorResponse {
      return Answer(error)
    } catch let error as QueryOverdue {
      let detail = "\(error) Filter by fewer or other fields; what is asked often gets an index by itself."
      return Answer(ErrorResponse(status: 503, detail: detail, request: uri))
    }
  }

  private func answer(_ route: Route, _ read: ReadRequest, _ caller: AccessToken?) throws -> Answer? {
    switch route {
    case .entryPoint: return try answers.entryPoint(read, me: caller.flatMap { try user(behind: $0) })
    case .collection(let path): return try answers.collection(read, path: path)
    case .individual(let collection, let id): return try answers.individual(read, collection: collection, id: id)
    case .related(let collection, let id, let field):
      return try answers.related(read, collection: collection, id: id, field: field)
    case .relationship(let collection, let id, let field):
      return try answers.relationship(read, collection: collection, id: id, field: field)
    case .token, .keys, .userInfo, .moved, .unknown: return nil
    }
  }

  /// The token behind the request; nil without one.
  /// - Throws: `BearerFailure` for one that is no good.
  func authorize(_ request: Request) async throws -> AccessToken? {
    guard let header = request.headers[.authorization],
      let bearer = AccessTokenVerifier.bearerToken(inAuthorization: header)
    else { return nil }
    let now = Date().timeIntervalSince1970
    if let known = try verifier.cached(bearer, at: now) { return known }
    return try await verifier.verify(bearer, at: now)
  }

  /// The user whom a token stands for: the account's, else the one that synchronises.
  private func user(behind token: AccessToken) throws -> String? {
    if let id = token.accountID, let uuid = try mirror.account(id)?.userUUID { return uuid }
    return try mirror.fact(.siteAccount)
  }

  /// The reading of a route whose type exists; nil when none does.
  private func known(_ route: Route) throws -> Route? {
    if route == .entryPoint { return route }
    return try answers.reader.single { snapshot in
      try route.readings.first { try $0.collectionPath.flatMap { try snapshot.type(path: $0) } != nil }
    }
  }

  private func exists(_ route: Route) throws -> Bool { try known(route) != nil }
}
