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
  let ledger: MirrorTokenLedger
  let mirror: Mirror
  let endpoint: TokenEndpoint
  let verifier: AccessTokenVerifier
  let key: SigningKey
  let bases: BaseURLs

  func respond(to request: Request, context: Context) async throws -> Response {
    do {
      return LocalAPIResponder.response(try await answer(request), to: request)
    } catch {
      // What happened is for the operator's log; the client learns that it was not its fault.
      context.logger.error("a request failed", metadata: ["path": "\(request.uri.path)", "error": "\(error)"])
      let uri = RequestURI(base: "", target: request.uri.string)
      let fault = ErrorResponse(status: 500, detail: "The mirror could not answer; its log says why.", request: uri)
      return LocalAPIResponder.response(Answer(fault), to: request)
    }
  }

  private static func response(_ answer: Answer, to request: Request) -> Response {
    let isHead = request.method == .head
    var fields = answer.fields
    if isHead { fields[.contentLength] = String(answer.body.readableBytes) }
    let body = isHead ? ResponseBody() : ResponseBody(byteBuffer: answer.body)
    return Response(status: .init(code: answer.status), headers: fields, body: body)
  }

  private func answer(_ request: Request) async throws -> Answer {
    guard let base = bases.base(of: request) else { return Answer(page: "Bad request", status: 400) }
    let target = request.head.path ?? "/"
    let uri = RequestURI(base: base.text, target: target)
    switch Route(uri.path) {
    case .unknown: return Answer(page: "Page not found", status: 404)
    case .moved(let path): return Answer(movedTo: base.text + path)
    case .token: return try await token(request)
    case .keys, .userInfo: return try await identity(request, uri, base)
    case let route: return try await resource(route, request, uri, base)
    }
  }

  /// The JSON:API routes.
  private func resource(
    _ route: Route, _ request: Request, _ uri: RequestURI, _ base: DocumentBase
  ) async throws -> Answer {
    if request.method == .options {
      guard try exists(route) else { return Answer(page: "Page not found", status: 404) }
      return Answer(allowing: LocalAPIResponder.methods(route).filter { $0 != "HEAD" })
    }
    let caller: AccessToken?
    do { caller = try await authorize(request) } catch let failure as BearerFailure {
      return LocalAPIResponder.refused(failure)
    }
    guard request.method == .get || request.method == .head else { return write(route, request, uri) }
    guard caller != nil || route == .entryPoint else { return LocalAPIResponder.anonymous(uri) }
    let read: ReadRequest
    do {
      read = try ReadRequest(
        uri: uri, base: base, isCollection: { if case .collection = route { true } else { false } }())
      return try answer(route, read, caller) ?? Answer(page: "Page not found", status: 404)
    } catch let error as QueryParameterError {
      return Answer(ErrorResponse(error, request: uri))
    } catch let error as ErrorResponse {
      return Answer(error)
    }
  }

  private func answer(_ route: Route, _ read: ReadRequest, _ caller: AccessToken?) throws -> Answer? {
    switch route {
    case .entryPoint: return try answers.entryPoint(read, me: caller.flatMap { try user(behind: $0) })
    case .collection(let path):
      if let answer = try answers.collection(read, path: path) { return answer }
      // The last part may stand where a UUID should: then the type is known and the resource is not.
      guard let slash = path.lastIndex(of: "/") else { return nil }
      return try answers.individual(
        read, collection: String(path[..<slash]), id: String(path[path.index(after: slash)...]))
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
  private func authorize(_ request: Request) async throws -> AccessToken? {
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

  private func exists(_ route: Route) throws -> Bool {
    switch route {
    case .entryPoint: true
    case .collection(let path), .individual(let path, _), .related(let path, _, _), .relationship(let path, _, _):
      try answers.reader.single { try $0.type(path: path) != nil }
    case .token, .keys, .userInfo, .moved, .unknown: false
    }
  }
}

extension LocalAPIResponder {
  /// `POST /oauth/token`.
  private func token(_ request: Request) async throws -> Answer {
    guard request.method == .post else {
      var answer = Answer(page: "Method not allowed", status: 405)
      answer.fields[.allow] = "POST"
      return answer
    }
    var request = request
    guard let body = try? await request.collectBody(upTo: 65_536) else {
      return Answer(page: "Payload too large", status: 413)
    }
    let form = TokenForm.fields(contentType: request.headers[.contentType], body: Array(body.readableBytesView))
    let reply = try await endpoint.answer(form: form, authorization: request.headers[.authorization])
    return LocalAPIResponder.answer(reply)
  }

  /// `/oauth/jwks` and `/oauth/userinfo`, for signed-in callers.
  private func identity(_ request: Request, _ uri: RequestURI, _ base: DocumentBase) async throws -> Answer {
    let token: AccessToken?
    do { token = try await authorize(request) } catch let failure as BearerFailure {
      return LocalAPIResponder.refused(failure)
    }
    guard let token else { return LocalAPIResponder.anonymous(uri) }
    guard uri.path == "/oauth/userinfo" else { return LocalAPIResponder.answer(key.document) }
    guard let id = token.accountID, let account = try mirror.account(id) else {
      return Answer(page: "Access denied", status: 403)
    }
    let info = UserInfo(
      subject: String(account.id), name: account.name, email: nil, profile: "\(base.text)/user/\(account.id)",
      updatedAt: 0)
    return LocalAPIResponder.answer(info.document)
  }

  private static func answer(_ reply: TokenReply) -> Answer {
    var answer = Answer(document: ByteBuffer(bytes: reply.body), status: reply.status)
    for field in reply.fields {
      if let name = HTTPField.Name(field.name) { answer.fields[name] = field.value }
    }
    return answer
  }

  /// A bad token: a page, with the reason in the header only (reference 7.6).
  private static func refused(_ failure: BearerFailure) -> Answer {
    var answer = Answer(page: "Unauthorized", status: 401)
    answer.fields[.wwwAuthenticate] = failure.challenge
    return answer
  }

  /// No token: the mirror shows nothing to anonymous callers but its entry point.
  private static func anonymous(_ uri: RequestURI) -> Answer {
    var answer = Answer(.unauthorized(realm: "OAuth", request: uri))
    answer.fields[.wwwAuthenticate] = "Bearer realm=\"OAuth\""
    return answer
  }

  private static func methods(_ route: Route) -> [String] {
    switch route {
    case .entryPoint, .related: ["GET", "HEAD"]
    case .collection: ["GET", "HEAD", "POST"]
    case .individual: ["GET", "HEAD", "PATCH", "DELETE"]
    case .relationship: ["GET", "HEAD", "POST", "PATCH", "DELETE"]
    case .token, .keys, .userInfo, .moved, .unknown: []
    }
  }

  /// Writes are answered as a site in read-only mode answers them (reference 5.1).
  private func write(_ route: Route, _ request: Request, _ uri: RequestURI) -> Answer {
    let method = request.method.rawValue
    let methods = LocalAPIResponder.methods(route)
    guard methods.contains(method) else {
      return Answer(.methodNotAllowed(method, allowed: methods, request: uri))
    }
    var error = ErrorResponse(
      status: 405,
      detail: "JSON:API is configured to accept only read operations. This mirror does not take writes yet.",
      request: uri)
    error.fields = [.init(name: "Allow", value: "GET")]
    return Answer(error)
  }
}

extension ReadRequest {
  /// Reads the query of a request.
  /// - Throws: `QueryParameterError` in the site's words.
  init(uri: RequestURI, base: DocumentBase, isCollection: Bool) throws {
    self.uri = uri
    self.base = base
    guard !uri.query.tree.isEmpty else { return }
    let parameters = try QueryParameters(uri.query.tree, for: isCollection ? .collection : .resource)
    self.parameters = parameters
  }
}
