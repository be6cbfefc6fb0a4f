import JSONAPI

extension SampleSite {
  /// What of a write is checked while its route is looked for (reference 1.2).
  func checkForm(_ route: Route, _ reader: Reader) throws(SiteError) {
    guard takesWrites else {
      var error = SiteError(
        405,
        "JSON:API is configured to accept only read operations. Site administrators can configure this at "
          + "\(reader.request.base)/admin/config/services/jsonapi.")
      error.headers = [("allow", "GET")]
      throw error
    }
    let isUpload =
      switch route {
      case .related: true
      case .individual: reader.request.method == "POST"
      default: false
      }
    try checkMediaType(reader.request, isUpload ? SiteResponse.binaryType : SiteResponse.mediaType)
  }

  /// Answers POST, PATCH and DELETE (reference 5). Who may write is asked before the query is looked at.
  func write(_ route: Route, _ reader: Reader) throws(SiteError) -> SiteResponse {
    let method = reader.request.method
    switch route {
    case .collection(let number):
      try requireToken(reader)
      if reader.community.types[number].entityType == "file" {
        throw SiteError(403, "The current user is not allowed to POST the selected resource.", pointer: "/data")
      }
      try refuseVersion(reader, number)
      try reader.checkParameters()
      return try create(number, reader)
    case .individual(let number, let field) where method == "POST":
      try requireToken(reader)
      return try upload(number, field, reader)
    case .individual(let number, let id):
      let found = try find(number, id, reader, suffix: "", name: "individual." + method.lowercased())
      try requireToken(reader)
      try checkEditable(found, reader)
      try refuseVersion(reader, found.type)
      try reader.checkParameters()
      return method == "DELETE" ? delete(found.type, found.row) : try patch(found.type, found.row, reader)
    case .related(let number, let id, let field):
      try requireToken(reader)
      let found = try find(
        number, id, reader, suffix: "/{file_field_name}", name: "file_upload.existing_resource")
      try checkEditable(found, reader)
      return try upload(found.type, found.row, field, reader)
    case .relationship(let number, let id, let name):
      let found = try find(
        number, id, reader, suffix: "/relationships/\(name)", name: "\(name).relationship.\(method.lowercased())")
      try requireToken(reader)
      guard mayEdit(found, reader) else {
        throw SiteError(403, "The current user is not allowed to edit this relationship.")
      }
      try refuseVersion(reader, found.type)
      try reader.checkParameters()
      return try changeRelationship(found.type, found.row, name, reader)
    default: throw SiteError(405, "No route found")
    }
  }

  // MARK: Checks

  /// What is written has no version yet (reference 1.5).
  private func refuseVersion(_ reader: Reader, _ number: Int) throws(SiteError) {
    guard reader.parameters["resourceVersion"] != nil else { return }
    guard reader.community.types[number].revisionAttribute != nil else {
      throw SiteError(501, "Resource versioning is not yet supported for this resource type.")
    }
    throw SiteError(
      400, "\(reader.request.method) requests with a `resourceVersion` query parameter are not supported.")
  }

  private func requireToken(_ reader: Reader) throws(SiteError) {
    guard reader.viewer == .anonymous else { return }
    var error = SiteError(401, "No authentication credentials provided.")
    error.headers = [("www-authenticate", "Basic realm=\"Reference Community\"")]
    throw error
  }

  private func checkMediaType(_ request: SiteRequest, _ expected: String) throws(SiteError) {
    guard request.method != "DELETE" else { return }
    guard let type = request.headers["content-type"], !type.isEmpty else {
      throw SiteError(415, "No \"Content-Type\" request header specified")
    }
    let essence = type.split(separator: ";").first.map { $0.filter { $0 != " " } } ?? ""
    guard essence.lowercased() == expected else {
      throw SiteError(415, "No route found that matches \"Content-Type: \(type)\"")
    }
  }

  private func checkEditable(_ found: (type: Int, row: Row), _ reader: Reader) throws(SiteError) {
    guard mayEdit(found, reader) else {
      throw SiteError(
        403, "The current user is not allowed to \(reader.request.method) the selected resource.",
        via: reader.url(of: found.row, reader.community.types[found.type], versioned: true), pointer: "/data")
    }
  }

