import JSONAPI
import SampleSite
import Testing

/// Contents of files: whole, in ranges, by whom, and broken.
@Suite struct FileTests {
  static let png: [UInt8] = [
    0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0, 0, 0, 13, 0x49, 0x48, 0x44, 0x52, 0, 0, 0, 3, 0, 0, 0, 2,
  ]
  let site: SampleSite
  let caller: Caller

  init() throws {
    site = try SampleSite()
    caller = try Caller(site)
  }

  private func get(_ target: String, range: String? = nil, signedIn: Bool = true) -> SiteResponse {
    var headers: [String: String] = [:]
    if signedIn { headers["authorization"] = "Bearer \(caller.token)" }
    headers["range"] = range
    return site.respond(to: SiteRequest("GET", target, headers: headers, base: base))
  }

  private func upload(_ bytes: [UInt8], to target: String, name: String) throws -> JSON {
    let headers = [
      "authorization": "Bearer \(caller.token)", "content-type": "application/octet-stream",
      "content-disposition": "file; filename=\"\(name)\"",
    ]
    let request = SiteRequest("POST", target, headers: headers, body: bytes, base: base)
    return try JSON(parsing: site.respond(to: request).body)["data"] ?? .null
  }

  @Test func everyFileIsAsLongAsItSays() throws {
    var count = 0
    for page in try caller.pages("/jsonapi/file/file") {
      for file in page["data"]?.array ?? [] {
        let url = try #require(file["attributes"]?["uri"]?["url"]?.string)
        let answer = get(url)
        #expect(answer.status == 200 && Int64(answer.body.count) == file["attributes"]?["filesize"]?.integer, "\(url)")
        #expect(get(url).body == answer.body)
        #expect(site.community.fileContent(file["id"]?.string ?? "") == answer.body)
        count += 1
      }
    }
    #expect(count == 42)
  }

  @Test(
    arguments: [
      ("bytes=0-9", 206, "bytes 0-9/364", 10), ("bytes=360-", 206, "bytes 360-363/364", 4),
      ("bytes=-4", 206, "bytes 360-363/364", 4), ("bytes=300-999", 206, "bytes 300-363/364", 64),
      ("bytes=364-", 416, "bytes */364", 0), ("bytes=9-0", 200, nil, 364), ("bytes=0-1,5-6", 200, nil, 364),
      ("lines=0-1", 200, nil, 364),
    ] as [(String, Int, String?, Int)])
  func rangesAreServed(range: String, status: Int, place: String?, count: Int) {
    let answer = get("/system/files/seed/minutes-0.txt", range: range)
    #expect(answer.status == status && answer.header("content-range") == place && answer.body.count == count)
  }

  @Test func privateFilesNeedTheirOwnerOrAManager() throws {
    let url = "/system/files/seed/minutes-0.txt"
    #expect(get(url, signedIn: false).status == 307)
    site.withCommunity { $0.roles[$0.account] = .member }
    // The account's own is still there for it, another's is not.
    #expect(get(url).status == 200)
    #expect(get("/system/files/seed/minutes-1.txt").status == 403)
    #expect(get("/sites/default/files/seed/image-0.png", signedIn: false).status == 200)
    #expect(get("/sites/default/files/seed/none.png").status == 404)
  }

  @Test func uploadedImagesHaveSignedAddressesThatDifferOnEveryRead() throws {
    let file = try upload(Self.png, to: "/jsonapi/node/topic/field_topic_image", name: "a.png")
    let id = try #require(file["id"]?.string)
    let first = try #require(file["attributes"]?["uri"]?["url"]?.string)
    let second = try #require(try caller.get("/jsonapi/file/file/\(id)")["data"]?["attributes"]?["uri"]?["url"]?.string)
    #expect(first != second)
    for url in [first, second] { #expect(get(url, signedIn: false).body == Self.png) }
    site.clockOffset = 3 * 3600
    #expect(get(first, signedIn: false).status == 403)
  }

  @Test func attachedImagesAreKeptWithTheirSize() throws {
    let topic = try #require(site.community.ids(of: "node--topic").first)
    let file = try upload(Self.png, to: "/jsonapi/node/topic/\(topic)/field_topic_image", name: "b.png")
    #expect(file["attributes"]?["status"] == true)
    let image = try caller.get("/jsonapi/node/topic/\(topic)")["data"]?["relationships"]?["field_topic_image"]?["data"]
    #expect(image?["id"] == file["id"] && image?["meta"]?["width"] == 3 && image?["meta"]?["height"] == 2)
  }

  @Test func bodiesCanBeCut() {
    site.faults.inject(.truncatedBody, below: "/system/files")
    let answer = get("/system/files/seed/minutes-0.txt")
    #expect(answer.cutAfter == 182 && answer.body.count == 364)
  }
}
