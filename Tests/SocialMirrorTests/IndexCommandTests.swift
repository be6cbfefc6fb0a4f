import JSONAPI
import SampleSite
import Store
import Support
import Testing

@Suite struct IndexCommandTests {
  @Test func indexesAreListedAndDropped() async throws {
    try await SampleSite.withRunningSite { _, base in
      let place = try Workplace(base)
      #expect(try await place.run(["sync", "-q"]).code == 0)
      try makeIndex(place.mirrorPath)

      let listed = try await place.run(["index", "list"])
      #expect(listed.out.contains("node--topic  title  complete"), "\(listed.all)")
      let status = try await place.run(["status", "--json"])
      let indexes = try JSON(parsing: Array(status.out.utf8))["indexes"]?.array ?? []
      #expect(indexes.map { $0["path"]?.string } == ["title"])
      #expect(indexes.first?["rows"]?.integer ?? 0 > 100 && indexes.first?["state"] == "complete")

      let url = "/jsonapi/node/topic?filter[title]=x&page[limit]=5"
      let explained = try await place.run(["explain", url])
      #expect(explained.code == 0 && explained.out.contains("indexes used  node--topic title"), "\(explained.all)")
      let document = try JSON(
        parsing: Array(try await place.run(["explain", "--json", "https://x.example" + url]).out.utf8))
      #expect(document["plan"]?.array?.isEmpty == false && document["rows"] == 0 && document["overdue"] == false)
      #expect(document["sql"]?.string?.contains("ORDER BY") == true && document["milliseconds"]?.double != nil)
      let wrong = try await place.run(["explain", "/jsonapi/nothing"])
      #expect(wrong.code == 2 && wrong.err.contains("no collection"))
      let bad = try await place.run(["explain", "/jsonapi/node/topic?filter[nope]=1"])
      #expect(bad.code == 2 && bad.err.contains("400: Invalid nested filtering"))

      #expect(try await place.run(["index", "drop", "node--topic", "title"]).code == 0)
      let again = try await place.run(["index", "drop", "node--topic", "title"])
      #expect(again.code == 2 && again.err.contains("index list"))
      #expect(try await place.run(["index", "list"]).out == "")
    }
  }

  private func makeIndex(_ path: String) throws {
    let mirror = try Mirror(path: path)
    let type = try #require(try ResourceReader(mirror).single(seeing: .everything) { try $0.type(name: "node--topic") })
    var usage = PathUsage()
    usage.slowestMilliseconds = IndexPolicy.slowMilliseconds
    try mirror.indexing.note([PathUse(type: type.id, path: PathKey("title"), kind: .text): usage], at: 1)
    while try mirror.indexing.buildPathIndexes() {}
    try mirror.close()
  }
}
