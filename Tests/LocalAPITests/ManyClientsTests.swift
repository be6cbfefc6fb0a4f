import Foundation
import JSONAPI
import LocalAPI
import Store
import Support
import Testing

/// Clients as a network has them: many, behind proxies, and scripts of other sites.
@Suite struct ManyClientsTests {
  /// Beyond so many of one address, the next is told so; one that goes makes room.
  @Test func oneAddressHasSoManyConnections() async throws {
    try await Talk.serving(ServerLimits(connectionsPerAddress: 3)) { api in
      let request = "GET /jsonapi HTTP/1.1\r\nHost: localhost\r\n\r\n"
      let statuses = try await onThread { () -> [[Int]] in
        var connections: [RawConnection] = []
        var statuses: [[Int]] = []
        for _ in 0..<4 {
          let connection = try RawConnection(port: api.port)
          connection.send(request)
          statuses.append(Talk.status(connection.read(until: "\r\n\r\n")))
          connections.append(connection)
        }
        return statuses
      }
      #expect(statuses == [[200], [200], [200], [503]])
      var status = 0
      for _ in 0..<100 where status != 200 {
        try await Task.sleep(for: .milliseconds(50))
        status = try await api.send("GET", "/jsonapi").status
      }
      #expect(status == 200)
    }
  }

  /// Beyond so many in all, the next one waits until there is room, and is answered then.
  @Test func theNextConnectionWaits() async throws {
    try await Talk.serving(ServerLimits(connections: 3)) { api in
      let request = "GET /jsonapi HTTP/1.1\r\nHost: localhost\r\n\r\n"
      let (early, late) = try await onThread { () -> (RawConnection.Read, RawConnection.Read) in
        var connections: [RawConnection] = []
        for _ in 0..<3 {
          let connection = try RawConnection(port: api.port)
          connection.send(request)
          _ = connection.read(until: "\r\n\r\n")
          connections.append(connection)
        }
        let next = try RawConnection(port: api.port)
        next.send(request)
        let early = next.read(until: "\r\n\r\n", within: 1)
        connections.removeAll()
        return (early, next.read(until: "\r\n\r\n"))
      }
      #expect(early.text.isEmpty && !early.isClosed && Talk.status(late) == [200])
    }
  }

  /// Where every place is taken, one who says nothing, or rests after an answer, leaves to those who ask: soon, and long before its
  /// time. One in the middle of a request stays.
  @Test func aCrowdMakesRoom() async throws {
    let request = "GET /jsonapi HTTP/1.1\r\nHost: localhost\r\n\r\n"
    let body = "Content-Length: \(Talk.form.utf8.count)\r\n\r\n"
    for said in ["", "GET /jsonapi HT", request] {
      let limits = ServerLimits(connections: 2, headSeconds: 60, bodySeconds: 60, idleSeconds: 60)
      try await Talk.serving(limits) { api in
        let (next, left, kept) = try await onThread {
          () -> (RawConnection.Read, RawConnection.Read, RawConnection.Read) in
          let busy = try RawConnection(port: api.port)
          busy.send("\(Talk.formHead)\(body)\(Talk.form.prefix(20))")
          let silent = try RawConnection(port: api.port)
          silent.send(said)
          // Until the server has both.
          Thread.sleep(forTimeInterval: 0.5)
          let next = try RawConnection(port: api.port)
          next.send(request)
          let answer = next.read(until: "\r\n\r\n", within: 30)
          let left = silent.read(within: 30)
          busy.send(String(Talk.form.dropFirst(20)))
          return (answer, left, busy.read(until: "access_token", within: 30))
        }
        #expect(Talk.status(next) == [200], "\(said)")
        #expect(left.isClosed && Talk.status(left) == [said == request ? 200 : 408], "\(said): \(left.text)")
        #expect(Talk.status(kept) == [200], "\(said): \(kept.text)")
      }
    }
  }

  @Test func aTrustedProxySaysHowTheClientCame() async throws {
    let target = "/jsonapi/node/topic?page%5Blimit%5D=1"
    let said = ["X-Forwarded-Host": "elsewhere.example", "X-Forwarded-Proto": "https"]
    for isTrusted in [true, false] {
      try await Talk.serving(changing: { $0.trustedProxies = isTrusted ? ["127.0.0.0/8"] : [] }) { api in
        let signed = try await api.signedIn()
        let text = try await api.send("GET", target, signed.merging(said) { $1 }).text
        #expect(text.contains(#"https:\/\/elsewhere.example\/jsonapi"#) == isTrusted, "\(text.prefix(300))")
        let evil = try await api.send("GET", target, signed.merging(["X-Forwarded-Host": "evil.example"]) { $1 })
        #expect(evil.status == (isTrusted ? 400 : 200) && !evil.text.contains("evil.example"))
      }
    }
  }

  @Test func scriptsOfNamedOriginsMayRead() async throws {
    let origin = "https://crm.example"
    let ask = ["Origin": origin, "Access-Control-Request-Method": "PATCH"]
    try await Talk.serving(changing: { $0.corsOrigins = [origin] }) { api in
      let leave = try await api.send("OPTIONS", "/jsonapi/node/topic", ask)
      #expect(leave.status == 204 && leave.fields["access-control-allow-origin"] == origin)
      #expect(leave.fields["access-control-allow-methods"]?.contains("PATCH") == true)
      let signed = try await api.signedIn()
      let answer = try await api.send("GET", "/jsonapi/node/topic", signed.merging(["Origin": origin]) { $1 })
      #expect(answer.status == 200 && answer.fields["access-control-allow-origin"] == origin)
      #expect(
        answer.fields["vary"]?.contains("Origin") == true && answer.fields["access-control-allow-credentials"] == nil)
      for other in ["https://crm.example.evil", "http://crm.example", "null", "https://crm.example:444"] {
        let refused = try await api.send("GET", "/jsonapi/node/topic", signed.merging(["Origin": other]) { $1 })
        #expect(refused.fields["access-control-allow-origin"] == nil, "\(other)")
      }
    }
    try await Talk.serving { api in
      let leave = try await api.send("OPTIONS", "/jsonapi/node/topic", ask)
      #expect(leave.fields["access-control-allow-origin"] == nil)
    }
  }
}
