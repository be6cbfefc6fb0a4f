import Foundation
import JSONAPI
import LocalAPI
import Measures
import Support
import Testing

/// Each answer is counted once, by where its request led, whichever way it took through the server.
@Suite struct AnswerMeasureTests {
  @Test func aLoadOfKnownSizeIsCounted() async throws {
    let crawled = try CrawledMirror.full()
    let server = try await RunningLocalAPI.prepared(crawled)
    try await RunningLocalAPI.serving(server) { api in
      let signed = try await api.signedIn()
      let page = try await api.send("GET", "/jsonapi/node/topic?page%5Blimit%5D=1", signed).document
      let id = try #require(page["data"]?[0]?["id"]?.string)
      for _ in 0..<5 { _ = try await api.send("GET", "/jsonapi/node/topic/\(id)", signed) }
      for _ in 0..<4 { _ = try await api.send("GET", "/jsonapi/node/topic?sort=-created&page%5Blimit%5D=1", signed) }
      for _ in 0..<3 { _ = try await api.send("GET", "/jsonapi/node/topic") }
      for _ in 0..<2 { _ = try await api.send("GET", "/jsonapi/node/topic/\(id)/uid", signed) }
      _ = try await api.send("GET", "/jsonapi", signed)
      _ = try await api.send("DELETE", "/jsonapi/node/topic/00000000-0000-4000-8000-00000000dead", signed)
      _ = try await api.send("GET", "/sites/default/files/nowhere.png", signed)
      _ = try await api.send("GET", "/mirror/nothing", signed)
      let measures = server.measures
      let numbers = RouteKind.allCases.map { kind in measures.numbers(of: kind).map(\.number) }
      let wanted: [RouteKind: [Int]] = [
        .individual: [5, 0, 0, 0], .collection: [5, 0, 3, 0], .related: [2, 0, 0, 0], .write: [0, 0, 1, 0],
        .file: [0, 0, 1, 0], .signingIn: [1, 0, 0, 0], .description: [1, 0, 0, 0], .own: [0, 0, 1, 0],
        .other: [0, 0, 0, 0],
      ]
      for kind in RouteKind.allCases {
        #expect(numbers[kind.rawValue] == wanted[kind], "\(kind)")
        #expect(measures.durations(of: kind).number == wanted[kind]?.reduce(0, +), "\(kind)")
      }
      #expect(measures.durations(of: .individual).seconds > 0)
    }
    withExtendedLifetime(crawled) {}
  }
}
