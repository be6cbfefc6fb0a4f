import Foundation
import LocalAPI
import SampleSite
import Support
import Testing

/// Several requests on one connection, sent before the first is answered.
@Suite struct AnswersAtOnceTests {
  private static func request(_ method: String, _ target: String, _ more: String = "", body: String = "") -> String {
    "\(method) \(target) HTTP/1.1\r\nHost: mirror\r\n\(more)\r\n\(body)"
  }

  private static let form = "grant_type=client_credentials&client_id=reports&client_secret=client%20secret"

  /// What waits (a token) and what does not (a read) are answered in the order of their requests; a read's body is no request.
  @Test func answersKeepTheOrderOfTheirRequests() async throws {
    try await RunningLocalAPI.serving(CrawledMirror.full()) { api in
      let signed = try await api.signedIn().map { "\($0): \($1)\r\n" }.joined()
      let posted = "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: \(Self.form.utf8.count)\r\n"
      let smuggled = Self.request("GET", "/jsonapi")
      let conversation = [
        Self.request("GET", "/jsonapi/node/topic?page%5Blimit%5D=1", signed),
        Self.request("POST", "/oauth/token", posted, body: Self.form),
        Self.request("GET", "/nowhere", signed + "Content-Length: \(smuggled.utf8.count)\r\n", body: smuggled),
        Self.request("HEAD", "/jsonapi/node/topic?page%5Blimit%5D=1", signed),
        Self.request("GET", "/jsonapi/node/topic", "Connection: keep-alive\r\n"),
        Self.request("DELETE", "/nowhere", signed),
        Self.request("GET", "/jsonapi", signed),
        Self.request("GET", "http://mirror/jsonapi", signed),
        Self.request("OPTIONS", "/oauth/jwks", signed + "Connection: close\r\n"),
      ]
      for _ in 0..<20 {
        let text = String(decoding: try await api.exchange(conversation.joined()), as: UTF8.self)
        let statuses = text.matches(of: /HTTP\/1\.1 ([0-9]{3})/).map { String($0.1) }
        #expect(statuses == ["200", "200", "404", "200", "401", "404", "200", "200", "200"])
        for field in ["content-length: ", "date: ", "server: social-mirror"] {
          let lines = text.components(separatedBy: "\r\n").filter { $0.lowercased().hasPrefix(field) }
          #expect(lines.count == conversation.count, "\(field)")
        }
      }
    }
  }

  /// Who does not read waits; nothing is lost or mixed up.
  @Test func manyLargeAnswersAtOnce() async throws {
    try await RunningLocalAPI.serving(CrawledMirror.full()) { api in
      let signed = try await api.signedIn()
      let fields = signed.map { "\($0): \($1)\r\n" }.joined()
      let target = "/jsonapi/node/topic?page%5Blimit%5D=30"
      let one = try await api.send("GET", target, signed.merging(["Host": "mirror"]) { $1 })
      let conversation =
        String(repeating: Self.request("GET", target, fields), count: 11)
        + Self.request("GET", target, fields + "Connection: close\r\n")
      let bytes = try await api.exchange(conversation)
      #expect(one.status == 200 && one.body.count > 65_536)
      #expect(String(decoding: bytes, as: UTF8.self).components(separatedBy: one.text).count == 13)
    }
  }
}
