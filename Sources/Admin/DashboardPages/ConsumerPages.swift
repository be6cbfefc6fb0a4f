import Coding
import Store
import TokenIssuer

/// `/consumers`: clients of the local API: who may ask for tokens, for what, and what they see.
struct ConsumerPages: DashboardPart {
  static let path = "/consumers"

  let mirror: Mirror
  /// The names of the configuration's sights, as they are in force.
  let sights: @Sendable () -> [String]
  let once: ShownOnce

  /// What is done with a client.
  enum Action: String, Sendable {
    case rotate, change, remove
  }

  typealias Route = ListedRoute<Action>

  /// The path of an action.
  static func path(of action: Action, _ name: String) -> String { Route.path(action, name, under: path) }

  var links: [DashboardLink] { [DashboardLink(ConsumerPages.path, "Consumers")] }

  func answer(_ request: DashboardRequest) async throws -> DashboardAnswer? {
    guard let route = Route(request.path, under: ConsumerPages.path) else { return nil }
    return try await route.answer(request, once) { try done(route, request) }
  }

  private func done(_ route: Route, _ request: DashboardRequest) throws -> DashboardAnswer {
    switch route {
    case .list: return .page(try page(ConsumerForm(), request))
    case .add: return try add(request)
    case .action(let action, let id):
      do { return try act(action, id, request) } catch let refusal as ClientRefusal {
        return .seeOther(ConsumerPages.path, .failed(refusal.description))
      }
    }
  }

  private func page(_ form: ConsumerForm, _ request: DashboardRequest, refusal: String? = nil) throws -> DashboardPage {
    ConsumersPage(
      consumers: try mirror.tokens.consumers(), sights: sights().sorted(), form: form, refusal: refusal
    ).page(request)
  }

  private func add(_ request: DashboardRequest) throws -> DashboardAnswer {
    let form = ConsumerForm(request)
    do {
      let consumer = try form.consumer(sights())
      guard once.isFirst(request) else { return .page(ShownOnce.again(ConsumerPages.path)) }
      let secret = form.isPublic ? nil : SecretText.make()
      let hash = try secret.map { try SecretHash.make($0).encoded }
      guard try mirror.tokens.add(ConsumerRow(consumer, secretHash: hash, at: request.now)) else {
        throw ClientRefusal("There is a consumer \(consumer.id) already.")
      }
      guard let secret else {
        return .seeOther(ConsumerPages.path, .done("\(consumer.label) was added. It has no secret."))
      }
      return shown("\(consumer.label) was added", consumer.id, secret)
    } catch let refusal as ClientRefusal {
      return .page(try page(form, request, refusal: refusal.description))
    }
  }

  private func act(_ action: Action, _ id: String, _ request: DashboardRequest) throws -> DashboardAnswer {
    switch action {
    case .rotate:
      guard once.isFirst(request) else { return .page(ShownOnce.again(ConsumerPages.path)) }
      let secret = SecretText.make()
      let hash = try SecretHash.make(secret).encoded
      try change(id) { consumer in
        guard consumer.secretHash != nil else { throw ClientRefusal("\(id) is a public client and has no secret.") }
        consumer.secretHash = hash
      }
      return shown("A new secret for \(id)", id, secret)
    case .change:
      let names = ClientFields.words(request.field("scopes"))
      let scopes: [String]
      do { scopes = try Scopes.checked(names) } catch { throw ClientRefusal(error) }
      let known = sights()
      try change(id) { consumer in
        consumer.scopes = scopes
        consumer.sight = try ClientRefusal.sight(request.field("sight"), known: known, before: consumer.sight)
      }
      return .seeOther(ConsumerPages.path, .done("\(id) was changed, and its tokens have ended."))
    case .remove:
      guard try mirror.tokens.removeConsumer(id) else { throw ClientRefusal("There is no consumer \(id).") }
      return .seeOther(ConsumerPages.path, .done("\(id) was removed, and its tokens have ended."))
    }
  }

  private func change(_ id: String, _ body: (inout ConsumerRow) throws -> Void) throws {
    guard try mirror.tokens.change(consumer: id, body) else { throw ClientRefusal("There is no consumer \(id).") }
  }

  private func shown(_ title: String, _ id: String, _ secret: String) -> DashboardAnswer {
    .page(
      ShownOnce.page(
        title, "client_secret", secret, [("client_id", "<code>\(id)</code>")], back: ConsumerPages.path))
  }
}
