import JSONAPI
import SampleSite
import Support
import Testing

@testable import LocalAPI

/// Compressed pages are put together of resources that were compressed before.
@Suite struct PackedPieceTests {
  /// Whatever is kept, a page comes out the same, and unpacked as it is without a coding.
  @Test func pagesOfKeptPiecesAreTheSame() async throws {
    let api = try await InProcessLocalAPI(.full())
    for target in [
      "/jsonapi/node/topic?page%5Blimit%5D=30", "/jsonapi/node/topic?page%5Blimit%5D=30&include=uid",
      "/jsonapi/node/topic?fields%5Bnode--topic%5D=title&include=uid", "/jsonapi/node/event?page%5Blimit%5D=7",
      "/jsonapi/comment/comment?page%5Blimit%5D=50",
    ] {
      let plain = await api.answer("GET", target)
      var first: [UInt8]?
      for number in 0..<4 {
        // A parameter of no meaning stands in the link to the page alone: no answer is kept whole.
        let own = await api.answer("GET", "\(target)&fields%5Bx%5D=\(number)")
        let packed = await api.answer("GET", "\(target)&fields%5Bx%5D=\(number)", ["Accept-Encoding": "gzip"])
        try #require(packed.fields["content-encoding"] == "gzip", "\(target): \(packed.status) \(own.body.count)")
        #expect(try packed.body.withUnsafeBufferPointer { try Gzip.inflated($0) } == own.body)
        let again = await api.answer("GET", target, ["Accept-Encoding": "gzip"]).body
        #expect(try again.withUnsafeBufferPointer { try Gzip.inflated($0) } == plain.body)
        #expect(again == first ?? again)
        first = again
      }
    }
  }

  /// What is compressed is given as much room as it might need at worst: kept is what it took.
  @Test func whatIsKeptHasNoRoomToSpare() {
    let pieces = PackedPieces()
    var asked = AnswerPieces(base: "http://h")
    asked.note(.init(start: 0, count: 500_000, key: .init(resource: 1, sequence: 2), path: []))
    var packed: [UInt8] = [1, 2, 3]
    packed.reserveCapacity(500_000)
    pieces.keep(.init(packed: packed, crc: 4, count: 500_000, path: []), as: asked.all[0].key, of: "http://h")
    guard case .kept(let kept)? = pieces.look(for: asked).first else {
      Issue.record("it is not kept")
      return
    }
    #expect(kept.packed == packed && kept.packed.capacity < 100)
  }

  @Test func whatIsKeptIsBounded() {
    let pieces = PackedPieces(capacity: 800)
    var asked = AnswerPieces(base: "http://h")
    let key = AnswerPieces.Key(resource: 1, sequence: 2)
    asked.note(.init(start: 0, count: 100, key: key, path: []))
    #expect(asked.all.isEmpty, "a small piece is none")
    asked.note(.init(start: 0, count: 5000, key: key, path: [1]))
    func found(_ pieces: PackedPieces, _ asked: AnswerPieces) -> String {
      switch pieces.look(for: asked).first {
      case .kept?: "kept"
      case .wanted?: "wanted"
      case .new?: "new"
      case nil: "none"
      }
    }
    #expect(found(pieces, asked) == "wanted", "there is room")
    pieces.keep(.init(packed: [1, 2, 3], crc: 4, count: 5000, path: [1]), as: key, of: "http://h")
    #expect(found(pieces, asked) == "kept")
    var other = AnswerPieces(base: "http://other")
    other.note(.init(start: 0, count: 5000, key: key, path: [1]))
    #expect(found(pieces, other) == "wanted", "links differ")
    other = AnswerPieces(base: "http://h")
    other.note(.init(start: 0, count: 5000, key: key, path: [2]))
    #expect(found(pieces, other) == "wanted", "links differ")
    for number in Int64(10)..<20 {
      pieces.keep(
        .init(packed: .init(repeating: 0, count: 100), crc: 0, count: 5000, path: []),
        as: .init(resource: number, sequence: 1), of: "http://h")
    }
    #expect(found(pieces, asked) == "new" && found(pieces, asked) == "wanted", "memory is bounded")
  }
}
