import HTTPTypes
import Hummingbird
import JSONAPI
import NIOCore
import Store
import TokenIssuer

extension LocalAPIResponder {
  /// `POST /oauth/token`.
  func token(_ request: Request) async throws -> Answer {
    var request = request
    guard let body = try? await request.collectBody(upTo: 65_536) else {
      return Answer(page: "Payload too large", status: 413)
    }
    let form = TokenForm.fields(contentType: request.headers[.contentType], body: Array(body.readableBytesView))
    do {
      return LocalAPIResponder.answer(
        try await endpoint.answer(form: form, authorization: request.headers[.authorization]))
    } catch let fault as MirrorFault where fault.kind == .busy || fault.kind == .moved {
      return LocalAPIResponder.answer(
        TokenUnavailable.reply(LocalAPIResponder.words(fault), retryAfter: LocalAPIResponder.retryAfter(fault)))
    }
  }

  /// What the token route answers to other methods.
  static var onlyPOST: Answer {
    var answer = Answer(page: "Method not allowed", status: 405)
    answer.fields[.allow] = "POST"
    return answer
  }

  /// `/oauth/jwks` and `/oauth/userinfo`, for signed-in callers.
  func identity(_ route: Route, _ uri: RequestURI, _ base: DocumentBase, _ caller: Caller) throws -> Answer {
    if let refusal = LocalAPIResponder.refusal(of: caller, uri) { return refusal }
    guard route == .userInfo else { return LocalAPIResponder.answer(key.document) }
    guard let id = caller.token?.accountID, let account = try mirror.account(id) else {
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
  static func refused(_ failure: BearerFailure) -> Answer {
    var answer = Answer(page: "Unauthorized", status: 401)
    answer.fields[.wwwAuthenticate] = failure.challenge
    return answer
  }

  /// No token: the mirror shows nothing to anonymous callers but its entry point.
  static func anonymous(_ uri: RequestURI) -> Answer {
    var answer = Answer(.unauthorized(realm: "OAuth", request: uri))
    answer.fields[.wwwAuthenticate] = "Bearer realm=\"OAuth\""
    return answer
  }
}
