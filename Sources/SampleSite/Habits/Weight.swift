import JSONAPI

/// Rows that the site cannot show, and pages that are too much for it.
struct Weight: Sendable {
  let habits: Set<Habit>
  /// The most rows of a page.
  let heaviest: Int
  let poisonEvery: Int64

  init(_ settings: SampleSiteSettings) {
    habits = settings.habits
    heaviest = settings.heaviestPage
    poisonEvery = max(1, settings.poisonEvery)
  }

  /// Whether a row makes whatever shows it whole fail: some here and there, and some in a row.
  func isPoison(_ row: Row) -> Bool {
    habits.contains(.poison)
      && (row.id % poisonEvery == 7 % poisonEvery || poisonEvery > 40 && (40...43).contains(row.id))
  }

  /// What comes in the place of rows; nil where nothing is wrong with them. The drills' judge, who says who it is, gets them.
  /// - Parameter faultURL: the request's URL as errors name it.
  func answer(
    _ rows: some Swift.Collection<Row>, of type: Int, _ request: SiteRequest, faultURL: @autoclosure () -> String,
    isSparse: Bool
  ) -> SiteResponse? {
    if request.headers["sample-site-judge"] != nil { return nil }
    if !isSparse, rows.contains(where: isPoison) {
      return SiteError(500, "The website encountered an unexpected error. Try again later.")
        .response(requestURL: faultURL())
    }
    guard habits.contains(.heavyPages), rows.count > heaviest else { return nil }
    if type % 2 == 0 { return .html(504, "504 Gateway Time-out") }
    let beginning = Array(#"{"jsonapi":{"version":"1.0"},"data":["#.utf8)
    var response = SiteResponse(200, [("content-type", SiteResponse.mediaType)], body: beginning)
    response.cutAfter = beginning.count / 2
    return response
  }
}
