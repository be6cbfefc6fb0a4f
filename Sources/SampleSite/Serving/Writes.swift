import JSONAPI

extension SampleSite {
  /// Answers POST, PATCH and DELETE on resources (reference 5.1 to 5.4). Relationship endpoints and uploads do not exist
  /// here.
  func write(_ route: Route, _ reader: Reader) throws(SiteError) -> SiteResponse {
    guard settings.acceptsWrites else {
      var error = SiteError(
        405,
        "JSON:API is configured to accept only read operations. Site administrators can configure this at "
          + "\(reader.request.base)/admin/config/services/jsonapi.")
      error.headers = [("allow", "GET")]
      throw error
    }
    try checkMediaType(reader.request)
    guard reader.viewer == .account else { throw SiteError(401, "No authentication credentials provided.") }
    switch route {
    case .collection(let number):
      try reader.checkParameters()
      return try create(number, reader)
    case .individual(let number, let id):
      let found = try find(number, id, reader, suffix: "", name: "individual." + reader.request.method.lowercased())
      try reader.checkParameters()
      if reader.parameters["resourceVersion"] != nil {
        let method = reader.request.method
        throw SiteError(400, "\(method) requests with a `resourceVersion` query parameter are not supported.")
      }
      let type = reader.community.types[found.type]
      guard reader.viewer.sees(found.row, of: type, in: reader.community) else {
        throw SiteError(
          403, "The current user is not allowed to \(reader.request.method) the selected resource.",
          via: reader.url(of: found.row, type, versioned: true), pointer: "/data")
      }
      if reader.request.method == "DELETE" { return delete(type, found.row) }
      return try patch(found.type, found.row, reader)
    default: throw SiteError(405, "No route found")
    }
  }

  private func checkMediaType(_ request: SiteRequest) throws(SiteError) {
    guard request.method != "DELETE" else { return }
    guard let type = request.headers["content-type"], !type.isEmpty else {
      throw SiteError(415, "No \"Content-Type\" request header specified")
    }
    let essence = type.split(separator: ";").first.map { $0.filter { $0 != " " } } ?? ""
    guard essence == SiteResponse.mediaType else {
      throw SiteError(415, "No route found that matches \"Content-Type: \(type)\"")
    }
  }

  private func create(_ number: Int, _ reader: Reader) throws(SiteError) -> SiteResponse {
    let type = reader.community.types[number]
    let payload = try WritePayload(reader.request.body, type: type, community: reader.community, method: "POST")
    let now = self.now
    let outcome = withCommunity { community -> Result<String, SiteError> in
      do throws(CommunityError) {
        return .success(
          try community.create(
            type.name, id: payload.id, at: now, attributes: payload.attributes, relationships: payload.relationships))
      } catch .alreadyExists {
        return .failure(SiteError(409, "Conflict: Entity already exists."))
      } catch {
        return .failure(SiteError(500, error.description))
      }
    }
    let id = try outcome.get()
    afterCreation(id, type, now: now)
    guard let fresh = community.find(id) else { throw SiteError(500, "The entity vanished.") }
    let renewed = Reader(
      community: community, request: reader.request, viewer: reader.viewer, seed: reader.seed)
    let body = try renewed.document(
      [(fresh.type, fresh.row)], isList: false, links: [("self", renewed.requestURL)])
    let location = renewed.url(of: fresh.row, type, versioned: true)
    return SiteResponse(
      201, [("content-type", SiteResponse.mediaType), ("location", location)], body: body)
  }

  /// What the site's modules do once something is there (reference 12).
  private func afterCreation(_ id: String, _ type: ResourceType, now: Int64) {
    let item = { (type: String, id: String) -> JSON in ["type": .string(type), "id": .string(id)] }
    let account = community.account
    withCommunity { community in
      switch type.entityType {
      case "user":
        _ = try? community.create(
          "profile--profile", at: now, relationships: [("uid", item(type.name, id))])
      case "group":
        _ = try? community.create(
          "group_content--\(type.bundle)-group_membership", at: now,
          relationships: [("gid", item(type.name, id)), ("entity_id", item("user--user", account))])
      default: break
      }
    }
    // Joining a group saves the user, and saving the user ends its access tokens.
    if type.entityType == "group" { revokeAllTokens() }
  }

  private func patch(_ number: Int, _ row: Row, _ reader: Reader) throws(SiteError) -> SiteResponse {
    let type = reader.community.types[number]
    let payload = try WritePayload(
      reader.request.body, type: type, community: reader.community, method: "PATCH", stored: row)
    let now = self.now
    if payload.differs(from: reader.community.document(row)) {
      withCommunity { community in
        // `path` is computed: an alias changes without `changed` (reference 6.2).
        if payload.attributes.allSatisfy({ $0.0 == "path" }), payload.relationships.isEmpty {
          try? community.editSilently(row.uuid.text, attributes: payload.attributes)
        } else {
          try? community.patch(
            row.uuid.text, at: now, attributes: payload.attributes, relationships: payload.relationships)
        }
      }
    }
    let community = self.community
    guard let fresh = community.find(row.uuid) else { throw SiteError(404, "The entity was deleted.") }
    let renewed = Reader(community: community, request: reader.request, viewer: reader.viewer, seed: reader.seed)
    return renewed.success(
      try renewed.document([(fresh.type, fresh.row)], isList: false, links: [("self", renewed.requestURL)]))
  }

  private func delete(_ type: ResourceType, _ row: Row) -> SiteResponse {
    let now = self.now
    withCommunity { community in
      if type.entityType == "user" {
        // The account is cancelled: it stays, blocked (reference 5.4).
        try? community.edit(row.uuid.text, at: now, attributes: [("status", false)])
      } else {
        try? community.delete(row.uuid.text)
      }
    }
    return SiteResponse(204)
  }
}
