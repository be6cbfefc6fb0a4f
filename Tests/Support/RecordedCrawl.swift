import Foundation
import JSONAPI
import SampleSite
import Synchronization

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

  /// The account that read the site.
  package enum Account: String, Sendable {
    /// A site manager: sees nearly everything.
    case manager = "crawl.jsonl.gz"
    /// A plain member: pages lack what is hidden from it.
    case member = "Contract/member-crawl.jsonl.gz"
  }

  private static let recorded = Result { try lines(of: Account.manager.rawValue) }
  private static let recordedByMember = Result { try lines(of: Account.member.rawValue) }

  /// All pages, by type and then in the order they were read. `base` is scheme and host, such as
  /// `https://community.example.org`.
  /// - Throws: when the fixture is absent or damaged.
  package static func load(
    base: String = "https://community.example.org", as account: Account = .manager
  ) throws -> [Page] {
    // Tests ask again and again, and it takes seconds to make.
    try loaded.withLock { loaded in
      if let pages = loaded[account]?[base] { return pages }
      var escaped: [UInt8] = []
      JSON.encodeContent(base, into: &escaped)
      let text = String(decoding: escaped, as: UTF8.self)
      let pages = try (account == .manager ? recorded : recordedByMember).get().map { line in
        let body = (line["body"]?.string ?? "").replacingOccurrences(of: "{{BASE}}", with: text)
        return Page(type: line["type"]?.string ?? "", url: line["url"]?.string ?? "", body: Array(body.utf8))
      }
      loaded[account, default: [:]][base] = pages
      return pages
    }
  }

  /// What was made already, by account and base URL.
  private static let loaded = Mutex<[Account: [String: [Page]]]>([:])

  /// The resource objects of all pages by `type/id`. `base` stands where the site's base URL stood.
  /// - Throws: when the fixture is absent or damaged.
  package static func resources(base: String = "{{BASE}}", as account: Account = .manager) throws -> [String: JSON] {
    var found: [String: JSON] = [:]
    for page in try load(base: base, as: account) {
      for resource in try JSON(parsing: page.body)["data"]?.array ?? [] {
        found["\(resource["type"]?.string ?? "")/\(resource["id"]?.string ?? "")"] = resource
      }
    }
    return found
  }

  /// The lines of a packed fixture, parsed. `name` is relative to Tests/Fixtures.
  /// - Parameter base: takes the place of `{{BASE}}`, and escaped as in JSON that of `{{BASE_ESC}}`; nil leaves them.
  /// - Throws: when the fixture is absent or damaged.
  package static func lines(of name: String, base: String? = nil) throws -> [JSON] {
    let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    let packed = try Array(Data(contentsOf: folder.appending(path: "Fixtures/\(name)")))
    var text = try packed.withUnsafeBufferPointer { bytes in try Gzip.inflated(bytes) }
    if let base {
      // Raw bodies stand in JSON strings: their backslashes are escaped once more.
      let plain = String(decoding: text, as: UTF8.self)
        .replacingOccurrences(of: "{{BASE}}", with: base)
        .replacingOccurrences(of: "{{BASE_ESC}}", with: base.replacingOccurrences(of: "/", with: #"\\/"#))
      text = Array(plain.utf8)
    }
    return try text.split(separator: UInt8(ascii: "\n")).map { try JSON(parsing: $0) }
  }
}
