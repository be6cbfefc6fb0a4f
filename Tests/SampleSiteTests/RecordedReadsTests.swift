import JSONAPI
import SampleSite
import Support
import Testing

/// Two thousand recorded reads of the real site, asked of the sample site.
@Suite struct RecordedReadsTests {
  static let site = Result { try SampleSite() }
  static let crawled = Result { try RecordedCrawl.resources() }
  static let reads = Result { try RecordedCrawl.lines(of: "SampleSite/reads.jsonl.gz") }
  static let groups = Result { Set(try reads.get().compactMap { $0["group"]?.string }).sorted() }

  @Test(arguments: try groups.get())
  func answersAsRecorded(group: String) throws {
    let caller = try Caller(Self.site.get())
    let crawled = try Self.crawled.get()
    for read in try Self.reads.get() where read["group"]?.string == group {
      let url = try #require(read["url"]?.string)
      // Who holds a role in a group is in no document: nothing to answer from.
      if url.contains("=group_roles&") { continue }
      let answer = caller.send(try #require(read["method"]?.string), url)
      #expect(answer.status == read["status"]?.integer.map(Int.init), "\(url)")
      #expect(answer.header("allow") == read["allow"]?.string, "\(url)")
      guard let recorded = read["document"] else { continue }
      let got = try JSON(
        parsing: String(decoding: answer.body, as: UTF8.self).replacing(
          base.replacing("/", with: "\\/"), with: "{{BASE}}"))
      // A metatag holds the URL of the request that first rendered the page.
      let expected = Self.expanded(recorded, crawled)
      if group == "version", got["data"]?["attributes"]?["metatag"] != nil {
        #expect(got["data"]?["id"] == expected["data"]?["id"] && got["links"] == expected["links"])
        continue
      }
      if got.withoutOmitted != expected.withoutOmitted {
        Issue.record("\(url)\n\(Self.firstDifference(got.withoutOmitted, expected.withoutOmitted, "") ?? "")")
      }
      let omitted = { (page: JSON) in page["meta"]?["omitted"]?["links"]?.object?.members.count }
      #expect(omitted(got) == omitted(expected), "\(url)")
    }
  }

  /// `{"$crawled": "type/id"}` stands for the resource as crawled.
  static func expanded(_ value: JSON, _ crawled: [String: JSON]) -> JSON {
    switch value {
    case .array(let elements): return .array(elements.map { expanded($0, crawled) })
    case .object(let object):
      if let name = object["$crawled"]?.string { return crawled[name] ?? value }
      return .object(JSONObject(object.members.map { ($0.name, expanded($0.value, crawled)) }))
    default: return value
    }
  }

  static func firstDifference(_ got: JSON, _ expected: JSON, _ path: String) -> String? {
    if got == expected { return nil }
    switch (got, expected) {
    case (.object(let a), .object(let b)) where a.names == b.names:
      for name in a.names {
        if let found = firstDifference(a[name] ?? .null, b[name] ?? .null, path + "." + name) { return found }
      }
    case (.object(let a), .object(let b)): return "\(path): members \(a.names) instead of \(b.names)"
    case (.array(let a), .array(let b)) where a.count == b.count:
      for index in a.indices {
        if let found = firstDifference(a[index], b[index], path + "[\(index)]") { return found }
      }
    case (.array(let a), .array(let b)): return "\(path): \(a.count) elements instead of \(b.count)"
    default: break
    }
    return "\(path): \(got.text().prefix(300)) instead of \(expected.text().prefix(300))"
  }
}
