import HTTPTypes

/// Which sites' scripts may read answers (CORS, the Fetch standard section 3.2). Off unless origins are named, and then for these
/// alone; scripts bring a token, never a cookie.
struct CrossOrigin: Sendable {
  private let origins: Set<String>

  /// - Parameter origins: such as `https://crm.example.org`, compared whole.
  init(_ origins: [String]) { self.origins = Set(origins.map { $0.lowercased() }) }

  /// What a script is told that asks whether it may ask; nil for all other requests, and for scripts of other sites.
  func leave(for request: RequestHead) -> Answer? {
    guard !origins.isEmpty, request.method == .options, request.requestedMethod != nil,
      let origin = request.origin, origins.contains(origin)
    else { return nil }
    var answer = Answer(status: 204)
    answer.fields[.accessControlAllowMethods] = "GET, HEAD, POST, PATCH, DELETE"
    answer.fields[.accessControlAllowHeaders] =
      "Accept, Authorization, Content-Disposition, Content-Type, If-None-Match, Prefer, Range"
    answer.fields[.accessControlMaxAge] = "600"
    mark(&answer, for: request)
    return answer
  }

  /// Lets the scripts of a named site read an answer. Answers to others are as they were, but for caches: they depend on who asks.
  func mark(_ answer: inout Answer, for request: RequestHead) {
    guard !origins.isEmpty else { return }
    answer.fields[.vary] = answer.fields[.vary].map { "\($0), Origin" } ?? "Origin"
    guard let origin = request.origin, origins.contains(origin) else { return }
    answer.fields[.accessControlAllowOrigin] = origin
    answer.fields[.accessControlExposeHeaders] = CrossOrigin.exposed
  }

  /// What scripts may read beside what they may always read.
  private static let exposed =
    "Content-Disposition, Content-Range, ETag, Location, Mirror-As-Of, Mirror-Pending, Preference-Applied, Retry-After"
}
