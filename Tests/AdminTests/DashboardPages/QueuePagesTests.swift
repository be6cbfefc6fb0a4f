import HTTPTypes
import Coding
import Control
import Store
import Testing

@testable import Admin

/// The queue on the dashboard, asked as a browser does.
@Suite struct QueuePagesTests {
  private static let hostile = #"</td><script>alert("1")</script><b onclick='x'>&amp;"#
  private static let document =
    #"{"errors":[{"title":"Unprocessable Content","detail":"title: <img src=x onerror=alert(1)> is too long."}]}"#

  private func isTame(_ page: String) -> Bool {
    !page.contains("<script>alert") && !page.contains("<img src=x") && !page.contains("<b onclick")
  }

  @Test func whatWaitsIsShownWithItsAgeAndNextTry() async throws {
    let bench = try PagesBench()
    #expect(await bench.get("/queue").text.contains("Waiting (0)"))
    let change = try bench.patch(title: Self.hostile)
    try bench.mirror.outbox.postpone(change, .queued, until: PagesBench.now + 120, error: "the site was away")
    let (status, page) = await bench.get("/queue")
    #expect(status == 200 && isTame(page))
    for words in [
      "Waiting (1)", "update \(change.id)", "node--topic", "waits to be sent", "10 min ago", "in 2 min",
      "the site was away",
      "attempts that failed: 1",
    ] { #expect(page.contains(words), "\(words)") }
    let own = await bench.get("/queue/\(change.id)")
    #expect(own.status == 200 && isTame(own.text))
    #expect(own.text.contains("<del>One</del>") && own.text.contains("&lt;script&gt;"))
    // What was not refused is not edited.
    #expect(!bench.offers("/queue/\(change.id)/edit", in: own.text))
    let failures = await bench.get("/failures")
    #expect(failures.status == 200 && failures.text.contains("the site was away") && failures.text.contains("in 2 min"))
    #expect(await bench.get("/queue/999").status == 404)
  }

  @Test func aRefusedChangeIsRetried() async throws {
    let bench = try PagesBench()
    let change = try bench.refused(title: "Two", document: Self.document)
    let page = await bench.get("/queue").text
    #expect(page.contains("Refused by the site (1)") && isTame(page))
    #expect(page.contains("Unprocessable Content: title: &lt;img src=x onerror=alert(1)&gt; is too long."))
    let sent = try await bench.send("/queue/\(change.id)/retry", from: "/queue")
    #expect(sent.status == 303 && sent.location == "/queue/\(change.id)")
    #expect(try bench.mirror.outbox.change(change.id)?.state == .queued)
    #expect(await bench.get("/queue/\(change.id)").text.contains("goes with the next push"))
    #expect(bench.log.text.contains("done on the dashboard"))
  }

  @Test func aRefusedChangeIsEdited() async throws {
    let bench = try PagesBench()
    let change = try bench.refused(title: "Two", document: Self.document)
    let (path, own) = ("/queue/\(change.id)/edit", "/queue/\(change.id)")
    let broken = try await bench.send(path, from: own, ["document": "{<b>"])
    #expect(
      broken.status == 422 && broken.text.contains("That is no JSON") && broken.text.contains("{&lt;b&gt;</textarea>"))
    let strange = try await bench.send(path, from: own, ["document": #"{"attributes":{"status":true}}"#])
    #expect(strange.status == 422 && strange.text.contains("not among what change"))
    #expect(try bench.mirror.outbox.change(change.id) == change)
    let taken = try await bench.send(path, from: own, ["document": #"{"attributes":{"title":"Three"}}"#])
    #expect(taken.status == 303)
    let edited = try #require(try bench.mirror.outbox.change(change.id))
    #expect(edited.state == .queued && edited.members.map(\.local) == ["Three"] && edited.error == nil)
    #expect(edited.author == change.author && edited.members.map(\.base) == ["One"])
    #expect(try bench.title() == "Three")
  }

  @Test func aChangeIsDroppedAsItWasShown() async throws {
    let bench = try PagesBench()
    let change = try bench.patch(title: "Two")
    let path = "/queue/\(change.id)/drop"
    let seen = try bench.form(path, in: await bench.get("/queue/\(change.id)").text)
    // Meanwhile somebody adds to it.
    try bench.patch(title: "Three")
    let stale = await bench.post(path, seen)
    #expect(stale.status == 303 && stale.location == "/queue/\(change.id)")
    #expect(await bench.get("/queue/\(change.id)").text.contains("is not as it was shown any more"))
    #expect(try bench.title() == "Three")
    let dropped = try await bench.send(path, from: "/queue/\(change.id)")
    #expect(dropped.status == 200 && dropped.text.contains("Three"))
    #expect(try bench.mirror.outbox.unsettledChanges().isEmpty)
    #expect(try bench.title() == "One")
    #expect(await bench.post(path, seen).location == "/queue/\(change.id)")
  }

  /// No form, no deed.
  @Test func withoutASealNothingIsDone() async throws {
    let bench = try PagesBench()
    let change = try bench.refused(title: "Two", document: Self.document)
    let seal = try bench.form("/queue/\(change.id)/retry", in: await bench.get("/queue").text)
    for fields in [[:], ["seal": "x"]] {
      #expect(await bench.post("/queue/\(change.id)/retry", fields).status == 403)
    }
    // One for another deed.
    #expect(await bench.post("/queue/\(change.id)/drop", seal).status == 403)
    #expect(await bench.get("/queue/\(change.id)/retry").status == 405)
    #expect(try bench.mirror.outbox.change(change.id) == change)
  }

  @Test func manyChangesStandOnSeveralPages() throws {
    let bench = try PagesBench()
    let change = try bench.patch(title: "Two")
    func request(_ page: Int) -> DashboardRequest {
      DashboardRequest(
        AdminRequest(method: .get, path: "/queue", query: [.init(name: "page", value: "\(page)")]), by: .local,
        at: PagesBench.now, seal: { _ in "seal" })
    }
    let state = QueueState(
      changes: (Int64(1)...250).map { number in
        var one = change
        one.id = number
        return one
      }, unreadable: [], hold: nil)
    let pages = [-5, 1, 2, 3, .max].map { QueuePage.list(state, request($0)).body.text }
    #expect(pages[0] == pages[1] && pages[3] == pages[4])
    #expect(pages[1].contains("update 100<") && !pages[1].contains("update 101<") && pages[2].contains("update 101<"))
    #expect(pages[3].contains("update 250<") && pages[3].contains("Page 3 of 3"))
  }

  @Test func theNextTryIsDecidedByStateAndTimes() throws {
    let bench = try PagesBench()
    var change = try bench.patch(title: "Two")
    #expect(NextTry(change, nil, at: PagesBench.now) == .soon)
    change.nextAttempt = PagesBench.now + 5
    #expect(NextTry(change, nil, at: PagesBench.now) == .at(PagesBench.now + 5))
    #expect(NextTry(change, nil, at: PagesBench.now + 5) == .soon)
    let hold = try bench.mirror.outbox.holdWrites("read only", advice: "switch it off", at: PagesBench.now)
    #expect(NextTry(change, hold, at: PagesBench.now) == .at(hold.until))
    for (state, next) in [(.sending, .now), (.rejected, .never), (.conflict, .never)] as [(ChangeState, NextTry)] {
      change.state = state
      #expect(NextTry(change, hold, at: PagesBench.now) == next)
    }
  }
}
