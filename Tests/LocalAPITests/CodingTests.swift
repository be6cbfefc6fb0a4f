import JSONAPI
import LocalAPI
import SampleSite
import Support
import Testing

@Suite struct CodingTests {
  static let headers: [(String?, Bool)] = [
    (nil, false), ("gzip", true), ("deflate, gzip;q=1.0, *;q=0.5", true), ("x-gzip", true), ("GZIP", true), ("*", true),
    ("gzip;q=0", false), ("gzip; Q=0.001", true), ("identity", false), ("identity, gzip;q=0.5", false),
    ("identity;q=0.5, gzip;q=0.5", true), ("*;q=0", false), ("identity;q=0", false), ("br, deflate", false),
    ("", false),
    ("gzip;q=x", false), (" , ;q=1, gzip ", true), ("*, gzip;q=0", false), ("gzip;q=2", false),
  ]

  @Test func theClientChooses() async throws {
    let api = try await InProcessLocalAPI(.full())
    let target = "/jsonapi/node/topic?page%5Blimit%5D=5"
    let plain = await api.answer("GET", target)
    for (header, isPacked) in Self.headers {
      let answer = await api.answer("GET", target, ["Accept-Encoding": header])
      #expect(answer.fields["content-encoding"] == (isPacked ? "gzip" : nil), "\(header ?? "none")")
      #expect(
        answer.fields["vary"] == "X-Consumer-ID, Accept-Encoding" && answer.fields["etag"] == plain.fields["etag"])
      let body = isPacked ? try answer.body.withUnsafeBufferPointer { try Gzip.inflated($0) } : answer.body
      #expect(body == plain.body && (!isPacked || answer.body.count * 3 < plain.body.count))
    }
  }

  @Test func smallBodiesStayAsTheyAre() async throws {
    let api = try await InProcessLocalAPI(.full())
    let fields = ["Authorization": nil, "Accept-Encoding": "gzip"]
    let answer = await api.answer("GET", "/jsonapi/node/topic", fields)
    #expect(answer.status == 401 && answer.fields["content-encoding"] == nil)
    let entry = await api.answer("GET", "/jsonapi", fields)
    #expect(entry.status == 200 && entry.fields["content-encoding"] == "gzip")
  }

  /// Over the wire: the streams are used again by many answers at once, and HEAD has the length of what GET has.
  @Test func overTheWire() async throws {
    try await RunningLocalAPI.serving(.full()) { api in
      let signedIn = try await api.signedIn()
      let packed = signedIn.merging(["Accept-Encoding": "gzip"]) { $1 }
      let targets = (1...12).map { "/jsonapi/node/topic?page%5Blimit%5D=\($0)" }
      try await withThrowingTaskGroup(of: Void.self) { group in
        for target in targets {
          group.addTask {
            let plain = try await api.send("GET", target, signedIn)
            let answer = try await api.send("GET", target, packed)
            #expect(try answer.body.withUnsafeBufferPointer { try Gzip.inflated($0) } == plain.body)
            let head = try await api.send("HEAD", target, packed)
            #expect(head.fields["content-length"] == "\(answer.body.count)" && head.body.isEmpty)
            #expect(head.fields["content-encoding"] == "gzip" && head.fields["etag"] == answer.fields["etag"])
            let tag = answer.fields["etag"] ?? ""
            let none = try await api.send("GET", target, packed.merging(["If-None-Match": tag]) { $1 })
            #expect(none.status == 304 && none.body.isEmpty && none.fields["content-encoding"] == nil)
          }
        }
        try await group.waitForAll()
      }
    }
  }
}
