import JSONAPI
import SampleSite
import Support
import Testing

@testable import LocalAPI

/// Pages are put together of resource objects that were sent before.
@Suite struct SentObjectTests {
  private typealias Key = AnswerPieces.Key

  /// Whatever was sent before, by whichever way, a page is the same to the byte as the first one was.
  @Test func pagesOfKeptObjectsAreTheSame() async throws {
    let api = try await InProcessLocalAPI(.full())
    for target in [
      "/jsonapi/node/topic?page%5Blimit%5D=30", "/jsonapi/node/topic?sort=-title&page%5Blimit%5D=20",
      "/jsonapi/node/topic?page%5Blimit%5D=10&page%5Boffset%5D=5&include=uid,uid.profile_profiles",
      "/jsonapi/node/topic?filter%5Btitle%5D%5Boperator%5D=CONTAINS&filter%5Btitle%5D%5Bvalue%5D=e&sort=-changed",
      "/jsonapi/node/topic?fields%5Bnode--topic%5D=title&include=uid", "/jsonapi/comment/comment?include=entity_id",
      "/jsonapi/node/topic?include=uid&fields%5Bnode--topic%5D=title,uid",
    ] {
      var first: String?
      for number in 0..<5 {
        // A parameter of no meaning stands in the link to the page alone: no answer is kept whole.
        let answer = await api.answer("GET", "\(target)&fields%5Bx%5D=\(number)")
        try #require(answer.status == 200, "\(target): \(String(decoding: answer.body, as: UTF8.self))")
        let text = String(decoding: answer.body, as: UTF8.self).replacing("%5Bx%5D=\(number)", with: "%5Bx%5D=N")
        #expect(text == first ?? text, "\(target), asked for the \(number + 1). time")
        first = first ?? text
      }
    }
  }

  /// What was changed is not shown as it was sent before, in a page or included, and others are as they were.
  @Test func whatChangesIsNotShownAsBefore() async throws {
    let api = try await InProcessLocalAPI(.full())
    let page = "/jsonapi/node/topic?page%5Blimit%5D=10&include=uid"
    let topic = try #require(JSON(parsing: await api.answer("GET", page).body)["data"]?.array?[3])
    let id = try #require(topic["id"]?.string)
    for number in 0..<6 {
      let title = "Changed \(number / 2)"
      if number.isMultiple(of: 2) {
        let body = #"{"data":{"type":"node--topic","id":"\#(id)","attributes":{"title":"\#(title)"}}}"#
        let written = await api.answer(
          "PATCH", "/jsonapi/node/topic/\(id)", ["Content-Type": "application/vnd.api+json"], body: Array(body.utf8))
        try #require(written.status == 200, "\(String(decoding: written.body, as: UTF8.self))")
      }
      let rows = try JSON(parsing: await api.answer("GET", "\(page)&fields%5Bx%5D=\(number)").body)["data"]?.array ?? []
      #expect(rows.count == 10 && rows[3]["id"]?.string == id)
      #expect(rows[3]["attributes"]?["title"]?.string == title)
      for row in rows {
        let single = "/jsonapi/node/topic/\(try #require(row["id"]?.string))"
        #expect(try JSON(parsing: await api.answer("GET", single).body)["data"] == row)
      }
    }
  }

  @Test func whatIsKeptIsBounded() {
    let objects = SentObjects(capacity: 8000)
    let key = Key(resource: 1, sequence: 2)
    func send(_ key: Key, on base: String = "http://h", path: [UInt8] = [1], size: Int = 100) -> Bool {
      let atHand = objects.atHand(on: base)
      if atHand.object(key, path: path) != nil { return true }
      atHand.note(key, path: path, .init(repeating: 7, count: size))
      return false
    }
    #expect(!send(key) && send(key), "kept at once, for there is room")
    #expect(!send(Key(resource: 1, sequence: 3)), "another change")
    #expect(!send(key, on: "http://other"), "other links")
    #expect(!send(key, path: [2]) && send(key, path: [2]), "other links")
    let large = Key(resource: 9, sequence: 1)
    for _ in 0..<4 { #expect(!send(large, size: 1001), "too large a part of all") }
    // What is asked for again and again outlives what is not.
    for number in Int64(100)..<400 {
      let other = Key(resource: number, sequence: 1)
      #expect(!send(other) && send(key, path: [2]), "\(number)")
    }
    let late = Key(resource: 1000, sequence: 1)
    #expect(!send(late) && !send(late) && send(late), "no room: kept when it is sent for the second time")
    for number in Int64(2000)..<2100 {
      let other = Key(resource: number, sequence: 1)
      #expect(!send(other) && !send(other) && send(other) && send(key, path: [2]), "\(number)")
    }
    #expect(!send(late) && !send(Key(resource: 2000, sequence: 1)), "memory is bounded")
  }

  /// A query asks for its rows in their order, or before they are sorted.
  @Test func rowsAreFoundInAnyOrder() {
    let objects = SentObjects()
    let first = objects.atHand(on: "http://h")
    for number in Int64(1)...5 {
      #expect(!first.holds(number, since: 1))
      first.note(Key(resource: number, sequence: 1), path: [], [UInt8(number)])
    }
    for order in [[1, 2, 3, 4, 5], [5, 4, 3, 2, 1], [2, 5, 1, 3, 4]] as [[Int64]] {
      let atHand = objects.atHand(on: "http://h")
      for number in Int64(1)...5 { #expect(atHand.holds(number, since: 1)) }
      #expect(order.map { atHand.take($0, path: [])?.bytes ?? [] } == order.map { [UInt8($0)] })
      #expect(atHand.take(6, path: []) == nil)
    }
    let atHand = objects.atHand(on: "http://h")
    #expect(!atHand.holds(1, since: 2), "another change")
    #expect(atHand.holds(1, since: 1) && atHand.take(1, path: [9]) == nil, "other links")
  }
}
