import JSONAPI

/// Answers the read requests below `/jsonapi` from one state of the community (reference 1 to 4).
struct Reader {
  let community: Community
  let request: SiteRequest
  let viewer: Viewer
  let parameters: BracketParameters
  let seed: UInt64
  /// What the site does otherwise than the recorded one.
  let habits: Set<Habit>
  /// Which contents were fetched already; nil where none is replaced.
  let replaced: ReplacedFiles?
  /// The most rows of a page.
  let largestPage: Int
  /// Which rows and pages the site cannot show.
  let weight: Weight
  /// The request's base URL, escaped as in documents.
  let base: [UInt8]

  init(
    community: Community, request: SiteRequest, viewer: Viewer, seed: UInt64,
    settings: SampleSiteSettings = SampleSiteSettings(), replaced: ReplacedFiles? = nil
  ) {
    self.community = community
    self.request = request
    self.viewer = viewer
    self.seed = seed
    habits = settings.habits
    weight = Weight(settings)
    largestPage = settings.habits.contains(.cappedPages) ? settings.cappedPageSize : PageWindow.largest
    self.replaced = replaced
    parameters = BracketParameters(request.query)
    var base: [UInt8] = []
    JSON.encodeContent(request.base, into: &base)
    self.base = base
  }

  /// The request's URL with its query sorted and encoded anew (reference 2.3).
  var requestURL: String { url(parameters.sorted) }

  /// The same as errors name it: with slashes in values encoded, too.
  var faultURL: String { url(parameters.sorted, encodesSlash: true) }

  func url(_ parameters: BracketParameters, encodesSlash: Bool = false) -> String {
    let query = encodesSlash ? parameters.encoded.replacing("/", with: "%2F") : parameters.encoded
    let path = request.target.firstIndex(of: "?").map { String(request.target[..<$0]) } ?? request.target
    return request.base + path + (query.isEmpty ? "" : "?" + query)
  }

  func url(of row: Row, _ type: ResourceType, suffix: String = "", versioned: Bool = false) -> String {
    let version = versioned && type.revisionAttribute != nil ? "?resourceVersion=id%3A\(row.revision)" : ""
    return request.base + type.path + "/" + row.uuid.text + suffix + version
  }

  /// `GET /jsonapi` (reference 1.3).
  func entryPoint() -> SiteResponse {
    var links = JSONObject()
    for name in (community.types.map(\.name) + ["self"]).sorted() {
      let path =
        name == "self" ? "/jsonapi" : community.content.typeNumbers[name].map { community.types[$0].path } ?? ""
      links[name] = ["href": .string(request.base + path)]
    }
    var document = JSONObject([("jsonapi", DocumentParts.version), ("data", [])])
    if let me = viewer.id {
      var link = JSONObject([("meta", ["id": .string(me)])])
      // The site looks for the type of people by its usual name.
      if !habits.contains(.renamedTypes) { link["href"] = .string(request.base + "/jsonapi/user/user/" + me) }
      document["meta"] = ["links": ["me": .object(link)]]
    }
    document["links"] = .object(links)
    return success(JSON.object(document).encoded(.site))
  }

  /// `GET /jsonapi/{entity type}/{bundle}`.
  func collection(_ number: Int) throws(SiteError) -> SiteResponse {
    let type = community.types[number]
    try checkVersion(type, of: nil)
    let page = try PageWindow(parameters["page"], largest: largestPage)
    var selection = Selection(community: community, type: number, viewer: viewer)
    do throws(QueryFault) {
      if let filter = parameters["filter"] {
        guard let entries = filter.entries else { throw QueryFault(detail: Reader.notArray("filter")) }
        selection.filter = try Filter(entries, type: type, content: community.content)
      }
      if let sort = parameters["sort"] {
        selection.sort = try SortKey.parse(sort, type: type, content: community.content)
      }
    } catch { throw SiteError(error) }
    try checkFields((selection.filter?.paths ?? []) + selection.sort.map(\.path), type)
    try MissingMembers.check((selection.filter?.paths ?? []) + selection.sort.map(\.path), type, habits)
    selection.offset = page.offset
    selection.limit = page.limit + 1
    selection.seed = seed
    let rows = selection.rows()
    if let spoilt = weight.answer(
      rows.prefix(page.limit), of: number, request, faultURL: faultURL, isSparse: isSparse(type))
    {
      return spoilt
    }
    var links: [(String, String)] = []
    if page.offset > 0 { links.append(("first", url(page.parameters(parameters, offset: 0)))) }
    if rows.count > page.limit {
      links.append(("next", url(page.parameters(parameters, offset: page.offset + page.limit))))
    }
    if page.offset > 0 {
      links.append(("prev", url(page.parameters(parameters, offset: max(0, page.offset - page.limit)))))
    }
    links.append(("self", requestURL))
    return success(try document(rows.prefix(page.limit).map { (number, $0) }, isList: true, links: links))
  }

