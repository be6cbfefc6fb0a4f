/// Something that some sites do and the recorded one does not. Each is a switch of its own, so that they combine:
/// `SampleSiteSettings.habits`, and `demo --habit NAME`.
package enum Habit: String, Sendable, CaseIterable {
  /// A page has fewer rows than were asked for, `next` follows (jsonapi_page_limit).
  case cappedPages = "capped-pages"

  /// The most rows of a page under `cappedPages`.
  static let cappedPageSize = 7
}
