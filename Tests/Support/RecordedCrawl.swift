import Foundation
import JSONAPI
import SampleSite

/// The recorded crawl of a whole site: the entry point and every page of every collection, as the account sees them.
package enum RecordedCrawl {
  /// One recorded answer.
  package struct Page: Sendable {
    /// Such as `node--topic`; `entry` for the entry point.
    package var type: String
    /// Path and query as requested.
    package var url: String
    /// The answer's bytes, with the given base URL in it.
    package var body: [UInt8]
  }

  private static let recorded = Result { try lines(of: "crawl.jsonl.gz") }

  /// All pages, by type and then in the order they were read. `base` is scheme and host, such as
  /// `https://community.example.org`.
  /// - Throws: when the fixture is absent or damaged.
  package static func load(base: String = "https://community.example.org") throws -> [Page] {
    var escaped: [UInt8] = []
    JSON.encodeContent(base, into: &escaped)
    let text = String(decoding: escaped, as: UTF8.self)
    return try recorded.get().map { line in
      let body = line["body"]?.string ?? ""
      return Page(
        type: line["type"]?.string ?? "", url: line["url"]?.string ?? "",
        body: Array(body.replacing("{{BASE}}", with: text).utf8))
    }
  }

  /// The resource objects of all pages by `type/id`, without a base URL (`{{BASE}}` stands for it).
  /// - Throws: when the fixture is absent or damaged.
  package static func resources() throws -> [String: JSON] {
    var found: [String: JSON] = [:]
    for page in try load(base: "{{BASE}}") {
      for resource in try JSON(parsing: page.body)["data"]?.array ?? [] {
        found["\(resource["type"]?.string ?? "")/\(resource["id"]?.string ?? "")"] = resource
      }
    }
    return found
  }

  /// The lines of a packed fixture, parsed. `name` is relative to Tests/Fixtures.
  /// - Throws: when the fixture is absent or damaged.
  package static func lines(of name: String) throws -> [JSON] {
    let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    let packed = try Array(Data(contentsOf: folder.appending(path: "Fixtures/\(name)")))
    let text = try packed.withUnsafeBufferPointer { bytes in try Gzip.inflated(bytes) }
    return try text.split(separator: UInt8(ascii: "\n")).map { try JSON(parsing: $0) }
  }
}
