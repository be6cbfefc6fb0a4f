import Foundation
import JSONAPI
import LocalAPI
import Store
import Support
import Testing

/// What is no request, and what nobody reads: it is told so, and the connection ends.
@Suite struct RefusedRequestTests {
  /// A refusal is sent before the body, and ends the connection: nobody reads a gigabyte for it.
  @Test func aRefusedBodyIsNotRead() async throws {
    try await Talk.serving { api in
      for length in ["Content-Length: 1000000000", "Transfer-Encoding: chunked"] {
        let head =
          "POST /jsonapi/node/topic HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/vnd.api+json\r\n\(length)\r\n\r\n"
        let (sent, read) = try await onThread { () -> (Int, RawConnection.Read) in
          let connection = try RawConnection(port: api.port)
          connection.send(head)
          let piece = [UInt8](repeating: UInt8(ascii: "a"), count: 1 << 20)
          // The sizes of chunks are none, but the refusal is there before them.
          let first = connection.read(until: "\r\n\r\n")
          var sent = 0
          for _ in 0..<64 {
            let taken = connection.send(piece)
            sent += taken
            if taken < piece.count { break }
          }
          let rest = connection.read(within: 5)
          return (sent, RawConnection.Read(text: first.text + rest.text, isClosed: rest.isClosed))
        }
        #expect(Talk.status(read) == [401] && read.text.contains("Connection: close"), "\(length): \(read.text)")
        #expect(sent < 64 << 20, "\(length)")
      }
    }
  }

  /// One that is known to be too long is refused by its head; one without a length, once it is.
  @Test func aLongBodyIsRefused() async throws {
    try await Talk.serving(ServerLimits(bodyBytes: 100_000)) { api in
      let signed = try await api.signedIn()
      let fields = signed.merging(["Content-Type": "application/vnd.api+json"]) { $1 }
      let head = fields.map { "\($0): \($1)\r\n" }.joined()
      let start = "POST /jsonapi/node/topic HTTP/1.1\r\nHost: localhost\r\n\(head)"
      let long = try await Talk.told(api, start + "Content-Length: 200000\r\nExpect: 100-continue\r\n\r\n")
      #expect(Talk.status(long) == [413] && long.isClosed)
      let chunk = "10000\r\n" + String(repeating: "a", count: 65_536) + "\r\n"
      let chunked = try await onThread {
        let connection = try RawConnection(port: api.port)
        connection.send(start + "Transfer-Encoding: chunked\r\n\r\n\(chunk)\(chunk)\(chunk)0\r\n\r\n")
        return connection.read(until: "</html>")
      }
      #expect(Talk.status(chunked) == [413])
    }
  }

  @Test func whatIsNoRequestIsRefused() async throws {
    try await Talk.serving { api in
      let body = "Content-Length: \(Talk.form.utf8.count)\r\n"
      let cases: [(String, Int)] = [
        ("GET /jsonapi HTTP/1.1\r\nHost: localhost\r\nHost: elsewhere.example\r\n\r\n", 400),
        ("GET /jsonapi HTTP/1.1\r\nHost: localhost\r\nHost: localhost\r\n\r\n", 400),
        ("GET /jsonapi HTTP/1.1\r\n\r\n", 400), ("GET /jsonapi HTTP/1.1\r\nHost: evil.example\r\n\r\n", 400),
        ("GET /jsonapi HTTP/2.0\r\nHost: localhost\r\n\r\n", 400), ("nonsense\r\n\r\n", 400),
        (Talk.formHead + "Transfer-Encoding: chunked\r\n\r\nzz\r\n", 400),
        (Talk.formHead + "Transfer-Encoding: chunked\r\n\r\n5\r\nabcdefgh\r\n0\r\n\r\n", 400),
        (Talk.formHead + body + "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400),
        (Talk.formHead + "Content-Length: 5\r\nContent-Length: 6\r\n\r\nabcdef", 400),
        ("GET /\(String(repeating: "a", count: 40_000)) HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", 414),
        ("GET / HTTP/1.1\r\nHost: localhost\r\nA: \(String(repeating: "a", count: 70_000))\r\n\r\n", 431),
        ("GET / HTTP/1.1\r\nHost: localhost\r\nA: \(String(repeating: "a", count: 200_000))\r\n\r\n", 431),
      ]
      for (text, status) in cases {
        // Where nothing more is to come, the client says so: what is refused by its content alone keeps the connection.
        let read = try await onThread {
          let connection = try RawConnection(port: api.port)
          connection.send(text)
          return connection.read(until: "</html>")
        }
        #expect(Talk.status(read) == [status], "\(text.prefix(100)): \(read.text)")
        #expect(read.text.contains("<!DOCTYPE html>"), "\(text.prefix(100))")
      }
    }
  }

  /// What is broken is answered after what came before it.
  @Test func answersBeforeARefusalAreSent() async throws {
    try await Talk.serving { api in
      let whole = Talk.formHead + "Content-Length: \(Talk.form.utf8.count)\r\n\r\n\(Talk.form)"
      let broken = Talk.formHead + "Transfer-Encoding: chunked\r\n\r\nzz\r\n"
      let read = try await Talk.told(api, whole + "GET /jsonapi HTTP/1.1\r\nHost: localhost\r\n\r\n" + broken)
      #expect(Talk.status(read) == [200, 200, 400] && read.isClosed, "\(read.text)")
    }
  }

  @Test func oldClientsAreClosed() async throws {
    try await Talk.serving { api in
      for fields in ["", "Connection: keep-alive\r\n"] {
        let read = try await Talk.told(api, "GET /jsonapi HTTP/1.0\r\nHost: localhost\r\n\(fields)\r\n")
        #expect(Talk.status(read) == [200] && read.isClosed && read.text.contains("Connection: close"))
      }
    }
  }
}
