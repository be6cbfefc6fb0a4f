import JSONAPI
import SampleSite
import Support
import Testing

/// What a plain member and a visitor were shown by the real site: the sample site shows them the same.
@Suite struct RecordedMemberReadsTests {
  /// The member's reads in which the site's logo shows: the recorded site made that file anew in between.
  static let withNewLogo: Set = ["r00261", "r00284", "r00292", "r00300", "r00308"]
  static let crawled = Result { try RecordedCrawl.resources() }
  static let seen = Result {
    try RecordedCrawl.lines(of: "SampleSite/member-crawl.jsonl.gz").reduce(into: [String: JSON]()) { seen, resource in
      seen["\(resource["type"]?.string ?? "")/\(resource["id"]?.string ?? "")"] = resource
    }
  }
  static let lines = Result {
    let member = try RecordedCrawl.lines(of: "Contract/member-reads.jsonl.gz").map { ($0, false) }
    let visitor = try RecordedCrawl.lines(of: "Contract/reads.jsonl.gz").map { ($0, true) }
      .filter { $0.0["request"]?["anonymous"]?.bool ?? false }
    // The site's own faults are no target.
    return (member + visitor).filter { $0.0["response"]?["status"]?.integer ?? 500 < 500 }
  }

  @Test func answersAsRecorded() throws {
    let site = try SampleSite()
    let member = try Caller(site, name: "member", password: "member-password")
    var compared = 0
    for (line, isVisitor) in try Self.lines.get() {
      let url = line["request"]?["url"]?.string ?? ""
      let method = line["request"]?["method"]?.string ?? "GET"
      let what = "\(isVisitor ? "visitor" : "member") \(line["id"]?.string ?? ""): \(method) \(url)"
      let answer = isVisitor ? site.respond(to: SiteRequest(method, url, base: base)) : member.send(method, url)
      compared += 1
      let response = line["response"]
      guard answer.status == response?["status"]?.integer.map(Int.init) else {
        Issue.record("\(what)\n\(answer.status) instead of \(response?["status"]?.text() ?? "")")
        continue
      }
      let raw = response?["raw"]?.string?.replacing("{{BASE_ESC}}", with: "{{BASE}}")
      guard let recorded = try raw.map({ try JSON(parsing: $0) }) ?? response?["document"] else { continue }
      let got = try JSON(
        parsing: String(decoding: answer.body, as: UTF8.self)
          .replacing(base.replacing("/", with: "\\/"), with: "{{BASE}}"))
      let expected = RecordedReadsTests.expanded(recorded, try isVisitor ? Self.crawled.get() : Self.seen.get())
      let isKnown = !isVisitor && Self.withNewLogo.contains(line["id"]?.string ?? "")
      let differences = Difference.all(got.withoutOmitted, expected.withoutOmitted, "")
      for difference in differences.prefix(1) where !isKnown { Issue.record("\(what)\n\(difference)") }
      if isKnown, differences.isEmpty { Issue.record("\(what)\nno longer different") }
      if omissions(got) != omissions(expected) {
        Issue.record("\(what)\nomitted \(omissions(got).prefix(3)) instead of \(omissions(expected).prefix(3))")
      }
    }
    #expect(compared == 529)
  }

  /// Address and reason of what is left out; the names of these links are random.
  private func omissions(_ document: JSON) -> [String] {
    (document["meta"]?["omitted"]?["links"]?.object?.members ?? []).compactMap { member in
      member.name == "help"
        ? nil : (member.value["href"]?.string ?? "") + " " + (member.value["meta"]?["detail"]?.string ?? "")
    }.sorted()
  }
}
