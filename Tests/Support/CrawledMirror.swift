import Foundation
import JSONAPI
import OpenSocial
import Store
import SyncAgent
import Upstream

/// A mirror in a folder of its own, which goes with it, for pages of the recorded crawl. At its end what is true of every mirror is
/// proved of it (`ProvenMirror`).
package final class CrawledMirror: Sendable {
  /// The site's base URL in pages.
  package static let site = "https://community.example.org"
  /// The cursor of every type: the site is known up to this second.
  package static let knownUntil: Int64 = 1_795_400_000
  /// The user `me` of the recorded entry point.
  package static let account = "a0000000-0000-4000-8000-000000000001"

  private let proven: ProvenMirror
  /// Removed with this object.
  package var folder: URL { proven.folder }
  /// The mirror.
  package var mirror: Mirror { proven.mirror }

  /// An empty mirror.
  /// - Parameter damage: in which way the test damages it: then nothing is proved.
  package init(
    damagedBy damage: String? = nil, file: String = #fileID, filePath: String = #filePath, line: Int = #line
  ) throws {
    proven = try ProvenMirror(damagedBy: damage, file: file, filePath: filePath, line: line)
  }

  /// A mirror of the recorded crawl.
  /// - Parameter damage: in which way the test damages it: then nothing is proved.
  package static func full(
    as account: RecordedCrawl.Account = .manager, damagedBy damage: String? = nil, file: String = #fileID,
    filePath: String = #filePath, line: Int = #line
  ) throws -> CrawledMirror {
    let made = try CrawledMirror(damagedBy: damage, file: file, filePath: filePath, line: line)
    _ = try made.apply(CrawledMirror.pages(base: site, as: account), cursor: true)
    try made.mirror.discovery.note(.siteAccount, CrawledMirror.account)
    try made.describe()
    return made
  }

  /// Says that a test damages the mirror from here on: nothing is proved.
  package func damaged(by damage: String) { proven.damaged(by: damage) }

  /// Takes in the recorded API description.
  /// - Parameter rename: gives types and fields other names.
  package func describe(as rename: (String) -> String = { $0 }) throws {
    let description = try CrawledMirror.description.get()
    for (type, fields) in description.types {
      var schema = TypeSchema(described: fields, words: description.words[type])
      for index in schema.fields.indices {
        schema.fields[index].name = rename(schema.fields[index].name)
        schema.fields[index].targets = schema.fields[index].targets.map(rename)
      }
      try mirror.discovery.describe(rename(type), schema)
    }
  }

  /// What the recorded API description says.
  private static let description = Result {
    let lines = try RecordedCrawl.lines(of: "openapi.json.gz")
    let response = InboundResponse(
      status: 200, fields: [HTTPField("Content-Type", "application/json")], body: lines[0].encoded(.plain))
    guard let description = SiteDescription.parse(response) else { throw CocoaError(.fileReadCorruptFile) }
    return description
  }

  /// Applies pages in one transaction, in a run of their own.
  /// - Parameter paths: the types' collections; nil for those of the recorded entry point.
  package func apply(
    _ pages: [(type: String, page: ScannedPage)], cursor: Bool = false, paths: [String: String]? = nil
  ) throws -> ApplyOutcome {
    try mirror.discovery.discovered(paths ?? CrawledMirror.paths())
    let run = try mirror.pulling.beginRun("test", at: 1)
    return try mirror.pulling.apply(
      pages.map { type, page in
        PageApplication(
          type: type, resources: page.resources, omitted: page.omitted.count,
          cursor: cursor ? Cursor(changed: 1, internalID: 1, knownUntil: CrawledMirror.knownUntil) : nil, run: run)
      })
  }

  /// The path of each type's collection, by name: what the recorded entry point links.
  package static func paths() throws -> [String: String] {
    var paths: [String: String] = [:]
    for page in try RecordedCrawl.load(base: "") where page.type == "entry" {
      for link in try JSON(parsing: page.body)["links"]?.object?.members ?? [] where link.name != "self" {
        paths[link.name] = link.value["href"]?.string
      }
    }
    return paths
  }

  /// The recorded collection pages, scanned.
  package static func pages(
    base: String, as account: RecordedCrawl.Account = .manager
  ) throws -> [(type: String, page: ScannedPage)] {
    var scanner = PageScanner(base: DocumentBase(base), paths: try paths())
    return try RecordedCrawl.load(base: base, as: account).filter { $0.type != "entry" }
      .map { ($0.type, try scanner.page($0.body)) }
  }
}
