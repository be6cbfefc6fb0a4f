import Foundation
import JSONAPI
import LocalAPI
import OpenSocial
import Support
import Testing
import Upstream

@testable import Store

/// The site as it should not be: every value of every document that the mirror reads, replaced in turn by null, numbers, texts,
/// lists, objects and what is at the ends of these. A value costs itself: nothing ends the program, and no other row is lost.
@Suite struct SiteExtremesTests {
  /// A resource of each type, with something in each of its members where there is one.
  private static func samples() throws -> [String: JSON] {
    var best: [String: (filled: Int, resource: JSON)] = [:]
    for (key, resource) in try RecordedCrawl.resources(base: CrawledMirror.site).sorted(by: { $0.key < $1.key }) {
      let type = String(key.prefix { $0 != "/" })
      let filled = (resource["attributes"]?.object?.members ?? []).count { !$0.value.isNull }
      if filled > best[type]?.filled ?? -1 { best[type] = (filled, resource) }
    }
    return best.mapValues(\.resource)
  }

  private static func page(_ resources: [JSON]) -> [UInt8] {
    JSON.object(JSONObject([("data", .array(resources))])).encoded(.site)
  }

  @Test func everyValueOfEveryResource() async throws {
    let made = try CrawledMirror.full(damagedBy: "resources that no site has, such as two of one serial number")
    let paths = try CrawledMirror.paths()
    var scanner = PageScanner(base: DocumentBase(CrawledMirror.site), paths: paths)
    let before = try made.mirror.reporting.status().types.reduce(0) { $0 + $1.rows }
    var (count, refused) = (0, 0)
    // Types of one entity type are alike.
    var seen: Set<Substring> = []
    let samples = try SiteExtremesTests.samples().sorted { $0.key < $1.key }.filter {
      seen.insert($0.key.prefix { $0 != "-" }).inserted
    }
    for (type, resource) in samples {
      var waiting: [(type: String, page: ScannedPage)] = []
      func apply() {
        // A page that cannot be stored takes the others of its transaction with it: then each has its own.
        if (try? made.apply(waiting, paths: paths)) == nil {
          for page in waiting { _ = try? made.apply([page], paths: paths) }
        }
        waiting = []
      }
      for variant in Extremes.variants(of: resource) {
        count += 1
        guard let page = try? scanner.page(SiteExtremesTests.page([variant.document])) else {
          refused += 1
          continue
        }
        waiting.append((type, page))
        if waiting.count == 50 { apply() }
      }
      apply()
    }
    // What is stored of all that is read in every way, and the rest is what it was.
    for policy in [FilePolicy.all, .public] {
      var last: Int64 = 0
      while let file = try made.mirror.files.filesToFetch(policy, after: last, limit: 50, now: .max).last {
        last = file.resource
      }
    }
    _ = try made.mirror.files.fileTotals()
    for type in try made.mirror.reading.types() {
      _ = try made.mirror.sweeping.candidates(of: type.name)
      _ = try made.mirror.reading.someExpected(of: type.name, count: 5)
    }
    let after = try made.mirror.reporting.status().types.reduce(0) { $0 + $1.rows }
    #expect(after >= before)
    let api = try await InProcessLocalAPI(made)
    var statuses: [Int: Int] = [:]
    for type in try made.mirror.reading.types() {
      guard let path = type.path else { continue }
      for query in [
        "", "?sort=-changed", "?filter[status]=1", "?filter[created][value]=0&filter[created][operator]=%3E",
        "?include=uid",
      ] {
        statuses[await api.answer("GET", path + query).status, default: 0] += 1
      }
    }
    #expect(statuses[500] == nil && statuses[200] ?? 0 > 0)
    let invariants = try made.mirror.reporting.check().filter { $0.violations > 0 && $0.name == "the file is sound" }
    #expect(invariants.isEmpty)
    print(
      "extremes of the site: \(count) documents, \(refused) refused, \(after - before) rows more; reads \(statuses)")
    #expect(count > 5_000)
  }

