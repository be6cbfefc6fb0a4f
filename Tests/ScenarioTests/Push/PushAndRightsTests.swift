import JSONAPI
import SampleSite
import SyncAgent
import Testing

@testable import Store

/// What a push makes of answers to an account that has lost rights.
@Suite struct PushAndRightsTests {
  /// The site's answer to a write lacks members that the account may not see any more: what is stored keeps them, and the write
  /// is taken over.
  @Test func anAnswerBlanksNothing() async throws {
    let bench = try await PushBench()
    let id = try bench.topic("One")
    bench.site.clockOffset += 10
    let before = try #require(bench.shown(id)?["attributes"]?.object)
    let hidden = ["revision_log", "field_content_visibility"].filter { before[$0] != nil }
    try #require(!hidden.isEmpty)
    bench.site.habits = [.shrinkingRights]
    try bench.patch(id, [("title", "Two")])
    #expect(try await bench.push().settled == 1)
    let after = try #require(bench.shown(id)?["attributes"]?.object)
    #expect(after["title"] == "Two")
    for name in hidden { #expect(after[name] == before[name], "\(name)") }
    #expect(Set(after.members.map(\.name)) == Set(before.members.map(\.name)))
    bench.site.habits = []
    bench.site.clockOffset += 10
    try bench.patch(id, [("title", "Three")])
    try await bench.push()
    #expect(try bench.shown(id) == bench.onSite(id))
  }
}
