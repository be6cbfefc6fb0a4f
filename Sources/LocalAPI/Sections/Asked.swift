import HTTPTypes
import JSONAPI

/// A request that leads somewhere, as sections answer it. A class, so that it is handed on as one reference and not as all of its
/// texts.
final class Asked: Sendable {
  let head: RequestHead
  let viewer: Viewer
  let uri: RequestURI
  let base: DocumentBase
  let route: Route
  let spelling: Spelling
  /// How many targets of relationships may be looked at for `include`; where there are more, the answer is `IncludesMuch`.
  let mostTargets: Int

  init(
    head: RequestHead, viewer: Viewer, uri: RequestURI, base: DocumentBase, route: Route, spelling: Spelling,
    mostTargets: Int = .max
  ) {
    (self.head, self.viewer, self.uri) = (head, viewer, uri)
    (self.base, self.route, self.spelling) = (base, route, spelling)
    self.mostTargets = mostTargets
  }

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
