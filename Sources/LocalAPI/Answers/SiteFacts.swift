import Foundation
import HTTPTypes
import JSONAPI
import NIOCore
import Store
import Synchronization

/// What answers take from the site as a whole. The pull notes it in the mirror; until then the site is taken for the usual
/// one: JSON:API 1.0 (reference 2.2) in English.
struct SiteFacts: Sendable, Equatable {
  /// The `version` of the `jsonapi` member: `1.0`, from Drupal 11.2 on `1.1`.
  var version = "1.0"
  /// The site's `Content-Language`.
  var language = "en"
  /// The paths under which it is found.
  var paths = SitePaths()

  private static let usual = SiteFacts()
  /// The beginning of documents of the usual site.
  private static let usualHead = usual.head

  /// The beginning of every document, up to the end of the member `jsonapi`.
  private var head: [UInt8] {
    let link = "http://jsonapi.org/format/\(version)/"
    let member: JSON = ["version": .string(version), "meta": ["links": ["self": ["href": .string(link)]]]]
    return Array("{\"jsonapi\":".utf8) + member.encoded(.site)
  }

  /// Gives an answer made for the usual site the marks of this one.
  func mark(_ answer: inout Answer) {
    guard version != SiteFacts.usual.version || language != SiteFacts.usual.language else { return }
    if answer.fields[.contentLanguage] != nil { answer.fields[.contentLanguage] = language }
    guard version != "1.0", answer.body.readableBytesView.starts(with: SiteFacts.usualHead) else { return }
    var body = ByteBuffer(bytes: head)
    answer.body.moveReaderIndex(forwardBy: SiteFacts.usualHead.count)
    answer.pieces?.move(by: head.count - SiteFacts.usualHead.count)
    body.writeBuffer(&answer.body)
    answer.body = body
  }
}

extension SitePaths {
  /// Those of the site whose copy a mirror is.
  init(_ reading: Reading) throws {
    if let base = try reading.fact(.siteBaseURL), let scheme = base.range(of: "://") {
      place = base[scheme.upperBound...].firstIndex(of: "/").map { String(base[$0...]) } ?? ""
    }
    if let path = try reading.fact(.apiPath) { api = path }
    plainAPI = try reading.fact(.plainAPIPath)
    redirects = try reading.fact(.plainAPIPathRedirects) == "1"
  }
}

/// The facts of a mirror, read again once a minute, and every second while nothing is known of the site.
final class KnownSiteFacts: Sendable {
  private let reading: Reading
  private let known = Mutex((facts: SiteFacts(), until: -Double.infinity))

  init(_ reading: Reading) { self.reading = reading }

  /// The facts as they were read last.
  var last: SiteFacts { known.withLock { $0.facts } }

  /// The facts at `now`, Unix seconds.
  func facts(at now: Double = Date().timeIntervalSince1970) throws -> SiteFacts {
    if let facts = known.withLock({ now < $0.until ? $0.facts : nil }) { return facts }
    var facts = SiteFacts()
    if let version = try reading.fact(.jsonapiVersion) { facts.version = version }
    if let language = try reading.fact(.contentLanguage) { facts.language = language }
    facts.paths = try SitePaths(reading)
    let read = facts
    let life = try reading.fact(.siteBaseURL) == nil ? 1.0 : 60
    known.withLock { $0 = (read, now + life) }
    return read
  }
}
