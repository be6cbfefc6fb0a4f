import Foundation
import JSONAPI
import Store
import Support
import Testing

@testable import LocalAPI

/// Who is given the description, in which form, and how far; and the pages for people beside it.
@Suite struct DescriptionRouteTests {
  private static let overview = DescriptionRoute.overview.rawValue
  private static let page = DescriptionRoute.page.rawValue

  @Test func itIsAskedForAsAtASite() async throws {
    let api = try await InProcessLocalAPI(CrawledMirror.full())
    let asked: [(String, String, Bool, Int)] = [
      ("GET", "/openapi/jsonapi?_format=json", true, 200), ("HEAD", "/openapi/jsonapi?_format=json", true, 200),
      ("GET", "/openapi/jsonapi", true, 406), ("GET", "/openapi/jsonapi?_format=xml", true, 406),
      ("GET", "/openapi/jsonapi", false, 406), ("GET", "/openapi/jsonapi?_format=json", false, 401),
      ("POST", "/openapi/jsonapi?_format=json", true, 405), ("OPTIONS", "/openapi/jsonapi", false, 200),
      ("GET", "/OpenAPI/jsonapi?_format=json", true, 301), ("GET", "/openapi/rest?_format=json", true, 404),
      ("GET", "/mirror/openapi.json", true, 200), ("GET", "/mirror/openapi.json", false, 401),
      ("DELETE", "/mirror/openapi.json", true, 405),
    ]
    for (method, target, isSignedIn, status) in asked {
      let fields: [String: String?] = isSignedIn ? [:] : ["Authorization": nil]
      let answer = await api.answer(method, target, fields)
      #expect(answer.status == status, "\(method) \(target) \(isSignedIn)")
    }
    let refused = await api.answer("GET", "/openapi/jsonapi?_format=json", ["Authorization": nil])
    #expect(try JSON(parsing: refused.body)["message"]?.string == "No authentication credentials provided.")
    #expect(refused.fields["content-type"] == "application/json" && refused.fields["www-authenticate"] != nil)
    let bad = await api.answer("GET", "/openapi/jsonapi?_format=json", ["Authorization": "Bearer x"])
    #expect(bad.status == 401 && bad.fields["content-type"] == "text/html; charset=UTF-8")
  }

  @Test func optionsChooseTypes() async throws {
    let api = try await InProcessLocalAPI(CrawledMirror.full())
    func definitions(_ options: String) async throws -> [String] {
      try JSON(parsing: await api.answer("GET", "/openapi/jsonapi?_format=json\(options)").body).names("definitions")
    }
    #expect(try await definitions("&options[entity_type_id]=node") == ["node--event", "node--page", "node--topic"])
    let one = "&options%5Bentity_type_id%5D=node&options%5Bbundle_name%5D=topic"
    #expect(try await definitions(one) == ["node--topic"])
    #expect(try await definitions("&options[bundle_name]=nothing") == [])
    #expect(try await definitions("&options=nothing").count == 28)
  }

  /// For who may see less there is less.
  @Test func aSightHidesTypesAndFields() async throws {
    let rules = SightRules(types: .except(["user", "file"]), hide: ["node--topic.body", "node.social_tag*"])
    let api = try await SightedLocalAPI(CrawledMirror.full(), rules: rules)
    for target in [DescriptionDocumentTests.siteForm, DescriptionDocumentTests.ownForm] {
      let lesser = await api.answer(.lesser, "GET", target)
      let greater = await api.answer(.greater, "GET", target)
      #expect(lesser.status == 200 && greater.status == 200)
      let (less, all) = (String(decoding: lesser.body, as: UTF8.self), String(decoding: greater.body, as: UTF8.self))
      for name in ["user--user", "file--file", "file_field_name", "/user/user", "octet-stream"] {
        #expect(!less.contains(name), "\(target) \(name)")
      }
      #expect(all.contains("user--user") && all.contains("file--file"))
      let document = try JSON(parsing: lesser.body)
      let attributes =
        document.at(["definitions", "node--topic", "properties", "data", "properties", "attributes", "properties"])
        ?? document.at(["components", "schemas", "node--topic.attributes", "properties"])
      #expect(attributes?["title"] != nil && attributes?["body"] == nil)
      let relationships =
        document.at(["definitions", "node--topic", "properties", "data", "properties", "relationships", "properties"])
        ?? document.at(["components", "schemas", "node--topic.relationships", "properties"])
      #expect(relationships?["field_topic_type"] != nil && relationships?["social_tagging"] == nil)
      #expect(document["paths"]?["/node/topic/{entity}/social_tagging"] == nil)
    }
    let narrow = try await SightedLocalAPI(CrawledMirror.full(), rules: SightRules(), scopes: ["read:node"])
    let document = try JSON(parsing: await narrow.answer(.greater, "GET", DescriptionDocumentTests.siteForm).body)
    #expect(document.names("definitions") == ["node--event", "node--page", "node--topic"])
  }

