import Foundation
import JSONAPI
import Support

/// One recorded exchange of a sequence in which the site is written to.
struct WriteExchange: Sendable {
  /// What was asked for, and the site's answer.
  var recorded: Exchange
  /// Header fields of the request, without the token.
  var fields: [String: String]
  var body: [UInt8]
  /// When the site was asked, Unix seconds.
  var time: Int64

  /// A sequence of the sample site's fixtures, without downloads, which are no JSON:API.
  static func all(_ fixture: String) throws -> [WriteExchange] {
    let crawled = try RecordedCrawl.resources(base: Exchange.base).mapValues { ($0, $0.encoded(.site)) }
    return try RecordedCrawl.lines(of: "SampleSite/\(fixture).jsonl.gz", base: Exchange.base)
      .map { line in
        var fields: [String: String] = [:]
        for field in line["request"]?["headers"]?.object?.members ?? []
        where !["Authorization", "Accept-Encoding"].contains(field.name) {
          fields[field.name] = field.value.string
        }
        let text = line["request"]?["body"]?.string ?? ""
        let isPacked = text.hasPrefix("base64:")
        return WriteExchange(
          recorded: Exchange(line, crawled), fields: fields,
          body: isPacked ? Array(Data(base64Encoded: String(text.dropFirst(7))) ?? Data()) : Array(text.utf8),
          time: line["response"]?["at"]?.integer ?? 0)
      }
      .filter { $0.recorded.url.hasPrefix("/jsonapi") }
  }

  /// The same with the UUIDs that a subject made in the place of the recorded site's.
  func renamed(_ ids: MintedIdentifiers) throws -> WriteExchange {
    var exchange = self
    exchange.recorded.url = ids.renamed(recorded.url)
    exchange.recorded.fields["location"] = recorded.fields["location"].map { ids.renamed($0) }
    if let document = recorded.document {
      let renamed = try ids.renamed(document)
      exchange.recorded.document = renamed
      exchange.recorded.bytes = renamed.encoded(.site)
    }
    if let text = String(validating: body, as: UTF8.self) { exchange.body = Array(ids.renamed(text).utf8) }
    return exchange
  }
}
