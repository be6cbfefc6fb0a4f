import GRDB
import JSONAPI
import SampleSite
import Support
import SyncAgent
import Testing

@testable import Store

/// What rounds make for reports: views of the types that were read, plain texts, and the indexes that these use.
@Suite struct ReportRoundTests {
  @Test func viewsFollowRounds() async throws {
    let bench = try Bench(quietSite(), entityTypes: ["node", "taxonomy_term"])
    #expect(try bench.mirror.views.all().isEmpty)
    try await bench.round()
    let views = try bench.mirror.views.all()
    #expect(Set(views.map(\.resourceType)).isSuperset(of: bench.types))
    let topics = try #require(views.first { $0.name == "node_topic" })
    #expect(topics.links.map(\.name).contains("node_topic__social_tagging"))
    let queue = try DatabaseQueue(path: bench.mirror.path)
    let number = { (sql: String) in try queue.read { try Int.fetchOne($0, sql: sql) } }
    #expect(try number("SELECT count(*) FROM node_topic WHERE body_text <> ''") ?? 0 > 100)
    for index in ["identity_by_shown", "resource_by_shown_changed"] {
      #expect(try number("SELECT count(*) FROM sqlite_master WHERE name = '\(index)' AND type = 'index'") == 1)
    }
    // No relationship to many was taken for one to one before anything was seen of it.
    #expect(try number("SELECT count(*) FROM report_column WHERE is_shown = 0 AND part = 'target'") == 0)

    bench.site.clockOffset = 1000
    let now = bench.site.now
    try bench.site.withCommunity { community in
      try community.edit(community.ids(of: "node--topic")[3], at: now, attributes: [("title", "Edited")])
    }
    bench.site.clockOffset = 2000
    try await bench.round()
    #expect(try number("SELECT count(*) FROM node_topic WHERE title = 'Edited'") == 1)
    #expect(try bench.mirror.views.all() == views)
    #expect(try bench.mirror.views.renew() == 0)
  }
}
