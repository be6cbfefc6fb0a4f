/// The mirror's own routes, which no site has.
struct OwnSection: Section {
  let documents: DescriptionAnswers
  let searches: SearchAnswers
  let feed: FeedAnswers

  func answer(_ route: OwnRoute, to asked: Asked) throws -> Answer? {
    switch route {
    case .nothing: nil
    case .description: try documents.ownForm(asked)
    case .search: try searches.answer(asked)
    case .changes: try feed.answerAtOnce(asked)
    }
  }

  func change(_ route: OwnRoute, _ asked: Asked, _ sent: Sent) async throws -> Answer? {
    if case .changes = route { return try await feed.answer(asked, sent) }
    return try answer(route, to: asked)
  }
}
