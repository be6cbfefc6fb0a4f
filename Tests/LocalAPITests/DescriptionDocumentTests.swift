import JSONAPI
import Store
import Support
import Testing

/// The description of the API beside the one that was recorded at a site, and what it says of the mirror.
@Suite struct DescriptionDocumentTests {
  static let siteForm = "/openapi/jsonapi?_format=json"
  static let ownForm = "/mirror/openapi.json"

  /// Where the recorded one lacks fields (reference 8): it was made from a cache, or leaves them out.
  private static let more: [String: (attributes: Set<String>, relationships: Set<String>)] = [
    "comment--comment": (["field_comment_body"], ["field_comment_files"]),
    "event_enrollment--event_enrollment": (
      ["field_email", "field_enrollment_status", "field_request_message", "field_request_or_invite_status"],
      ["field_account", "field_event"]
    ),
    "post--post": (
      ["field_post", "field_post_comments", "field_visibility"], ["field_recipient_group", "field_recipient_user"]
    ),
    "profile--profile": (
      [
        "affiliation_owned_count", "field_enable_other_affiliations", "field_profile_address",
        "field_profile_first_name", "field_profile_function", "field_profile_last_name", "field_profile_organization",
        "field_profile_phone_number", "field_profile_self_introduction", "field_profile_show_email",
        "field_profile_summary",
      ],
      [
        "field_group_affiliation", "field_other_affiliations", "field_profile_banner_image", "field_profile_expertise",
        "field_profile_image", "field_profile_interests", "field_profile_nationality", "field_profile_profile_tag",
        "user_removed_affiliations",
      ]
    ),
    "user--user": (["display_name", "field_external_identifier"], []),
  ]

  @Test func itHasTheRecordedDefinitionsInTheirOrderAndNoFieldLess() async throws {
    let made = try await Self.document(Self.siteForm)
    let recorded = try Self.recorded()
    #expect(made.names("definitions") == recorded.names("definitions"))
    #expect(made.names("definitions").count == 28)
    for name in recorded.names("definitions") {
      let more = Self.more[name] ?? (attributes: [], relationships: [])
      for (part, known) in [("attributes", more.attributes), ("relationships", more.relationships)] {
        let path = ["definitions", name, "properties", "data", "properties", part, "properties"]
        let (ours, theirs) = (Set(made.at(path)?.object?.names ?? []), Set(recorded.at(path)?.object?.names ?? []))
        #expect(theirs.subtracting(ours) == [], "\(name) \(part)")
        // What the recorded one has of these is no difference.
        #expect(ours.subtracting(theirs).subtracting(known) == [], "\(name) \(part)")
      }
      let titles = [made, recorded].map { $0["definitions"]?[name]?["title"]?.string }
      // A bundle that is called as its entity type is taken for none there, and so its own fields are missing.
      #expect(titles[0] == titles[1] || ["comment--comment", "post--post", "profile--profile"].contains(name))
    }
  }

