import Foundation
import GRDB
import JSONAPI
import Support
import Testing

@testable import Store

/// What another program may have written into the file: whole numbers at the ends of what there is in every column that holds
/// numbers, one after the other. Whatever reads them answers or throws.
@Suite struct StoredExtremesTests {
  @Test func everyNumberOfTheFile() throws {
    let made = try CrawledMirror()
    let pages = try CrawledMirror.pages(base: CrawledMirror.site).map { type, page in
      var page = page
      page.resources = Array(page.resources.prefix(3))
      return (type: type, page: page)
    }
    _ = try made.apply(pages, cursor: true)
    let file = try #require(try made.mirror.files.filesToFetch(.all, after: 0, limit: 1, now: 0).first)
    try made.mirror.files.note(
      FileContent(
        source: file.identity, hash: String(repeating: "a", count: 64), bytes: 5, mediaType: "text/plain",
        validator: nil,
        lastModified: 1, isPublic: true), of: file, at: 1)
    _ = try made.mirror.sweeping.beginSweep(of: "node--topic", at: 5)
    let columns = try made.mirror.database.read { db in
      try Row.fetchAll(
        db,
        sql: """
          SELECT m.name, c.name FROM sqlite_schema m JOIN pragma_table_info(m.name) c
          WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%' AND m.name NOT LIKE 'grdb_%' AND c.type IN ('INTEGER', 'TEXT', 'ANY')
          """
      ).map { (try $0.decode(String.self, atIndex: 0), try $0.decode(String.self, atIndex: 1)) }
    }
    #expect(columns.count > 60)
    try made.mirror.close()
    var (count, faults) = (0, 0)
    func look(_ body: () throws -> Void) {
      count += 1
      do { try body() } catch { faults += 1 }
    }
    for (table, column) in columns {
      for value in [Int64.max, .min, -1] {
        let copy = made.folder.appending(path: "copy.sqlite").path
        for suffix in ["", "-wal", "-shm"] { try? FileManager.default.removeItem(atPath: copy + suffix) }
        try FileManager.default.copyItem(atPath: made.mirror.path, toPath: copy)
        var plain = Configuration()
        plain.foreignKeysEnabled = false
        let queue = try DatabaseQueue(path: copy, configuration: plain)
        try queue.write { try $0.execute(sql: "UPDATE OR IGNORE \(table) SET \(column) = ?", arguments: [value]) }
        try queue.close()
        let mirror: Mirror
        do { mirror = try Mirror(path: copy) } catch {
          faults += 1
          continue
        }
        look { _ = try mirror.reading.types() }
        look { _ = try mirror.reporting.status() }
        look { _ = try mirror.reporting.outboxStatus() }
        look { _ = try mirror.files.filesToFetch(.all, after: 0, limit: 5, now: .max) }
        look { _ = try mirror.files.fileTotals() }
        look { _ = try mirror.reading.fileContent(path: file.path ?? "") }
        look { _ = try mirror.reading.someExpected(of: "node--topic", count: 5) }
        look { _ = try mirror.sweeping.candidates(of: "node--topic") }
        look { _ = try mirror.reading.tombstones(of: "node--topic") }
        look { _ = try mirror.outbox.conflicts(open: false) }
        look { _ = try mirror.tokens.consumers() }
        look { _ = try mirror.reading.setAside() }
        look { _ = try mirror.indexing.pathIndexes() }
        look { _ = try mirror.reporting.check() }
        look { _ = try mirror.sweeping.beginSweep(of: "node--topic", at: 1) }
        look {
          _ = try mirror.pulling.endRun(
            mirror.pulling.beginRun("test", at: 2), .complete, parts: [], message: nil, at: 3)
        }
        look { _ = try ResourceReader(mirror).snapshot(seeing: .everything) { try $0.types() } }
        try? mirror.close()
      }
    }
    print("extremes of the file: \(columns.count) columns, \(count) looks, \(faults) faults")
    #expect(count > 2_000)
  }
}
