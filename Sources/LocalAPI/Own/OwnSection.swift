/// The mirror's own routes, which no site has.
struct OwnSection: Section {
  let documents: DescriptionAnswers
  let searches: SearchAnswers

  func answer(_ route: OwnRoute, to asked: Asked) throws -> Answer? {
    switch route {
    case .nothing: nil
    case .description: try documents.ownForm(asked)
    case .search: try searches.answer(asked)
    }
  }
}