  @Test func itHasTheRecordedPathsAndMethodsInTheirOrder() async throws {
    let made = try await Self.document(Self.siteForm)
    let recorded = try Self.recorded()
    let theirs = recorded.names("paths")
    #expect(theirs.count == 313)
    #expect(made.names("paths").filter(Set(theirs).contains) == theirs)
    // The site has a relationship there of which it shows nothing, not even that its targets are hidden.
    #expect(
      made.names("paths").filter { !theirs.contains($0) } == ["/profile/profile/{entity}/field_group_affiliation"])
    for path in theirs {
      #expect(made["paths"]?[path]?.object?.names == recorded["paths"]?[path]?.object?.names, "\(path)")
    }
    #expect(made["basePath"] == recorded["basePath"] && made["swagger"] == recorded["swagger"])
  }

  @Test func itHasTheRecordedTags() async throws {
    let made = try await Self.document(Self.siteForm)
    let recorded = try Self.recorded()
    let (ours, theirs) = (made["tags"]?.array ?? [], recorded["tags"]?.array ?? [])
    #expect(ours.count == 28 && ours.map { $0["x-definition"] } == theirs.map { $0["x-definition"] })
    #expect(ours.map { $0["x-entity-type"] } == theirs.map { $0["x-entity-type"] })
    for member in ["name", "description"] {
      let said = theirs.map { $0[member]?.string?.replacing("\\'", with: "'") }
      for (tag, words) in zip(ours, said) where words?.isEmpty == false { #expect(tag[member]?.string == words) }
    }
    let path = ["definitions", "node--topic", "properties", "data", "properties", "attributes", "properties"]
    for attribute in recorded.at(path)?.object?.members ?? [] {
      #expect(made.at(path)?[attribute.name]?["title"] == attribute.value["title"], "\(attribute.name)")
    }
  }

  /// What the recorded one says of values, and is not so (reference 8).
  @Test func whatTheRecordedOneSaysWronglyIsMended() async throws {
    let made = try await Self.document(Self.siteForm)
    func attribute(_ type: String, _ name: String) -> JSON? {
      made.at(["definitions", type, "properties", "data", "properties", "attributes", "properties", name])
    }
    #expect(attribute("node--topic", "langcode")?["type"] == "string")
    for name in ["created", "changed"] {
      #expect(
        attribute("node--topic", name)?["type"] == "string" && attribute("node--topic", name)?["format"] == "date-time")
    }
    #expect(attribute("node--topic", "changed")?["readOnly"] == true)
    #expect(attribute("node--topic", "drupal_internal__nid")?["type"] == "integer")
    let body = attribute("node--topic", "body")?["properties"]
    #expect(body?.object?.names.contains("processed") == true && body?["processed"]?["readOnly"] == true)
    let author = made.at([
      "definitions", "node--topic", "properties", "data", "properties", "relationships", "properties", "uid",
      "properties", "data",
    ])
    #expect(author?["properties"]?["type"]?["enum"] == ["user--user"] && author?["x-nullable"] == true)
    #expect(author?["properties"]?["meta"]?["properties"]?["drupal_internal__target_id"]?["type"] == "integer")
    for path in ["/node/topic/{entity}/{file_field_name}", "/node/topic/{file_field_name}"] {
      let upload = made["paths"]?[path]?["post"]
      #expect(upload?["consumes"] == ["application/octet-stream"])
      let parameters = upload?["parameters"]?.array ?? []
      let field = parameters.first { $0["name"] == "file_field_name" }
      #expect(field?["in"] == "path" && field?["enum"] == ["field_files", "field_topic_image"])
      #expect(parameters.contains { $0["name"] == "entity" } == path.contains("{entity}"))
    }
    let query = made["paths"]?["/node/topic"]?["get"]?["parameters"]?.array ?? []
    #expect(query.allSatisfy { $0["type"] != "array" && $0["name"] != "filter" && $0["name"] != "page" })
    #expect(query.contains { $0["name"] == "filter[title]" } && query.contains { $0["name"] == "filter[uid.id]" })
    // What leads to one leads to one, and may lead to none.
    let related = made.at([
      "paths", "/node/topic/{entity}/uid", "get", "responses", "200", "schema", "properties", "data",
    ])
    #expect(related?["allOf"]?[0]?["$ref"] == "#/definitions/user--user/properties/data")
  }

  @Test func bothFormsHoldTogether() async throws {
    let made = try CrawledMirror.full()
    let api = try await InProcessLocalAPI(made)
    let targets = [Self.siteForm, Self.ownForm, Self.siteForm + "&options[bundle_name]=topic"]
    for target in targets {
      let answer = await api.answer("GET", target)
      #expect(answer.status == 200 && answer.fields["content-type"] == "application/json", "\(target)")
      let document = try JSON(parsing: answer.body)
      var (references, names): (Set<String>, [String]) = ([], [])
      document.walk { value in
        // What has no value is not there: validators refuse a null where an object or a list belongs.
        for member in value.object?.members ?? [] { #expect(!member.value.isNull, "\(target) \(member.name)") }
        if let reference = value["$ref"]?.string { references.insert(reference) }
        if let name = value["operationId"]?.string { names.append(name) }
      }
      for reference in references {
        let path = reference.split(separator: "/").dropFirst().map(String.init)
        #expect(reference.hasPrefix("#/") && document.at(path) != nil, "\(target) \(reference)")
      }
      #expect(names.count > 10 && Set(names).count == names.count, "\(target)")
      for path in document["paths"]?.object?.members ?? [] {
        for operation in path.value.object?.members ?? [] {
          let parameters = operation.value["parameters"]?.array ?? []
          let named = Set(parameters.filter { $0["in"] == "path" }.compactMap { $0["name"]?.string })
          let templates = Set(
            path.name.split(separator: "/").filter { $0.hasPrefix("{") }.map { String($0.dropFirst().dropLast()) })
          #expect(named == templates, "\(target) \(operation.name) \(path.name)")
        }
      }
    }
  }

  /// What trying the description on the API showed: what it lets through is not refused for its form.
  @Test func whatIsDescribedIsTaken() async throws {
    let made = try await Self.document(Self.ownForm)
    let parameters = made["components"]?["parameters"]
    func takes(_ name: String, _ text: String) throws -> Bool {
      let pattern = try #require(parameters?[name]?["schema"]?["pattern"]?.string)
      return try text.contains(Regex(pattern))
    }
    for (name, text, isTaken) in [
      ("sort", "-changed,uid.name", true), ("sort", "0", false), ("sort", "", false), ("sort", "a,,b", false),
      ("include", "", true), ("include", "uid,field_files", true), ("include", "a,,b", false),
      ("disposition", #"file; filename="a.png""#, true), ("disposition", #"filename="a""#, true),
      ("disposition", #"xfilename="a""#, false), ("disposition", #"filename="""#, false),
    ] { #expect(try takes(name, text) == isTaken, "\(name) \(text)") }
    let group = made.at([
      "components", "schemas", "node--topic.relationships", "properties", "groups", "properties", "data", "items",
      "properties", "type",
    ])
    #expect(group != nil && (group?["enum"] != nil || group?["minLength"] == 1))
  }

  /// OpenAPI 3.1: two paths that differ in the names of templates alone would be one.
  @Test func theOwnFormHasEachPathOnce() async throws {
    let made = try await Self.document(Self.ownForm)
    #expect(made["openapi"] == "3.1.0" && made["servers"]?[0]?["url"] == "http://localhost")
    let shapes = made.names("paths").map { $0.replacing(/\{[^}]*\}/, with: "{}") }
    #expect(Set(shapes).count == shapes.count)
    let files = made["paths"]?["/jsonapi/node/topic/{entity}/field_files"]
    #expect(files?.object?.names == ["get", "post"])
    let query = made["paths"]?["/jsonapi/node/topic"]?["get"]?["parameters"]?.array ?? []
    let filter = query.first { $0["name"] == "filter" }
    #expect(filter?["style"] == "deepObject" && filter?["schema"]?["properties"]?["title"]?["type"] == "string")
    let flows = made["components"]?["securitySchemes"]?["oauth2"]?["flows"]
    #expect(flows?["password"]?["tokenUrl"] == "http://localhost/oauth/token")
    #expect(made["paths"]?["/oauth/token"]?["post"] != nil && made["paths"]?["/mirror/openapi.json"]?["get"] != nil)
    let refused = made["components"]?["responses"]?["error"]?["content"]?["application/vnd.api+json"]
    #expect((refused?["examples"]?.object?.members.count ?? 0) == 3)
  }

  /// All that resources of the recorded site show is described, and described as what it is.
  @Test func whatResourcesShowIsDescribed() async throws {
    let made = try await Self.document(Self.ownForm)
    for resource in try RecordedCrawl.resources().values {
      let type = resource["type"]?.string ?? ""
      for part in ["attributes", "relationships"] {
        let described = made["components"]?["schemas"]?["\(type).\(part)"]?["properties"]
        for member in resource[part]?.object?.members ?? [] {
          let schema = described?[member.name]
          #expect(schema != nil, "\(type) \(member.name)")
          guard part == "attributes", let kinds = schema?["type"]?.array else { continue }
          #expect(kinds.contains { Self.isKind($0.string, member.value) }, "\(type) \(member.name) \(member.value)")
        }
      }
    }
  }

  /// Nobody's content is in it.
  @Test func itShowsNoContent() async throws {
    let made = try CrawledMirror.full()
    let api = try await InProcessLocalAPI(made)
    var texts: Set<String> = []
    try JSON(parsing: await api.answer("GET", Self.ownForm).body).walk { value in
      for member in value.object?.members ?? [] { if let text = member.value.string { texts.insert(text) } }
    }
    var personal: Set<String> = []
    for resource in try RecordedCrawl.resources().values {
      let attributes = resource["attributes"]
      let shown = [resource["id"], attributes?["mail"], attributes?["title"], attributes?["display_name"]]
      personal.formUnion(shown.compactMap { $0?.string })
    }
    #expect(texts.count > 100 && personal.count > 1_000 && texts.intersection(personal) == [])
  }

  private static func isKind(_ type: String?, _ value: JSON) -> Bool {
    switch (type, value) {
    case ("null", .null), ("boolean", .bool), ("string", .string), ("array", .array), ("object", .object): true
    case ("number", .number): true
    case ("integer", .number): value.integer != nil
    default: false
    }
  }

  static func recorded() throws -> JSON { try RecordedCrawl.lines(of: "openapi.json.gz")[0] }

  static func document(_ target: String) async throws -> JSON {
    let api = try await InProcessLocalAPI(CrawledMirror.full())
    return try JSON(parsing: await api.answer("GET", target).body)
  }
}

extension JSON {
  /// The names of a member's members.
  func names(_ member: String) -> [String] { self[member]?.object?.names ?? [] }

  /// What stands behind names, one within the other; a number stands for the place in a list.
  func at(_ path: [String]) -> JSON? {
    path.reduce(Optional(self)) { found, name in found?[name] ?? Int(name).flatMap { found?[$0] } }
  }

  /// Tells of every object in it.
  func walk(_ body: (JSON) -> Void) {
    switch self {
    case .object(let object):
      body(self)
      for member in object.members { member.value.walk(body) }
    case .array(let elements): for element in elements { element.walk(body) }
    default: break
    }
  }
}
