import HTTPTypes
import JSONAPI
import Support
import Testing

@testable import LocalAPI

/// Which reads an event loop answers, and which it hands on.
@Suite struct ReadReachTests {
  static let pages = [
    "/jsonapi/node/topic", "/jsonapi/node/topic?page[limit]=50", "/jsonapi/node/topic?page%5Blimit%5d=5",
    "/jsonapi/node/topic?fields[node--topic]=title", "/x?", "*", "/mirror/openapi", "/jsonapi/node/topic?x=fil",
  ]
  static let steps = [
    "/jsonapi/node/topic?include=uid", "/jsonapi/node/topic?page%5Blimit%5D=5&include=field_tags2&a=b",
    "/jsonapi/node/topic?include=uid&fields[user--user]=name",
  ]
  static let far = [
    "/mirror/openapi.json", "/Mirror/OpenAPI.json", "/mirror/search?q=x", "/MIRROR/SEARCH?", "/x?filter[a]=b",
    "/x?sort=a", "/x?page[offset]=5", "/x?_format=api_json", "/x?options[a]=b", "/x?%66ilter=a", "/x?a%5", "/x?a%",
    "/x?a=%20", "/x?include", "/x?include=", "/x?include=uid.roles", "/x?include=uid,node_type", "/x?include[]=uid",
    "/x?include=uid&include=uid", "/x?xinclude=uid", "/x?include=uid&sort=a", "/x?include=UID", "/x?include=sort",
    "/x?include=u%5Bid",
  ]

  private static func reach(_ target: String) -> SlowReads.Reach {
    SlowReads.reach(of: RequestHead(HTTPRequest(method: .get, scheme: "http", authority: "h", path: target)))
  }

  @Test func whatIsAskedIsToldByItsBytes() {
    for target in Self.pages { #expect(Self.reach(target) == .page, "\(target)") }
    for target in Self.steps { #expect(Self.reach(target) == .oneStep, "\(target)") }
    for target in Self.far { #expect(Self.reach(target) == .far, "\(target)") }
  }

  /// Answered on the event loop or handed on because it includes too much: the answer is the same.
  @Test func oneStepIsAnsweredTheSameHoweverFarItLeads() async throws {
    let calm = try await InProcessLocalAPI(.full())
    try await RunningLocalAPI.serving(.full()) { api in
      let signed = try await api.signedIn()
      for target in [
        "/jsonapi/comment/comment?include=uid", "/jsonapi/node/topic?include=field_files",
        "/jsonapi/node/topic?include=nothing_of_this_name", "/jsonapi/group/flexible_group?include=uid",
        "/jsonapi/user/user?include=roles", "/jsonapi/node/event?include=uid&fields%5Buser--user%5D=name",
      ] {
        let answer = try await api.send("GET", target, signed)
        let other = await calm.answer("GET", target)
        #expect(answer.status == other.status, "\(target)")
        if answer.status == 200 {
          let document = try answer.document
          let same = try JSON(parsing: other.body)
          #expect(document["included"]?.array?.count == same["included"]?.array?.count, "\(target)")
        }
      }
    }
  }
}
