import Foundation
import GRDB
import JSONAPI
import LocalAPI
import Support
import Testing

@testable import Store

/// A disk without room is the site's 507, and nothing else stops.
@Suite struct FullDiskTests {
  private static func write(_ api: InProcessLocalAPI, _ number: Int) async -> LocalAPIServer.Answered {
    let title = "\(number) " + String(repeating: "x", count: 200)
    return await api.answer(
      "POST", "/jsonapi/node/topic", ["Content-Type": "application/vnd.api+json"],
      body: Array(#"{"data":{"type":"node--topic","attributes":{"title":"\#(title)"}}}"#.utf8))
  }

  private static func grow(_ made: CrawledMirror, to pages: Int) throws {
    try made.mirror.database.pool.writeWithoutTransaction { db in
      // No less than there are now.
      try db.execute(sql: "PRAGMA max_page_count = \(pages)")
    }
  }

  @Test(.timeLimit(.minutes(5))) func aWriteIs507AndReadsGoOn() async throws {
    let made = try CrawledMirror.full()
    let api = try await InProcessLocalAPI(made)
    try Self.grow(made, to: 1)
    var number = 0
    var answer = await Self.write(api, number)
    while answer.status == 201, number < 1_000 {
      number += 1
      answer = await Self.write(api, number)
    }
    #expect(answer.status == 507, "\(String(decoding: answer.body, as: UTF8.self))")
    let error = try JSON(parsing: answer.body)["errors"]?[0]
    #expect(error?["status"] == "507" && error?["title"] == "Insufficient Storage")
    #expect(error?["detail"] == "The mirror's disk is full; nothing was written.")
    #expect(
      answer.fields["retry-after"] != nil && !String(decoding: answer.body, as: UTF8.self).contains(made.folder.path))
    #expect(await api.answer("GET", "/jsonapi/node/topic?filter%5Btitle%5D=x").status == 200)
    try Self.grow(made, to: 1_000_000)
    #expect(await Self.write(api, number + 1).status == 201)
  }

  @Test(
    arguments: [
      DatabaseError(resultCode: .SQLITE_FULL), DatabaseError(resultCode: .SQLITE_IOERR_SHMSIZE),
      POSIXError(.ENOSPC), POSIXError(.EDQUOT), CocoaError(.fileWriteOutOfSpace),
    ] as [any Error]) func everyoneWhoMeetsItIsUnderstood(error: any Error)
  {
    #expect(StorageFault.isFull(error) && MirrorFault(error)?.kind == .full)
  }

  @Test func otherFaultsAreOther() {
    #expect(!StorageFault.isFull(DatabaseError(resultCode: .SQLITE_IOERR)) && MirrorFault(POSIXError(.EIO)) == nil)
  }
}
