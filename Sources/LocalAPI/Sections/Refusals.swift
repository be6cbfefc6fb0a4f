import HTTPTypes
import JSONAPI
import TokenIssuer

extension Answer {
  /// A bad token: a page, with the reason in the header only (reference 7.6).
  init(refusing failure: BearerFailure) {
    self.init(page: "Unauthorized", status: 401)
    fields[.wwwAuthenticate] = failure.challenge
  }

  /// No token: the mirror shows nothing to anonymous callers but its entry point.
  init(anonymous uri: RequestURI) {
    self.init(.unauthorized(realm: "OAuth", request: uri))
    fields[.wwwAuthenticate] = "Bearer realm=\"OAuth\""
  }

  /// 405 with a page, for routes that are none of the JSON:API.
  init(onlyAllowing methods: String) {
    self.init(page: "Method not allowed", status: 405)
    fields[.allow] = methods
  }
}
