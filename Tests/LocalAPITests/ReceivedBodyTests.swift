import Foundation
import JSONAPI
import LocalAPI
import Store
import Support
import Testing

/// Bodies on their way.
@Suite struct ReceivedBodyTests {
  @Test func whoWaitsWithABodyIsAskedForIt() async throws {
    try await Talk.serving { api in
      let read = try await onThread { () -> (String, RawConnection.Read) in
        let connection = try RawConnection(port: api.port)
        connection.send(
          Talk.formHead + "Connection: close\r\nExpect: 100-continue\r\nContent-Length: \(Talk.form.utf8.count)\r\n\r\n"
        )
        let word = connection.read(until: "\r\n\r\n").text
        connection.send(Talk.form)
        return (word, connection.read())
      }
      #expect(read.0 == "HTTP/1.1 100 Continue\r\n\r\n" && Talk.status(read.1) == [200] && read.1.isClosed)
      // Not for a body that nobody wants.
      let refused = try await Talk.told(
        api,
        "POST /jsonapi/node/topic HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/vnd.api+json\r\n"
          + "Expect: 100-continue\r\nContent-Length: 3000000\r\n\r\n")
      #expect(Talk.status(refused) == [401] && refused.isClosed)
    }
  }

  /// An upload that was sent by half leaves nothing; a whole one is kept byte for byte.
  @Test func uploadsGoToDiskAsTheyCome() async throws {
    let made = try CrawledMirror.full()
    let mirror = made.mirror
    let folder = mirror.outbox.uploadsPath
    try await RunningLocalAPI.serving(made) { api in
      let id = try #require(try mirror.reading.identifiers(of: "node--topic").first).description
      let content = String(repeating: "0123456789abcdef", count: 70_000)
      let fields = try await api.signedIn().merging([
        "Content-Type": "application/octet-stream", "Content-Disposition": "file; filename=\"a.png\"",
        "Host": "localhost",
        "Expect": "100-continue", "Content-Length": "\(content.utf8.count)", "Connection": "close",
      ]) { $1 }
      let head =
        "POST /jsonapi/node/topic/\(id)/field_topic_image HTTP/1.1\r\n" + fields.map { "\($0): \($1)\r\n" }.joined()
        + "\r\n"
      func names() -> [String] { (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? [] }
      let half = try await onThread { () -> RawConnection in
        let connection = try RawConnection(port: api.port)
        connection.send(head)
        _ = connection.read(until: "100 Continue\r\n\r\n")
        connection.send(String(content.prefix(900_000)))
        return connection
      }
      var waits = 0
      while names().isEmpty, waits < 200 {
        waits += 1
        try await Task.sleep(for: .milliseconds(50))
      }
      #expect(names().count == 1 && names().allSatisfy { $0.hasSuffix(".part") })
      let whole = try await onThread { () -> RawConnection.Read in
        let connection = try RawConnection(port: api.port)
        connection.send(head)
        _ = connection.read(until: "100 Continue\r\n\r\n")
        connection.send(content)
        return connection.read()
      }
      #expect(Talk.status(whole).last == 201 || Talk.status(whole).last == 200, "\(whole.text.prefix(500))")
      let file = try #require(try mirror.outbox.unsettledChanges().first { $0.kind == .upload }?.upload?.file)
      #expect(try mirror.outbox.bytes(of: file) == Array(content.utf8))
      withExtendedLifetime(half) {}
    }
    let left = try FileManager.default.contentsOfDirectory(atPath: folder)
    #expect(left.count == 1 && !left.contains { $0.hasSuffix(".part") })
  }

  @Test func aDocumentTooDeepIsNone() async throws {
    try await Talk.serving(ServerLimits(jsonDepth: 20)) { api in
      let fields = try await api.signedIn().merging(["Content-Type": "application/vnd.api+json"]) { $1 }
      for (depth, status) in [(100_000, 400), (21, 400), (20, 422)] {
        let body = String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
        let answer = try await api.send("POST", "/jsonapi/node/topic", fields, body: body)
        #expect(depth == 20 ? answer.status < 500 : answer.status == status, "\(depth): \(answer.status)")
      }
    }
  }
}