  /// Whether a sparse fieldset leaves out the fields that are broken.
  private func isSparse(_ type: ResourceType) -> Bool { parameters["fields"]?[type.name] != nil }

  /// Fields that the viewer may not see are no fields to filter or sort by, whatever the row (reference 3.2).
  private func checkFields(_ paths: [FieldPath], _ type: ResourceType) throws(SiteError) {
    guard !viewer.isSiteManager else { return }
    for path in paths {
      let isUser =
        path.hops.last.map { ["uid", "user_id", "revision_uid", "field_account"].contains($0) }
        ?? (type.entityType == "user")
      guard isUser, let name = path.attribute, MemberAccess.closedUserFields.contains(name) else { continue }
      let text = (path.hops + [name]).joined(separator: ".")
      throw SiteError(
        403, "The current user is not authorized to filter by the `\(name)` field, given in the path `\(text)`.")
    }
  }

  /// `GET /jsonapi/{entity type}/{bundle}/{uuid}`.
  func individual(_ number: Int, _ row: Row) throws(SiteError) -> SiteResponse {
    let type = community.types[number]
    try checkVersion(type, of: row)
    if let spoilt = weight.answer(
      [row], of: number, request, faultURL: faultURL, isSparse: isSparse(type))
    {
      return spoilt
    }
    switch viewer.sight(of: row, type, in: community) {
    case .whole, .label: break
    case .omitted(let reason): throw .notGranted(url(of: row, type, versioned: true), reason: reason)
    case .vanished: throw .notGranted(url(of: row, type, versioned: true))
    }
    return success(try document([(number, row)], isList: false, links: [("self", requestURL)]))
  }

  /// The targets of a relationship, as many as still exist.
  func targets(_ row: Row, _ name: String) -> [(Int, Row)] {
    community.targets(of: row, name).map { ($0.type, $0.row) }
  }

  /// `GET …/{uuid}/{relationship}` (reference 4.2, end).
  func related(_ number: Int, _ row: Row, _ name: String) throws(SiteError) -> SiteResponse {
    let type = community.types[number]
    try checkVersion(type, of: row)
    guard viewer.sees(row, of: type, in: community) else {
      throw SiteError(403, "The current user is not allowed to view this relationship.")
    }
    let isList = type.toMany.contains(name)
    return success(try document(targets(row, name), isList: isList, links: [("self", requestURL)]))
  }

  /// `GET …/{uuid}/relationships/{relationship}`.
  func relationship(_ number: Int, _ row: Row, _ name: String) throws(SiteError) -> SiteResponse {
    let type = community.types[number]
    try checkVersion(type, of: row)
    guard viewer.sees(row, of: type, in: community) else {
      throw SiteError(403, "The current user is not allowed to view this relationship.")
    }
    var member: [UInt8] = []
    guard community.renderRelationship(name, of: row, base: base, into: &member),
      let data = try? JSON(parsing: [UInt8(ascii: "{")] + member + [UInt8(ascii: "}")])[name]?["data"]
    else { throw SiteError(500, "The relationship could not be read.") }
    var links: [(String, String)] = []
    if !type.selfOnly.contains(name) {
      links.append(("related", url(of: row, type, suffix: "/\(name)", versioned: true)))
    }
    links.append(("self", requestURL))
    return success(try document(data: data, including: (number, row), links: links))
  }

  func success(_ body: [UInt8]) -> SiteResponse {
    let body = habits.contains(.oddFileAddresses) ? FileHabits.readdressed(body, base: request.base) : body
    return SiteResponse(200, [("content-type", SiteResponse.mediaType)], body: body)
  }

  static func notArray(_ name: String) -> String {
    "Unexpected value for parameter \"\(name)\": expecting \"array\", got \"string\"."
  }
}
