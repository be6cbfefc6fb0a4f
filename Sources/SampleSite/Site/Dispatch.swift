import JSONAPI

extension SampleSite {
  /// Leads a request to its answer, with the checks in the site's order (reference 1.2).
  func dispatch(_ route: Route, _ reader: Reader) throws(SiteError) -> SiteResponse {
    let request = reader.request
    let types = reader.community.types
    switch route {
    case .nowhere: return .html(404, "Page not found")
    case .token: return .html(405, "Method not allowed", [("allow", "POST")])
    case .userinfo:
      if let moved = moved(route, reader) { return moved }
      return try userinfo(reader)
    case .file(let file): return reader.download(file)
    case .entryPoint, .collection, .individual, .related, .relationship: break
    }
    let methods = route.methods(types)
    guard !methods.isEmpty else { return .html(404, "Page not found") }
    if request.method == "OPTIONS" {
      let allowed = methods.filter { $0 != "HEAD" }.joined(separator: ", ")
      return SiteResponse(200, [("content-type", "text/html; charset=UTF-8"), ("allow", allowed)])
    }
    guard methods.contains(request.method) else { throw notAllowed(reader, methods) }
    let isWrite = request.method != "GET" && request.method != "HEAD"
    if isWrite { try checkForm(route, reader) }
    if reader.parameters["_format"]?.text == "json" { return notAcceptable(reader) }
    if isWrite { return try write(route, reader) }
    switch route {
    case .collection(let number):
      if let moved = moved(route, reader) { return moved }
      try reader.checkParameters()
      return try reader.collection(number)
    case .individual(let number, let id):
      let found = try find(number, id, reader, suffix: "", name: "individual")
      if let moved = moved(route, reader) { return moved }
      try reader.checkParameters()
      return try reader.individual(found.type, found.row)
    case .related(let number, let id, let name):
      let found = try find(number, id, reader, suffix: "/\(name)", name: "\(name).related")
      if let moved = moved(route, reader) { return moved }
      try reader.checkParameters()
      return try reader.related(found.type, found.row, name)
    case .relationship(let number, let id, let name):
      let found = try find(
        number, id, reader, suffix: "/relationships/\(name)", name: "\(name).relationship.get")
      if let moved = moved(route, reader) { return moved }
      try reader.checkParameters()
      return try reader.relationship(found.type, found.row, name)
    default:
      if let moved = moved(route, reader) { return moved }
      try reader.checkParameters()
      return reader.entryPoint()
    }
  }

  /// Where the site sends who reads a path that is there under another spelling of it: an id keeps its letters.
  private func moved(_ route: Route, _ reader: Reader) -> SiteResponse? {
    let request = reader.request
    guard request.method == "GET" || request.method == "HEAD" else { return nil }
    let sent = request.path
    var parts = Route.own(sent).split(separator: "/", omittingEmptySubsequences: false).map(String.init)
    let places: [Int] =
      switch route {
      case .individual: [4]
      case .related: [4]
      case .relationship: [4]
      default: []
      }
    for index in parts.indices where !places.contains(index) { parts[index] = parts[index].lowercased() }
    let own = parts.joined(separator: "/")
    guard own != sent || request.target.hasSuffix("?") && request.query.isEmpty else { return nil }
    return .redirect(301, request.base + own + (request.query.isEmpty ? "" : "?\(request.query)"))
  }

  /// The resource of a path, whatever bundle of the entity type it has.
  func find(
    _ number: Int, _ id: String, _ reader: Reader, suffix: String, name: String
  ) throws(SiteError) -> (type: Int, row: Row) {
    let type = reader.community.types[number]
    if let uuid = EntityUUID(id), let found = reader.community.find(uuid, entityType: type.entityType) { return found }
    throw SiteError(
      404,
      "The \"entity\" parameter was not converted for the path \"\(type.path)/{entity}\(suffix)\" "
        + "(route name: \"jsonapi.\(type.name).\(name)\")")
  }

  private func notAllowed(_ reader: Reader, _ methods: [String]) -> SiteError {
    let allowed = methods.joined(separator: ", ")
    let url = reader.request.base + reader.request.path
    var error = SiteError(
      405, "No route found for \"\(reader.request.method) \(url)\": Method Not Allowed (Allow: \(allowed))")
    error.headers = [("allow", allowed)]
    return error
  }

  private func notAcceptable(_ reader: Reader) -> SiteResponse {
    let url = reader.request.base + reader.request.path + "?_format=api_json"
    let body: JSON = [
      "message": "No route found for the specified format. Supported formats: api_json."
    ]
    return SiteResponse(
      406,
      [
        ("content-type", "application/json"),
        ("link", "<\(url)>; rel=\"alternate\"; type=\"\(SiteResponse.mediaType)\""),
      ],
      body: body.encoded(.oauth))
  }

  private func userinfo(_ reader: Reader) throws(SiteError) -> SiteResponse {
    guard let id = reader.viewer.id, let user = reader.community.resource(id) else {
      throw SiteError(403, "The current user is not allowed to access this page.")
    }
    let name = user.attributes["name"] ?? .null
    let number = String(user.attributes["drupal_internal__uid"]?.integer ?? 0)
    let body: JSON = [
      "sub": .string(number), "name": name, "preferred_username": name, "email": user.attributes["mail"] ?? .null,
      "email_verified": true, "profile": .string(reader.request.base + "/user/\(number)/home"), "locale": "en",
      "zoneinfo": "UTC",
      "updated_at": .integer(user.attributes["changed"]?.string.flatMap(SiteTime.seconds) ?? 0),
    ]
    return SiteResponse(200, [("content-type", "application/json")], body: body.encoded(.oauth))
  }
}
