import Foundation
import GRDB
import Support
import Testing

/// Section 7 of the architecture page names each table and view of a mirror, and no others.
@Suite struct SchemaPageTests {
  private static let page = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "docs/architecture.md")

  @Test func thePageNamesWhatTheSchemaHas() throws {
    let lines = try String(contentsOf: Self.page, encoding: .utf8)
      .split(separator: "\n", omittingEmptySubsequences: false)
      .drop { !$0.hasPrefix("## 7.") }.dropFirst().prefix { !$0.hasPrefix("## ") }
    let tables = lines.filter { $0.hasPrefix("| `") }.compactMap { Self.quoted($0).first }
    let paragraph = lines.drop { !$0.hasPrefix("Views for people:") }.joined(separator: " ")
    let views = Self.quoted(paragraph.prefix { $0 != "." })
    let made = try CrawledMirror()
    let queue = try DatabaseQueue(path: made.folder.appending(path: "mirror.sqlite").path)
    #expect(try Self.names("table", in: queue) == tables.sorted())
    #expect(try Self.names("view", in: queue) == views.sorted())
  }

  /// What stands between backticks.
  private static func quoted(_ line: Substring) -> [String] {
    line.split(separator: "`", omittingEmptySubsequences: false).enumerated()
      .filter { !$0.offset.isMultiple(of: 2) }.map { String($0.element) }
  }

  private static func names(_ kind: String, in queue: DatabaseQueue) throws -> [String] {
    let all = try queue.read { db in
      try String.fetchAll(db, sql: "SELECT name FROM sqlite_master WHERE type = ?", arguments: [kind])
    }
    return all.filter { !$0.hasPrefix("sqlite_") && $0 != "grdb_migrations" }.sorted()
  }
}
