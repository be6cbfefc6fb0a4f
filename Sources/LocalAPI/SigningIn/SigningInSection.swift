import HTTPTypes
import Hummingbird
import JSONAPI
import NIOCore
import Store
import TokenIssuer

/// Signing in: tokens, the key they are signed with, and who is behind one.
struct SigningInSection: Section {
  let endpoint: TokenEndpoint
  let key: SigningKey
  let people: PeopleBehindTokens

  func answer(_ route: SigningInRoute, to asked: Asked) throws -> Answer? {
    switch route {
    case .token: return asked.head.method == .options ? Answer(allowing: ["POST"]) : Answer(onlyAllowing: "POST")
    case .keys:
      if let other = beforeAnswering(asked, methods: ["GET"]) { return other }
      return SigningInSection.answer(key.document)
    case .userInfo:
      if let other = beforeAnswering(asked, methods: ["GET", "POST"]) { return other }
      guard let token = asked.viewer.caller.token,
        let info = try people.userInfo(of: token, asked.base, seeing: asked.viewer.sight)
      else { return Answer(page: "Access denied", status: 403) }
      return SigningInSection.answer(info.document)
    }
  }

  func change(_ route: SigningInRoute, _ asked: Asked, _ sent: Sent) async throws -> Answer? {
    switch route {
    case .token:
      guard asked.head.method == .post else { return Answer(onlyAllowing: "POST") }
      return try await token(sent.request)
    case .keys, .userInfo: return try answer(route, to: asked)
    }
  }

  /// What comes before the answer of a route for signed-in callers; nil for those who get it.
  private func beforeAnswering(_ asked: Asked, methods: [String]) -> Answer? {
    if asked.head.method == .options { return Answer(allowing: methods) }
    guard asked.isRead || methods.contains(asked.head.method.rawValue) else {
      return Answer(onlyAllowing: (methods + ["HEAD"]).joined(separator: ", "))
    }
    if let refusal = asked.refusal { return refusal }
    guard asked.isRead, let location = asked.spelling.moved(nil, base: asked.uri.base) else { return nil }
    return Answer(movedTo: location)
  }

  /// `POST /oauth/token`.
  private func token(_ request: Request) async throws -> Answer {
    var request = request
    guard let body = try? await request.collectBody(upTo: 65_536) else {
      return Answer(page: "Payload too large", status: 413)
    }
    let form = TokenForm.fields(contentType: request.headers[.contentType], body: Array(body.readableBytesView))
    do {
      return SigningInSection.answer(
        try await endpoint.answer(form: form, authorization: request.headers[.authorization]))
    } catch let fault as MirrorFault where [.busy, .moved, .full].contains(fault.kind) {
      return SigningInSection.answer(
        TokenUnavailable.reply(
          fault.clientWords, status: fault.kind == .full ? 507 : 503, retryAfter: fault.retryAfter))
    }
  }

  private static func answer(_ reply: TokenReply) -> Answer {
    var answer = Answer(document: ByteBuffer(bytes: reply.body), status: reply.status)
    for field in reply.fields {
      if let name = HTTPField.Name(field.name) { answer.fields[name] = field.value }
    }
    return answer
  }
}
