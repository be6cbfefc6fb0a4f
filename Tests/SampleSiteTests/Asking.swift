import JSONAPI
import SampleSite

/// The base URL that in-process requests are sent to.
let base = "https://community.example.org"

/// Asks a site without a socket, with a token of its own.
struct Caller {
  let site: SampleSite
  let token: String

  init(_ site: SampleSite, name: String = "demo", password: String = "demo-password") throws {
    self.site = site
    let answer = site.respond(to: Caller.tokenRequest("grant_type=password&username=\(name)&password=\(password)"))
    token = try JSON(parsing: answer.body)["access_token"]?.string ?? ""
  }

  static func tokenRequest(_ form: String, client: String = "demo-client", secret: String = "demo-secret")
    -> SiteRequest
  {
    SiteRequest(
      "POST", "/oauth/token", headers: ["content-type": "application/x-www-form-urlencoded"],
      body: Array("\(form)&client_id=\(client)&client_secret=\(secret)".utf8), base: base)
  }

  func send(_ method: String, _ target: String, _ body: JSON? = nil) -> SiteResponse {
    var headers = ["authorization": "Bearer \(token)"]
    if body != nil { headers["content-type"] = "application/vnd.api+json" }
    return site.respond(
      to: SiteRequest(method, target, headers: headers, body: body?.encoded(.site) ?? [], base: base))
  }

  func get(_ target: String) throws -> JSON { try JSON(parsing: send("GET", target).body) }

  /// Follows `next` from a target and gives all pages.
  func pages(_ target: String) throws -> [JSON] {
    var pages: [JSON] = []
    var next: String? = target
    while let target = next, pages.count < 10_000 {
      let page = try get(target)
      pages.append(page)
      next = page["links"]?["next"]?["href"]?.string.map { String($0.dropFirst(base.count)) }
    }
    return pages
  }
}

extension JSON {
  /// The ids of the resources of a document.
  var ids: [String] { self["data"]?.array?.compactMap { $0["id"]?.string } ?? [] }

  /// Without `meta.omitted`, whose keys are random.
  var withoutOmitted: JSON {
    guard var object else { return self }
    object["meta"] = nil
    return .object(object)
  }
}
