import HTTPTypes
import JSONAPI
import Store
import TokenIssuer

/// The pages that tell people of the API, where sites have them: for who has signed in with a browser.
struct DescriptionPages: Sendable {
  let signIn: PageSignIn
  let tokens: Tokens
  let redoc: RedocBundle

  /// Answers a read of a page.
  func shown(_ route: DescriptionRoute, _ asked: Asked) throws -> Answer? {
    if asked.head.method == .options { return Answer(allowing: ["GET", "POST"]) }
    guard asked.isRead else { return Answer(onlyAllowing: "GET, HEAD, POST") }
    if let failure = asked.viewer.caller.failure { return Answer(refusing: failure) }
    if let location = asked.spelling.moved(nil, base: asked.uri.base) { return Answer(movedTo: location) }
    guard let person = try signIn.sessions.person(asked.head, asked.base) else { return signIn.form(asked) }
    guard route == .overview else { return documentation }
    let consumers = try tokens.consumers().map { (label: $0.label, id: $0.id, grants: $0.grants) }
    return Answer(
      OverviewPage.page(consumers, name: person.account.name, leaveSeal: signIn.leaveSeal(for: person, asked)))
  }

  /// Answers a form: of signing in, or of leaving.
  func sent(_ asked: Asked, _ sent: Sent) async throws -> Answer? {
    guard asked.head.method == .post else { return Answer(onlyAllowing: "GET, HEAD, POST") }
    return try await signIn.answer(asked, sent)
  }

  /// Answers a read of what the page of the description consists of. It is no secret.
  func part(_ route: DescriptionRoute, _ asked: Asked) -> Answer? {
    if asked.head.method == .options { return Answer(allowing: ["GET"]) }
    guard asked.isRead else { return Answer(onlyAllowing: "GET, HEAD") }
    return switch route {
    case .pageStart: DocumentationPage.start
    case .pageScript: redoc.file(RedocBundle.script, "text/javascript; charset=UTF-8")
    case .pageLicence: redoc.file(RedocBundle.licence, "text/plain; charset=UTF-8")
    case .entryPoint, .document, .overview, .page: nil
    }
  }

  private var documentation: Answer {
    redoc.isThere ? DocumentationPage.answer : Answer(DocumentationPage.missing(redoc.folders))
  }
}
