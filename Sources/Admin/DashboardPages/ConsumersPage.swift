import Coding
import Store

/// The clients, each with what can be done with it, and a form for one more.
struct ConsumersPage: Sendable {
  let consumers: [ConsumerRow]
  /// The names of the configuration's sights.
  let sights: [String]
  let form: ConsumerForm
  /// Why the form was not taken.
  let refusal: String?

  func page(_ request: DashboardRequest) -> DashboardPage {
    let here = ListPart(of: ConsumerPages.path, request, count: consumers.count)
    let all = HTML(here.part(consumers).map { section($0, request) })
    let none: HTML = "<p>There is none yet.</p>\n"
    let content: HTML = "\(form.fields(sights))\(Pieces.button("Add it"))"
    let add: HTML = "\(Pieces.refusal(refusal))\(request.form("\(ConsumerPages.path)/add", content))"
    return DashboardPage(
      "Consumers",
      """
      <section id="add">\(Pieces.details("Add a consumer", add, isOpen: refusal != nil || consumers.isEmpty))</section>
      \(consumers.isEmpty ? none : all)\(here.turning)
      """, status: refusal == nil ? 200 : 422)
  }

  private func section(_ consumer: ConsumerRow, _ request: DashboardRequest) -> HTML {
    let isPublic = consumer.secretHash == nil
    var facts: [(String, HTML)] = [
      ("Client id", "<code>\(consumer.id)</code>"), ("Secret", isPublic ? "none: a public client" : "kept as a hash"),
      ("Grants", "\(consumer.grants.joined(separator: ", "))"),
      ("Scopes", Pieces.foreign(consumer.scopes.joined(separator: " "))),
      ("Sight", Pieces.foreign(consumer.sight ?? "everything")),
      ("Added", ShownTime.relative(consumer.created, at: request.now)),
    ]
    if !consumer.redirectURIs.isEmpty {
      facts.append(("Redirect URIs", Pieces.foreign(consumer.redirectURIs.joined(separator: " "))))
    }
    if let seconds = consumer.accessTokenSeconds { facts.append(("Life of access tokens", "\(seconds) s")) }
    if consumer.isPlainChallengeAllowed { facts.append(("PKCE", "may be unhashed")) }
    return """
      <section><h2>\(Pieces.foreign(consumer.label))</h2>
      \(Pieces.facts(facts))\(actions(consumer, isPublic, request))</section>

      """
  }

  private func actions(_ consumer: ConsumerRow, _ isPublic: Bool, _ request: DashboardRequest) -> HTML {
    func form(_ action: ConsumerPages.Action, _ content: HTML) -> HTML {
      request.form(ConsumerPages.path(of: action, consumer.id), content)
    }
    let scopes = ClientFields.line(
      "Scopes", "scopes", consumer.scopes.joined(separator: " "), hint: ClientFields.scopesHint, isRequired: true,
      most: 4_096)
    let sight = ClientFields.sights(sights, chosen: consumer.sight)
    let change = form(.change, "\(scopes)\(sight)\(Pieces.button("Change it"))")
    let rotate = Pieces.details(
      "New secret",
      "<p>The old one ends at once, and all its tokens with it.</p>\n\(form(.rotate, Pieces.button("Make a new secret")))"
    )
    let remove: HTML = """
      <p>Its tokens end at once, and people's consents are forgotten.</p>
      \(form(.remove, Pieces.button("Remove it for good", isRisky: true)))
      """
    return """
      \(Pieces.details("Scopes and sight", "<p>Its tokens end when this changes.</p>\n\(change)"))\
      \(isPublic ? "" : rotate)\(Pieces.details("Remove", remove))
      """
  }
}
