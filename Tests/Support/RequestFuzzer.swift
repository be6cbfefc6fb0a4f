import Foundation
import JSONAPI
import LocalAPI
import Store

/// Asks a local API, in this process, over a small mirror, for things that no client should ask for: reads, and one in ten a
/// write, a form for a token, an upload or a range.
///
/// The same seed gives the same requests. Every answer must be one that the site could give: no fault, no word of the
/// database, and a document where one is said to be.
package struct RequestFuzzer {
  /// An answer that must not be.
  package struct Finding: Sendable, CustomStringConvertible {
    package var number: Int
    package var method: String
    package var target: String
    package var answer: String
    package var description: String { "case \(number): \(method) \(target)\n  \(answer)" }
  }

  /// What a run came to.
  package struct Outcome: Sendable {
    package var cases = 0
    /// How often each status was answered.
    package var statuses: [Int: Int] = [:]
    package var findings: [Finding] = []
  }

  private let api: InProcessLocalAPI
  private let words: FuzzWords
  private let writes: FuzzWrites

  /// A local API over a few resources of each recorded type.
  static func smallAPI() async throws -> InProcessLocalAPI {
    let made = try CrawledMirror()
    let pages = try CrawledMirror.pages(base: CrawledMirror.site).map { type, page in
      var page = page
      page.resources = Array(page.resources.prefix(4))
      return (type: type, page: page)
    }
    _ = try made.apply(pages, cursor: true)
    return try await InProcessLocalAPI(made)
  }

  /// A fuzzer over a few resources of each recorded type.
  /// - Throws: when a fixture is absent or damaged, or the mirror cannot be made.
  package init() async throws {
    api = try await RequestFuzzer.smallAPI()
    words = try FuzzWords()
    var documents: [(path: String, resource: JSON)] = []
    for path in try CrawledMirror.paths().values.sorted() {
      for resource in try JSON(parsing: await api.answer("GET", path).body)["data"]?.array ?? [] {
        documents.append((path, resource))
      }
    }
    writes = FuzzWrites(documents)
  }

  /// Sends `count` requests; stops at ten findings.
  package func run(seed: UInt64, count: Int) async -> Outcome {
    var random = SplitMix(state: seed)
    var outcome = Outcome()
    while outcome.cases < count, outcome.findings.count < 10 {
      if random.next(of: 10) == 0 {
        let request = writes.request(&random)
        let answer = await api.answer(request.method, request.target, request.fields, body: request.body)
        outcome.statuses[answer.status, default: 0] += 1
        if let fault = RequestFuzzer.fault(answer, isHead: request.method == "HEAD") {
          let body = String(decoding: request.body.prefix(600), as: UTF8.self)
          outcome.findings.append(
            Finding(
              number: outcome.cases, method: request.method, target: "\(request.target) \(request.fields)\n  \(body)",
              answer: "\(answer.status) \(fault)"))
        }
        outcome.cases += 1
        continue
      }
      let method = random.next(of: 20) > 0 ? "GET" : ["HEAD", "OPTIONS", "PUT", "POST"][random.next(of: 4)]
      let target = words.target(&random)
      var fields: [String: String?] = [:]
      switch random.next(of: 40) {
      case 0: fields["If-None-Match"] = words.noise(&random)
      case 1: fields["Accept-Encoding"] = words.noise(&random)
      case 2: fields["Authorization"] = "Bearer " + words.noise(&random)
      case 3: fields["Accept-Encoding"] = "gzip"
      default: break
      }
      let answer = await api.answer(method, target, fields)
      outcome.statuses[answer.status, default: 0] += 1
      let isShutOut = answer.status == 401 && fields["Authorization"] == nil
      if let fault = isShutOut ? "shuts a known caller out" : RequestFuzzer.fault(answer, isHead: method == "HEAD") {
        outcome.findings.append(
          Finding(number: outcome.cases, method: method, target: target, answer: "\(answer.status) \(fault)"))
      }
      outcome.cases += 1
    }
    return outcome
  }

  /// What is wrong with an answer; nil when nothing is.
  static func fault(_ answer: LocalAPIServer.Answered, isHead: Bool) -> String? {
    // 302: a path with empty parts.
    let known = [
      200, 201, 202, 204, 301, 302, 304, 400, 401, 403, 404, 405, 406, 408, 409, 413, 414, 415, 422, 429, 431, 501,
    ]
    guard known.contains(answer.status) else {
      return "is no answer of a site: \(String(decoding: answer.body.prefix(400), as: UTF8.self))"
    }
    guard answer.fields["content-encoding"] == nil, !isHead else { return nil }
    if answer.fields["content-type"] == "application/vnd.api+json", !answer.body.isEmpty {
      guard answer.body.starts(with: #"{"jsonapi":{"version":"#.utf8), answer.body.last == UInt8(ascii: "}") else {
        return "no document"
      }
      if answer.status != 200 || answer.body.count < 4096, (try? JSON(parsing: answer.body)) == nil { return "no JSON" }
    }
    guard answer.status != 200 else { return nil }
    let text = String(decoding: answer.body, as: UTF8.self)
    return ["SQLITE", "SQLite", "no such column", "syntax error", "no such function", "malformed JSON", "Swift."]
      .first { text.contains($0) }.map { "speaks of \($0): \(text.prefix(400))" }
  }
}

/// A small random number generator with a seed (Steele, Lea, Flood: SplitMix64).
package struct SplitMix: RandomNumberGenerator {
  private var state: UInt64

  /// A generator; the same state gives the same numbers.
  package init(state: UInt64) { self.state = state }

  package mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }

  /// A number from 0 up to `count`, which is not reached.
  package mutating func next(of count: Int) -> Int { Int(next() % UInt64(count)) }

  /// One of the elements, which must not be empty.
  package mutating func pick<Element>(_ elements: [Element]) -> Element { elements[next(of: elements.count)] }
}
