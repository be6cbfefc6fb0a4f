import HTTPTypes

/// What there is: the entry point, the description of the API, and the pages that tell people of both.
struct DescriptionSection: Section {
  let entryPoint: EntryPointAnswers
  let documents: DescriptionAnswers
  let pages: DescriptionPages

  func answer(_ route: DescriptionRoute, to asked: Asked) throws -> Answer? {
    switch route {
    case .entryPoint: try entryPoint.answer(to: asked)
    case .document: try documents.siteForm(asked)
    case .overview, .page: try pages.shown(route, asked)
    case .pageStart, .pageScript, .pageLicence: pages.part(route, asked)
    }
  }

  func change(_ route: DescriptionRoute, _ asked: Asked, _ sent: Sent) async throws -> Answer? {
    switch route {
    case .entryPoint: try entryPoint.refusal(of: asked)
    case .overview, .page: try await pages.sent(asked, sent)
    case .document, .pageStart, .pageScript, .pageLicence: try answer(route, to: asked)
    }
  }
}
