import HTTPTypes
import Hummingbird
import JSONAPI
import NIOCore
import Store
import TokenIssuer

/// Signing in: tokens and codes, the key they are signed with, what is told of both, and who is behind one.
struct SigningInSection: Section {
  let endpoint: TokenEndpoint
  let key: KeyRing
  let people: PeopleBehindTokens
  /// Who has signed in with a browser, for this section's pages and those of others.
  let sessions: BrowserSessions

  func answer(_ route: SigningInRoute, to asked: Asked) throws -> Answer? {
    switch route {
    case .token, .revoke, .introspect:
      return asked.head.method == .options ? Answer(allowing: ["POST"]) : Answer(onlyAllowing: "POST")
    case .authorize:
      guard asked.isRead else { return beforeAnswering(asked, methods: AuthorizationAnswers.methods, isOpen: true) }
      // It is answered where that can be waited for, which this spelling of the path alone leads to.
      let query = asked.spelling.query
      return Answer(
        leadingTo: asked.base.text + SigningInRoute.authorize.rawValue + (query.isEmpty ? "" : "?\(query)"), after: .get
      )
    case .authorizationServer, .openIDConfiguration:
      if let other = beforeAnswering(asked, methods: ["GET"], isOpen: true) { return other }
      let documents = DiscoveryDocuments(issuer: asked.base.text)
      return Answer(
        route == .authorizationServer ? documents.authorizationServer : documents.openIDConfiguration)
    case .keys:
      // Clients that check an `id_token` have no other token by then.
      if let other = beforeAnswering(asked, methods: ["GET"], isOpen: true) { return other }
      return Answer(key.document)
    case .userInfo:
      if let other = beforeAnswering(asked, methods: ["GET", "POST"]) { return other }
      guard let token = asked.viewer.caller.token,
        let info = try people.userInfo(of: token, asked.base, seeing: asked.viewer.sightOfThemselves)
      else { return Answer(page: "Access denied", status: 403) }
      return Answer(info.document)
    case .debug:
      if let other = beforeAnswering(asked, methods: ["GET"], isOpen: true) { return other }
      return TokenDescription.answer(to: asked)
    }
  }

  func change(_ route: SigningInRoute, _ asked: Asked, _ sent: Sent) async throws -> Answer? {
    switch route {
    case .token, .revoke, .introspect:
      guard asked.head.method == .post else { return Answer(onlyAllowing: "POST") }
      guard let form = await SigningInSection.form(of: sent) else { return SigningInSection.tooLong }
      return try await SigningInSection.waiting { try await reply(route, form, asked, sent) }
    case .authorize:
      guard asked.isRead || asked.head.method == .post else {
        return beforeAnswering(asked, methods: AuthorizationAnswers.methods, isOpen: true)
      }
      guard asked.head.method == .post else { return try await pages.answer(asked, sent, form: [:]) }
      guard let form = await SigningInSection.form(of: sent) else { return SigningInSection.tooLong }
      return try await pages.answer(asked, sent, form: form)
    case .keys, .userInfo, .debug, .authorizationServer, .openIDConfiguration: return try answer(route, to: asked)
    }
  }

  private var pages: AuthorizationAnswers { AuthorizationAnswers(endpoint: endpoint, sessions: sessions) }

  /// What a client is answered that sends a form of its own.
  private func reply(
    _ route: SigningInRoute, _ form: [String: String], _ asked: Asked, _ sent: Sent
  ) async throws -> TokenReply {
    let (authorization, address) = (sent.request.headers[.authorization], sent.address.counted)
    return switch route {
    case .revoke: try await endpoint.revoke(form: form, authorization: authorization, from: address)
    case .introspect: try await endpoint.introspect(form: form, authorization: authorization, from: address)
    default:
      try await endpoint.answer(form: form, authorization: authorization, from: address, issuer: asked.base.text)
    }
  }

  /// What comes before the answer of a route; nil for those who get it.
  /// - Parameter isOpen: whether it is for all callers, else for those alone who have a good token.
  private func beforeAnswering(_ asked: Asked, methods: [String], isOpen: Bool = false) -> Answer? {
    if asked.head.method == .options { return Answer(allowing: methods) }
    guard asked.isRead || methods.contains(asked.head.method.rawValue) else {
      return Answer(onlyAllowing: (methods + ["HEAD"]).joined(separator: ", "))
    }
    // A bad token is refused before the site looks where it leads.
    if let refusal = isOpen ? asked.viewer.caller.failure.map(Answer.init(refusing:)) : asked.refusal { return refusal }
    guard asked.isRead, let location = asked.spelling.moved(nil, base: asked.uri.base) else { return nil }
    return Answer(movedTo: location)
  }

  /// The fields of the form that came; nil where it is longer than any is.
  static func form(of sent: Sent) async -> [String: String]? {
    var request = sent.request
    let longest = 65_536
    // What is announced too long is not asked for.
    if let announced = request.headers[.contentLength].map({ Int($0) ?? .max }), announced > longest { return nil }
    sent.wantsBody()
    guard let body = try? await request.collectBody(upTo: longest) else { return nil }
    return TokenForm.fields(contentType: request.headers[.contentType], body: Array(body.readableBytesView))
  }

  private static var tooLong: Answer { Answer(page: "Payload too large", status: 413) }

  /// The answer, or in the endpoint's own form why there is none at present.
  private static func waiting(_ reply: () async throws -> TokenReply) async throws -> Answer {
    do {
      return Answer(try await reply())
    } catch let fault as MirrorFault where fault.isPassing {
      return Answer(
        TokenUnavailable.reply(fault.clientWords, status: fault.status, retryAfter: fault.retryAfter))
    }
  }
}

extension Answer {
  /// An answer of the token issuer's, as it is.
  init(_ reply: TokenReply) {
    self.init(document: ByteBuffer(bytes: reply.body), status: reply.status)
    for field in reply.fields {
      if let name = HTTPField.Name(field.name) { fields[name] = field.value }
    }
  }
}
