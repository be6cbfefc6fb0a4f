import JSONAPI

/// Rows that the site cannot show, and pages that are too much for it.
enum Weight {
  /// The most rows of a page under `Habit.heavyPages`.
  static let heaviest = 12

  /// Whether a row makes whatever shows it whole fail: some here and there, and some in a row.
  static func isPoison(_ row: Row) -> Bool { row.id % 61 == 7 || (40...43).contains(row.id) }

  /// What comes in the place of rows; nil where nothing is wrong with them. The drills' judge, who says who it is, gets them.
  static func answer(
    _ rows: some Swift.Collection<Row>, of type: Int, _ reader: Reader, isSparse: Bool
  ) -> SiteResponse? {
    if reader.request.headers["sample-site-judge"] != nil { return nil }
    if reader.habits.contains(.poison), !isSparse, rows.contains(where: isPoison) {
      return SiteError(500, "The website encountered an unexpected error. Try again later.")
        .response(requestURL: reader.faultURL)
    }
    guard reader.habits.contains(.heavyPages), rows.count > heaviest else { return nil }
    if type % 2 == 0 { return .html(504, "504 Gateway Time-out") }
    var response = SiteResponse(200, [("content-type", SiteResponse.mediaType)], body: Array(#"{"jsonapi":{"version":"1.0"},"data":["#.utf8))
    response.cutAfter = 20
    return response
  }
}