  /// Site managers edit what they see, members what is their own.
  private func mayEdit(_ found: (type: Int, row: Row), _ reader: Reader) -> Bool {
    let type = reader.community.types[found.type]
    guard reader.viewer.sees(found.row, of: type, in: reader.community) else { return false }
    guard !reader.viewer.isSiteManager, let user = reader.viewer.id else { return reader.viewer.isSiteManager }
    return found.row.uuid.text == user
      || ["uid", "user_id"].contains { name in
        reader.community.targets(of: found.row, name).contains { $0.row.uuid.text == user }
      }
  }

  // MARK: Resources

  private func create(_ number: Int, _ reader: Reader) throws(SiteError) -> SiteResponse {
    let type = reader.community.types[number]
    let fails = failingCreations.contains(type.entityType)
    if fails || type.entityType == "group_content" && reader.community.refusesGroupContent {
      throw SiteError(500, "Call to a member function getGroupType() on null")
    }
    let payload = try WritePayload(reader.request.body, type: type, community: reader.community, method: "POST")
    let now = self.now
    let owner = reader.viewer.id ?? reader.community.account
    let outcome = withCommunity { community -> Result<String, SiteError> in
      do throws(CommunityError) {
        return .success(
          try community.create(
            type.name, id: payload.id, at: now, by: owner, attributes: payload.attributes,
            relationships: payload.relationships))
      } catch .alreadyExists {
        return .failure(SiteError(409, "Conflict: Entity already exists."))
      } catch {
        return .failure(SiteError(500, error.description))
      }
    }
    let id = try outcome.get()
    // The answer shows the resource before the site's modules come to it. It is saved though the answer be an error.
    let renewed = renewed(reader)
    let saved = withCommunity { $0.afterCreation(of: id, at: now, by: owner) }
    for user in saved { revokeTokens(of: user) }
    guard let fresh = renewed.community.find(id) else { throw SiteError(500, "The entity vanished.") }
    let body = try renewed.document(
      [(fresh.type, fresh.row)], isList: false, links: [("self", renewed.requestURL)])
    let location = renewed.url(of: fresh.row, type, versioned: true)
    return SiteResponse(
      201, [("content-type", SiteResponse.mediaType), ("location", location)], body: body)
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
          try? community.editSilently(row.uuid.text, attributes: payload.attributes.map { community.aliased($0) })
        } else {
          try? community.patch(
            row.uuid.text, at: now, attributes: payload.attributes.map { community.aliased($0) },
            relationships: payload.relationships)
        }
        community.keepAttachedFiles(of: row.uuid.text, at: now)
      }
    }
    let renewed = renewed(reader)
    guard let fresh = renewed.community.find(row.uuid) else { throw SiteError(404, "The entity was deleted.") }
    let body = try renewed.document(
      [(fresh.type, fresh.row)], isList: false, links: [("self", renewed.requestURL)])
    if type.entityType == "user" { revokeTokens(of: row.uuid.text) }
    return renewed.success(body)
  }

  private func delete(_ number: Int, _ row: Row) -> SiteResponse {
    let now = self.now
    let isUser = withCommunity { community in
      guard community.types[number].entityType == "user" else {
        community.deleteWithDependents(row)
        return false
      }
      // The account is cancelled: it stays, blocked (reference 5.4).
      try? community.patch(row.uuid.text, at: now, attributes: [("status", false)], relationships: [])
      return true
    }
    if isUser { revokeTokens(of: row.uuid.text) }
    return SiteResponse(204)
  }

  /// The same request against the community as it is now.
  func renewed(_ reader: Reader) -> Reader {
    var community = self.community
    community.reading = reader.community.reading
    var settings = self.settings
    settings.habits = reader.habits
    return Reader(
      community: community, request: reader.request, viewer: reader.viewer, seed: reader.seed, settings: settings,
      replaced: reader.replaced)
  }
}