  /// A file whose address is none is named and not fetched; the others are.
  @Test func aFileWithoutAnAddressIsSetAside() throws {
    let made = try CrawledMirror.full()
    let paths = try CrawledMirror.paths()
    var scanner = PageScanner(base: DocumentBase(CrawledMirror.site), paths: paths)
    let file = try #require(try SiteExtremesTests.samples()["file--file"])
    let due = try made.mirror.files.filesToFetch(.all, after: 0, limit: 1000, now: 0)
    let uuid = try #require(file["id"]?.string)
    #expect(due.contains { $0.uuid == uuid.replacing("-", with: "") } && due.count > 1)
    for (name, value) in [
      ("url", JSON.integer(5)), ("url", true), ("value", .integer(7)), ("value", .null), ("url", ""),
    ] {
      var changed = try #require(file.object)
      var attributes = try #require(changed["attributes"]?.object)
      var uri = try #require(attributes["uri"]?.object)
      uri[name] = value
      attributes["uri"] = .object(uri)
      changed["attributes"] = .object(attributes)
      let page = try scanner.page(SiteExtremesTests.page([.object(changed)]))
      _ = try made.apply([(type: "file--file", page: page)], paths: paths)
      let aside = try made.mirror.reading.setAside().filter { $0.subject.contains(uuid) }
      #expect(aside.count == 1 && aside.first?.reason.contains("uri.\(name)") == true, "\(name) \(value): \(aside)")
      // What was good stays: nothing that is not understood takes it away.
      #expect(try made.mirror.files.filesToFetch(.all, after: 0, limit: 1000, now: 0).count == due.count)
    }
    let page = try scanner.page(SiteExtremesTests.page([file]))
    _ = try made.apply([(type: "file--file", page: page)], paths: paths)
    #expect(try made.mirror.reading.setAside().isEmpty)
  }

  /// What else the site answers.
  @Test func everyValueOfOtherDocuments() throws {
    let base = try BaseURL(CrawledMirror.site)
    let entry = try #require(try RecordedCrawl.load(base: CrawledMirror.site).first { $0.type == "entry" })
    let token: JSON = ["token_type": "Bearer", "expires_in": 300, "access_token": "a.b.c", "refresh_token": "r"]
    let error: JSON = [
      "errors": [
        ["status": "403", "title": "Forbidden", "detail": "No.", "source": ["pointer": "/data/attributes/title"]]
      ]
    ]
    let credentials = Credentials(grant: .password(username: "u", password: "p"), clientID: "c", clientSecret: "s")
    let request = TokenRequest(url: "\(CrawledMirror.site)/oauth/token", credentials: credentials)
    var count = 0
    for variant in try Extremes.variants(of: JSON(parsing: entry.body)) {
      count += 1
      let answer = InboundResponse(
        status: 200, fields: [HTTPField("Content-Type", SiteAnswer.mediaType)], body: variant.document.encoded())
      _ = try? EntryPoint.parse(answer, base: base)
      _ = SiteDescription.parse(answer)
    }
    for status in [200, 400, 401, 429, 500] {
      for variant in Extremes.variants(of: token) + Extremes.variants(of: error) {
        count += 1
        var answer = InboundResponse(
          status: status, fields: [HTTPField("Content-Type", "application/json")], body: variant.document.encoded())
        if let found = try? request.parse(answer) { _ = StoredToken(found, at: .max / 2, issuedFor: "x") }
        answer.fields = [HTTPField("Content-Type", SiteAnswer.mediaType)]
        _ = try? SiteAnswer.document(of: answer)
        _ = try? SiteAnswer.written(answer)
        _ = StoredToken(json: variant.document)
      }
    }
    for name in [
      "Date", "Age", "Retry-After", "Last-Modified", "ETag", "Content-Range", "Content-Length", "Content-Type",
      "Location",
      "WWW-Authenticate", "Content-Encoding", "Transfer-Encoding",
    ] {
      for text in Extremes.texts {
        for value in [
          text, "bytes \(text)-\(text)/\(text)", "bytes 0-\(text)/*", "bytes */\(text)", "/\(text)",
          "Basic realm=\(text)",
        ] {
          count += 1
          let answer = InboundResponse(
            status: 206, fields: [HTTPField("Date", "Thu, 01 Jan 1970 00:00:00 GMT"), HTTPField(name, value)])
          _ = (
            answer.date, answer.retryAfter, answer.mediaType, ContentRange(value)?.end, FileAnswer.validator(of: answer)
          )
          _ = try? FileAnswer.parse(answer)
          let sent = OutboundRequest(url: CrawledMirror.site)
          var moved = answer
          moved.status = 302
          _ = try? RedirectRule.next(after: moved, to: sent)
          _ = base.local(value)
          if let seconds = answer.retryAfter {
            _ = RetryTable().verdict(.throttled(retryAfter: seconds), attempt: 1, random: 0.5)
          }
        }
      }
    }
    print("extremes of the site: \(count) other answers")
    #expect(count > 3_000)
  }
}
