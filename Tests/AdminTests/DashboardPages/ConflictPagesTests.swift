import Coding
import Store
import Testing

@testable import Admin

/// Conflicts on the dashboard, decided as a browser does.
@Suite struct ConflictPagesTests {
  @Test func theVersionsStandSideBySide() async throws {
    let bench = try PagesBench()
    let conflict = try bench.conflict(site: "One <script>alert(1)</script> theirs", local: "One ours")
    let list = await bench.get("/conflicts").text
    #expect(list.contains("href=\"/conflicts/\(conflict.id)\"") && list.contains("both changed it"))
    let (status, page) = await bench.get("/conflicts/\(conflict.id)")
    #expect(status == 200 && !page.contains("<script>alert"))
    #expect(page.contains("<ins>ours</ins>") || page.contains("<ins> ours</ins>"))
    #expect(page.contains("&lt;script&gt;") && page.contains("theirs</ins>"))
    for action in ["site", "local", "document"] {
      #expect(try bench.form("/conflicts/\(conflict.id)/\(action)", in: page)["version"]?.isEmpty == false)
    }
    #expect(await bench.get("/conflicts/999").status == 404)
  }

  @Test(arguments: [("site", "Theirs"), ("local", "Ours"), ("document", "Both")])
  func itIsDecidedEachWay(_ take: String, _ title: String) async throws {
    let bench = try PagesBench()
    let conflict = try bench.conflict(site: "Theirs", local: "Ours")
    let typed =
      #"{"data":{"type":"node--topic","id":"\#(PagesBench.topic)","attributes":{"title":"Both"}}}"#
    let sent = try await bench.send(
      "/conflicts/\(conflict.id)/\(take)", from: "/conflicts/\(conflict.id)",
      take == "document" ? ["document": typed] : [:])
    #expect(sent.status == 303 && sent.location == "/conflicts")
    #expect(try bench.title() == title)
    let decided = try #require(try bench.mirror.outbox.conflict(conflict.id))
    #expect(decided.decided == PagesBench.now && decided.decision == (take == "document" ? "file" : take))
    #expect(try bench.mirror.outbox.unsettledChanges().map(\.state) == (take == "site" ? [] : [.queued]))
    #expect(await bench.get("/conflicts").text.contains("class=\"notice done\""))
    // It is on the list of all, and has no buttons any more.
    #expect(
      await bench.get("/conflicts", query: [.init(name: "all", value: "1")]).text.contains(
        "/conflicts/\(conflict.id)\""))
    #expect(await !bench.get("/conflicts/\(conflict.id)").text.contains("<form method=\"post\" action=\"/conflicts"))
  }

  /// Who decides has to have seen what it is about.
  @Test func aFormThatIsBehindDoesNothing() async throws {
    let bench = try PagesBench()
    let conflict = try bench.conflict(site: "Theirs", local: "Ours")
    let path = "/conflicts/\(conflict.id)"
    let page = await bench.get(path).text
    var old = try bench.form("\(path)/local", in: page)
    old["version"] = old["version"].flatMap { Int64($0) }.map { String($0 - 1) }
    var without = try bench.form("\(path)/local", in: page)
    without["version"] = nil
    for fields in [old, without] {
      let sent = await bench.post("\(path)/local", fields)
      #expect(sent.status == 303 && sent.location == path)
      let told = await bench.get(path).text
      #expect(told.contains("class=\"notice failed\"") && told.contains("is not as it was shown any more"))
    }
    #expect(try bench.mirror.outbox.conflict(conflict.id)?.decision == nil)
    #expect(try bench.mirror.outbox.unsettledChanges().map(\.state) == [.conflict])
  }

  /// Two people have it open; one is first.
  @Test func whatWasDecidedIsNotDecidedAgain() async throws {
    let bench = try PagesBench()
    let conflict = try bench.conflict(site: "Theirs", local: "Ours")
    let path = "/conflicts/\(conflict.id)"
    let mine = try bench.form("\(path)/local", in: await bench.get(path).text)
    _ = try await bench.send("\(path)/site", from: path)
    _ = await bench.get(path)
    #expect(await bench.post("\(path)/local", mine).location == path)
    #expect(await bench.get(path).text.contains("was decided already"))
    #expect(try bench.title() == "Theirs")
  }

  /// What was typed is not lost, and nothing of it is taken for a tag.
  @Test(arguments: [
    "{", #"{"type":"node--topic","id":"00000000-0000-4000-8000-00000000ffff","attributes":{}}"#, "[]", "</textarea><b>",
  ])
  func aDocumentThatIsNoneIsRefused(_ typed: String) async throws {
    let bench = try PagesBench()
    let conflict = try bench.conflict(site: "Theirs", local: "Ours")
    let path = "/conflicts/\(conflict.id)"
    let sent = try await bench.send("\(path)/document", from: path, ["document": typed])
    #expect(sent.status == 422 && sent.text.contains("class=\"notice failed\""))
    #expect(sent.text.contains(HTMLText.escaped(typed) + "</textarea>"))
    #expect(try bench.mirror.outbox.conflict(conflict.id)?.decision == nil)
  }
}
