import Foundation
import JSONAPI
import LocalAPI
import Store
import Support
import Testing

/// Clients that are slow, idle, or do not read: each is told so and closed.
@Suite struct SlowClientTests {
  @Test func aSlowHeadIsToldSo() async throws {
    try await Talk.serving(Talk.limits(head: 1)) { api in
      for text in ["GET /jsonapi HT", "", "GET /jsonapi HTTP/1.1\r\nHost: localhost\r\n"] {
        let read = try await Talk.told(api, text)
        #expect(read.isClosed && Talk.status(read) == [408] && read.text.contains("Connection: close"), "\(text)")
      }
    }
  }

  /// Twenty at once, a byte at a time: each byte wins no time.
  @Test func bytesWinNoTime() async throws {
    try await Talk.serving(Talk.limits(head: 2)) { api in
      let began = ContinuousClock.now
      let reads = try await onThread {
        let connections = try (0..<20).map { _ in try RawConnection(port: api.port) }
        for byte in "GET /jsonapi".utf8 {
          for connection in connections { connection.send([byte]) }
          Thread.sleep(forTimeInterval: 0.2)
        }
        return connections.map { $0.read() }
      }
      #expect(reads.allSatisfy { $0.isClosed && Talk.status($0) == [408] })
      #expect(ContinuousClock.now - began < .seconds(20))
      #expect(try await api.send("GET", "/jsonapi").status == 200)
    }
  }

  @Test func anIdleConnectionIsClosedWithoutAWord() async throws {
    try await Talk.serving(Talk.limits(idle: 1)) { api in
      let read = try await Talk.told(api, "GET /jsonapi HTTP/1.1\r\nHost: localhost\r\n\r\n")
      #expect(read.isClosed && Talk.status(read) == [200])
    }
  }

  @Test func aSlowBodyIsToldSo() async throws {
    try await Talk.serving(Talk.limits(body: 1)) { api in
      let read = try await Talk.told(api, Talk.formHead + "Content-Length: 500\r\n\r\n\(Talk.form)")
      #expect(read.isClosed && Talk.status(read) == [408])
    }
  }

  /// Whoever does not read what it was sent does not keep the connection.
  @Test func whoReadsNothingIsClosed() async throws {
    try await Talk.serving(Talk.limits(idle: 1)) { api in
      let signed = try await api.signedIn().map { "\($0): \($1)\r\n" }.joined()
      let request = "GET /jsonapi/node/topic?page%5Blimit%5D=30 HTTP/1.1\r\nHost: localhost\r\n\(signed)\r\n"
      let all = String(repeating: request, count: 400)
      let taken = try await onThread {
        let connection = try RawConnection(port: api.port)
        connection.send(all)
        Thread.sleep(forTimeInterval: 6)
        // It is closed: what is sent now is taken by nobody.
        connection.send("x")
        Thread.sleep(forTimeInterval: 0.5)
        return connection.send("x")
      }
      #expect(taken == 0)
    }
  }
}
