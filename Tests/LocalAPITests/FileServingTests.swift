import Foundation
import JSONAPI
import LocalAPI
import Store
import Support
import Testing

/// Contents of files as they go over the wire: looked up on the event loop, and streamed from behind it.
@Suite struct FileServingTests {
  private static func request(_ method: String, _ target: String, _ more: String = "") -> String {
    "\(method) \(target) HTTP/1.1\r\nHost: mirror\r\n\(more)\r\n"
  }

  /// Gives public files of a mirror contents: each names its own path.
  private static func fill(_ mirror: Mirror, _ folder: BinaryFolder) throws -> [(target: String, text: String)] {
    try mirror.discovery.note(.siteBaseURL, CrawledMirror.site)
    return try mirror.files.filesToFetch(.public, after: 0, limit: 4, now: 1).compactMap { file in
      guard let path = file.path else { return nil }
      let text = "content of \(path)"
      let incoming = try folder.incoming(file.uuid)
      _ = Array(text.utf8).withUnsafeBytes { incoming.append($0) }
      let hash = try incoming.finish()
      try folder.adopt(incoming, as: hash)
      try mirror.files.note(
        FileContent(
          source: file.identity, hash: hash, bytes: Int64(text.utf8.count), mediaType: "text/plain", validator: nil,
          lastModified: 1_700_000_000, isPublic: true), of: file, at: 1)
      let target = path.split(separator: "/").map { "/" + PercentCoding.encoded(String($0)) }.joined()
      return (target, text)
    }
  }

  /// Each answer is its own request's, also of several that were sent before the first was answered: no content that was looked up
  /// for one is sent to another.
  @Test func everyFileIsItsRequests() async throws {
    let made = try CrawledMirror.full()
    let folder = BinaryFolder(path: made.folder.appending(path: "files").path)
    let files = try Self.fill(made.mirror, folder)
    try #require(files.count > 1)
    try await RunningLocalAPI.serving(made, filesPath: folder.path) { api in
      var conversation = ""
      var expected: [(status: String, body: String)] = []
      for _ in 0..<5 {
        for file in files {
          conversation += Self.request("GET", file.target)
          expected.append(("200", file.text))
          conversation += Self.request("HEAD", file.target)
          expected.append(("200", ""))
          conversation += Self.request("GET", file.target, "Range: bytes=0-6\r\n")
          expected.append(("206", "content"))
          conversation += Self.request("GET", file.target, "If-None-Match: *\r\n")
          expected.append(("304", ""))
          conversation += Self.request("DELETE", file.target)
          expected.append(("405", "Method not allowed"))
        }
      }
      conversation += Self.request("GET", "/nowhere", "Connection: close\r\n")
      expected.append(("404", "Page not found"))
      let text = String(decoding: try await api.exchange(conversation), as: UTF8.self)
      let answers = text.components(separatedBy: "HTTP/1.1 ").dropFirst()
      #expect(answers.count == expected.count)
      for (answer, wanted) in zip(answers, expected) {
        let body = answer.components(separatedBy: "\r\n\r\n").dropFirst().joined()
        #expect(answer.hasPrefix(wanted.status), "\(answer)")
        #expect(wanted.status < "400" ? body == wanted.body : body.contains(wanted.body), "\(answer)")
      }
    }
  }

  /// One request after the other on one connection: what was made for the last is not there for the next.
  @Test func oneAfterTheOther() async throws {
    let made = try CrawledMirror.full()
    let folder = BinaryFolder(path: made.folder.appending(path: "files").path)
    let files = try Self.fill(made.mirror, folder)
    try await RunningLocalAPI.serving(made, filesPath: folder.path) { api in
      for file in files {
        let answer = try await api.send("GET", file.target)
        #expect(answer.status == 200 && answer.text == file.text)
        #expect(answer.fields["content-length"] == "\(file.text.utf8.count)")
        #expect(answer.fields["content-type"] == "text/plain")
      }
    }
  }
}
