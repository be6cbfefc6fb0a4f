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
  func identity(_ place: Place, _ request: RequestHead, _ caller: Caller) throws -> Answer {
    let methods = place.route == .keys ? ["GET"] : ["GET", "POST"]
    if request.method == .options { return Answer(allowing: methods) }
    let isRead = request.method == .get || request.method == .head
    guard isRead || methods.contains(request.method.rawValue) else {
      var answer = Answer(page: "Method not allowed", status: 405)
      answer.fields[.allow] = (methods + ["HEAD"]).joined(separator: ", ")
      return answer
    }
    if let refusal = LocalAPIResponder.refusal(of: caller, place.uri) { return refusal }
    if isRead, let location = place.spelling.moved(place.route, base: place.uri.base) {
      return Answer(movedTo: location)
    }
    guard place.route == .userInfo, let token = caller.token else { return LocalAPIResponder.answer(key.document) }
    if let info = try userInfo(of: token, place.base) { return LocalAPIResponder.answer(info.document) }
    return Answer(page: "Access denied", status: 403)
  }

  /// What is said of who is behind a token: the user whom it stands for, as the mirror has it; of an account that stands for
  /// nobody, and of a client, the user who synchronises. Nil where the mirror has no such user: the numbers of accounts of this
  /// side are those of other users there.
  private func userInfo(of token: AccessToken, _ base: DocumentBase) throws -> UserInfo? {
    guard let id = try user(behind: token), let user = try person(id) else { return nil }
    return UserInfo(
      subject: String(user.serial), name: user.name, email: user.mail,
      profile: "\(base.text)/user/\(user.serial)/home", updatedAt: user.changed)
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