  @Test func pagesAreForWhoSignsIn() async throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try Data("var Redoc = {}".utf8).write(to: folder.appending(path: "redoc.standalone.js"))
    try await RunningLocalAPI.serving(
      PageVisitor.mirror(), changing: { $0.redocFolders = ["/nowhere", folder.path] }
    ) { api in
      let visitor = PageVisitor(api)
      for path in [Self.overview, Self.page] {
        let form = try await visitor.get(path)
        #expect(form.status == 200 && form.text.contains("name=\"password\"") && !form.text.contains("CRM"))
      }
      #expect(try await visitor.get("/mirror/openapi.json").status == 401)
      #expect(try await visitor.signIn(Self.overview, password: "wrong").status == 403)
      let signedIn = try await visitor.signIn(Self.overview)
      #expect(signedIn.status == 303 && signedIn.fields["location"] == "?")
      let overview = try await visitor.get(Self.overview)
      #expect(overview.text.contains("CRM &amp; more") && overview.text.contains("<code>web</code>"))
      let page = try await visitor.get(Self.page)
      #expect(page.text.contains("<script src=\"jsonapi/redoc.standalone.js\">"))
      let policy = page.fields["content-security-policy"] ?? ""
      #expect(policy.contains("script-src 'self';") && policy.contains("connect-src 'self';"))
      #expect(!page.text.contains("http:") && !page.text.contains("https:"))
      let script = try await visitor.get("\(Self.page)/redoc.standalone.js")
      #expect(script.text == "var Redoc = {}" && script.fields["content-type"] == "text/javascript; charset=UTF-8")
      #expect(try await visitor.get("\(Self.page)/start.js").text.contains("Redoc.init("))
      #expect(try await visitor.get("\(Self.page)/redoc.standalone.js.LICENSE.txt").status == 404)
      // The page asks for the description with the browser's cookie.
      #expect(try await visitor.get("/mirror/openapi.json").status == 200)
      #expect(try await visitor.get("/openapi/jsonapi?_format=json").status == 200)
      #expect(try await visitor.get("/jsonapi/node/topic").status == 401)

      let leave = PageVisitor.fields("leave", of: overview)
      #expect(try await visitor.post(Self.overview, leave, ["Origin": "https://evil.example"]).status == 403)
      #expect(try await visitor.post(Self.page, leave).status == 403)
      #expect(try await visitor.post(Self.overview, leave).status == 303)
      #expect(try await visitor.get(Self.overview).text.contains("name=\"password\""))
      #expect(try await visitor.get("/mirror/openapi.json").status == 401)
    }
  }

  @Test func whereReDocIsMissingThePageSaysHowToGetIt() async throws {
    try await RunningLocalAPI.serving(PageVisitor.mirror(), changing: { $0.redocFolders = ["/nowhere/redoc"] }) { api in
      let visitor = PageVisitor(api)
      _ = try await visitor.signIn(Self.page)
      let page = try await visitor.get(Self.page)
      #expect(page.status == 200 && page.text.contains("make redoc") && page.text.contains("/nowhere/redoc"))
      #expect(try await visitor.get("\(Self.page)/redoc.standalone.js").status == 404)
    }
  }
}
