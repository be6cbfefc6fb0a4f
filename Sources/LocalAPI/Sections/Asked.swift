import HTTPTypes
import JSONAPI

/// A request that leads somewhere, as sections answer it.
struct Asked: Sendable {
  var head: RequestHead
  var viewer: Viewer
  var uri: RequestURI
  var base: DocumentBase
  var route: Route
  var spelling: Spelling

  /// Whether it is GET or HEAD.
  var isRead: Bool { head.method == .get || head.method == .head }

  /// What a caller is told where only signed-in ones are shown something; nil for those.
  var refusal: Answer? {
    switch viewer.caller {
    case .known: nil
    case .anonymous: Answer(anonymous: uri)
    case .refused(let failure): Answer(refusing: failure)
    }
  }
}
