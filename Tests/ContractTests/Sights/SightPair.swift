import Foundation
import JSONAPI
import LocalAPI
import Store
import Support

/// Two mirrors that differ only in what a sight hides, each behind a local API of its own.
struct SightPair {
  /// What came of asking both.
  struct Comparison {
    var compared = 0
    /// How often each status was answered.
    var statuses: [Int: Int] = [:]
    /// Pages with rows.
    var shown = 0
    var differences: [String] = []
    /// The tags of the first mirror's answers, by question.
    var tags: [Int: String] = [:]
  }

  let sight: SightCase
  let counts: HiddenDifference.Counts
  let one: SightedLocalAPI
  let other: SightedLocalAPI
  let questions: [SightQuestion]
  private let difference: HiddenDifference
  private let seed: UInt64

  /// - Parameter count: how many questions: drawn from those of somebody who knows what is hidden, every route, as many made of
  ///   the community's own names and values, and as many of the request fuzzer's.
  init(_ sight: SightCase, seed: UInt64, count: Int) async throws {
    self.sight = sight
    self.seed = seed
    difference = try HiddenDifference(sight)
    let changed = try difference.other(seed: seed)
    counts = changed.counts
    one = try await SightedLocalAPI(HiddenDifference.mirror(of: difference.ground), rules: sight.rules)
    other = try await SightedLocalAPI(HiddenDifference.mirror(of: changed.pages), rules: sight.rules)
    let rows = (difference.ground + changed.pages).flatMap(\.rows)
    let asked = try SightQuestions(sight, rows: rows)
    var questions = asked.all
    let model = RequestGrid(asked.types)
    questions += model.routes.map { SightQuestion(method: $0.method, target: $0.target) }
    var random = SplitMix(state: seed)
    for _ in 0..<count { questions.append(SightQuestion(target: model.target(&random))) }
    let reads = try FuzzedReads()
    for _ in 0..<count { questions.append(SightQuestion(target: reads.target(&random))) }
    // Each mirror signs with a key of its own.
    questions.removeAll { $0.target.lowercased().contains("jwks") }
    self.questions = Array(questions.shuffled(using: &random).prefix(count))
  }

  /// Asks both, and compares status, header fields but `Date`, and body, byte for byte.
  /// - Parameters:
  ///   - tags: what the client has already, by question.
  ///   - leak: what both are made to tell.
  func compare(knowing tags: [Int: String] = [:], leak: SightLeak = SightLeak()) async -> Comparison {
    var comparison = Comparison()
    for (number, question) in questions.enumerated() {
      var question = question
      if let tag = tags[number] { question.fields["If-None-Match"] = tag }
      let first = await leak.answer(one, question)
      let second = await leak.answer(other, question)
      comparison.compared += 1
      comparison.statuses[first.status, default: 0] += 1
      if first.status == 200, first.body.firstRange(of: Array(#""data":[{"#.utf8)) != nil { comparison.shown += 1 }
      if tags.isEmpty, first.status == 200, question.method == "GET" { comparison.tags[number] = first.fields["etag"] }
      if let found = SightPair.difference(first, second) {
        comparison.differences.append("\(question.text)\n\(found)")
      }
    }
    return comparison
  }

  /// How many of every tenth question the client that sees everything is answered otherwise by the other mirror: that much there
  /// is to be told.
  func differencesForTheGreater() async -> Int {
    var count = 0
    for (number, question) in questions.enumerated() where number % 10 == 0 && question.body.isEmpty {
      guard question.method == "GET" else { continue }
      let first = await one.answer(.greater, question.method, question.target)
      let second = await other.answer(.greater, question.method, question.target)
      if first.status != second.status || first.body != second.body { count += 1 }
    }
    return count
  }

  /// Changes what is hidden under the other mirror while it serves: rows come in from the site, and its greater client writes.
  /// - Returns: how many rows of the pages and how many writes.
  func changeHidden() async throws -> (rows: Int, writes: Int) {
    let later = try difference.other(seed: seed, round: 1)
    try HiddenDifference.apply(later.pages, to: other.made)
    let paths = try CrawledMirror.paths()
    var writes = 0
    for row in later.pages.flatMap(\.rows) where writes < 20 && sight.hides(row) {
      guard let type = row["type"]?.string, type.hasPrefix("node--") || type.hasPrefix("post--"),
        let path = paths[type],
        let id = row["id"]
      else { continue }
      let target = "\(path)/\(id.string ?? "")"
      let change: JSON = [
        "data": [
          "type": .string(type), "id": id, "attributes": ["langcode": "en", "promote": true, "title": "Changed here"],
        ]
      ]
      let small: JSON = ["data": ["type": .string(type), "id": id, "attributes": ["langcode": "en"]]]
      let fields = ["Content-Type": "application/vnd.api+json"]
      let body = (type.hasPrefix("node--") ? change : small).encoded(.plain)
      let answer = await other.answer(
        .greater, writes % 4 == 3 ? "DELETE" : "PATCH", target, fields, body: writes % 4 == 3 ? [] : body)
      if answer.status < 300 { writes += 1 }
    }
    return (later.counts.added + later.counts.changed + later.counts.fields, writes)
  }

  /// Where two answers differ; nil where they do not.
  static func difference(_ one: LocalAPIServer.Answered, _ other: LocalAPIServer.Answered) -> String? {
    guard one.status == other.status else {
      return "status \(one.status) and \(other.status): \(text(one.body)) and \(text(other.body))"
    }
    for name in Set(one.fields.keys).union(other.fields.keys).sorted() where name != "date" {
      guard one.fields[name] == other.fields[name] else {
        return "\(name): \(one.fields[name] ?? "–") and \(other.fields[name] ?? "–")"
      }
    }
    guard one.body != other.body else { return nil }
    let at = max(0, zip(one.body, other.body).prefix { $0 == $1 }.count - 60)
    return "\(text(one.body.dropFirst(at))) and \(text(other.body.dropFirst(at)))"
  }

  private static func text(_ bytes: some Collection<UInt8>) -> String {
    String(decoding: bytes.prefix(240), as: UTF8.self)
  }
}
