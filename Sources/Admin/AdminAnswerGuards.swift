import HTTPTypes

extension AdminAnswer {
  /// The answer with the fields that keep a page to itself, where it has none of its own. The referrer stays within this server: without
  /// one, browsers would not say of a form where it comes from.
  var guarded: AdminAnswer {
    var answer = self
    for (name, value) in AdminAnswer.guards where answer.fields[name] == nil { answer.fields[name] = value }
    return answer
  }

  /// 405 (RFC 9110 section 15.5.6).
  package init(onlyAllowing methods: String) {
    self.init(status: 405, text: "Only \(methods).", fields: [.allow: methods])
  }

  private static let guards: [(HTTPField.Name, String)] = [
    (.cacheControl, "no-store"), (.xContentTypeOptions, "nosniff"),
    (.contentSecurityPolicy, "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'"),
    (.crossOriginResourcePolicy, "same-origin"), (named("X-Frame-Options"), "DENY"),
    (named("Referrer-Policy"), "same-origin"),
  ]

  private static func named(_ name: String) -> HTTPField.Name { HTTPField.Name(name) ?? .date }
}
