import Dispatch
import Foundation
import Store
import Testing

@testable import Publish

/// A copy in a real PostgreSQL: whatever happens to the mirror, the server and the connection, it is what the views are.
@Suite(
  .serialized,
  .enabled(if: PostgresServer.programs != nil, "PostgreSQL is not installed: apt-get install postgresql"))
struct CopyTests {
  @Test func theRecordedCommunityIsCopied() throws {
    let server = try PostgresServer()
    let community = try PublishedMirror.recorded()
    let publisher = try community.publisher(server)
    let report = try publisher.once()
    #expect(report.isLoad && report.rows > 1_000 && report.odd == 0)
    try community.expectCopy(of: server)
    #expect(try publisher.once().isIdle)
    let connection = try server.connection()
    let type = try connection.value(
      """
      SELECT data_type FROM information_schema.columns
      WHERE table_schema = 'site' AND table_name = 'node_event' AND column_name = 'created'
      """)
    #expect(type == "timestamp with time zone")
    let explained = try connection.value(
      "SELECT field FROM site.mirror_columns WHERE view = 'node_event' AND \"column\" = 'title'")
    #expect(explained == "title")
    // A second mirror has a schema of its own in the same database.
    let other = try PublishedMirror.small()
    try other.store([PublishedMirror.topic(1, #""title":"other""#)])
    _ = try other.publisher(server, schema: "other").once()
    try other.expectCopy(in: "other", of: server)
    try community.expectCopy(of: server)
  }

  @Test func whatPostgreSQLCannotHoldIsNamedAndCostsItselfAlone() throws {
    let server = try PostgresServer()
    let mirror = try PublishedMirror.small()
    let body = #""body":{"value":"a\u0000b","format":"f","processed":"\u0000"}"#
    try mirror.store([
      PublishedMirror.topic(1, #""title":"\\N","words":["a\tb\nc\\d","\u0000"],\#(body)"#),
      PublishedMirror.topic(2, #""title":"a\tb\nc\rd\\e'f\"g","words":["\ud83c\udf89"],"body":null"#),
      PublishedMirror.topic(3, #""title":"\\.","words":[1e400,12345678901234567890,-0.5],"body":null"#),
      PublishedMirror.topic(4, #""title":"DROP TABLE x; --","words":["\\u0000"],"body":null"#),
      PublishedMirror.topic(5, #""title":"in order","words":[],"body":null"#),
    ])
    let publisher = try mirror.publisher(server)
    let report = try publisher.once()
    #expect(report.odd > 0)
    let connection = try server.connection()
    #expect(try connection.value("SELECT count(*) FROM site.node_topic") == "5")
    #expect(
      try connection.value("SELECT title FROM site.node_topic WHERE internal_id = 2") == "a\tb\nc\rd\\e'f\"g")
    #expect(try connection.value("SELECT title FROM site.node_topic WHERE internal_id = 1") == #"\N"#)
    #expect(try connection.value("SELECT title FROM site.node_topic WHERE internal_id = 3") == #"\."#)
    let named = try mirror.mirror.views.setAside(startingWith: "published ")
    #expect(named.contains { $0.type == "node--topic" && $0.subject.hasSuffix(PublishedMirror.uuid(1)) })
    #expect(!named.contains { $0.subject.hasSuffix(PublishedMirror.uuid(5)) })
    // What is corrected is not named any more.
    try mirror.store([1, 2, 3, 4].map { PublishedMirror.topic($0, #""title":"x","words":["y"],"body":null"#) })
    #expect(try publisher.once().odd == 0)
    #expect(try mirror.mirror.views.setAside(startingWith: "published ").isEmpty)
    try mirror.expectCopy(of: server)
  }

  @Test func fieldsThatComeAndGoAreFollowed() throws {
    let server = try PostgresServer()
    let mirror = try PublishedMirror.small()
    try mirror.store((1...40).map { PublishedMirror.topic($0, #""title":"\#($0)","rate":\#($0)"#) })
    let publisher = try mirror.publisher(server)
    _ = try publisher.once()
    let connection = try server.connection()
    // A view of somebody's own stays.
    try connection.run("CREATE SCHEMA own; CREATE VIEW own.titles AS SELECT title FROM site.node_topic")
    // A field more, and one whose kind is another one by now.
    try mirror.store([PublishedMirror.topic(41, #""title":"41","rate":0.5,"more":"new""#)])
    let report = try publisher.once()
    #expect(!report.isLoad && report.tables > 0)
    try mirror.expectCopy(of: server)
    #expect(try connection.value("SELECT count(*) FROM own.titles") == "41")
    // A column that no view has: as if its field had gone.
    let extra = PublishedTable.Column(name: "gone", kind: "text", field: "gone", source: "value attributes.gone")
    try connection.run("ALTER TABLE site.node_topic ADD COLUMN gone text DEFAULT 'x'")
    var known = try #require(try PublicationTables(connection, "site").read().publication)
    let place = try #require(known.tables.firstIndex { $0.name == "node_topic" })
    known.tables[place].columns.append(extra)
    try PublicationTables(connection, "site").write(known, .init(asOf: nil, isWhole: true))
    #expect(try !publisher.once().isLoad)
    let left = try connection.value(
      "SELECT count(*) FROM information_schema.columns WHERE table_schema = 'site' AND column_name = 'gone'")
    #expect(left == "0")
    try mirror.expectCopy(of: server)
  }

  /// A view of somebody's own kept a column and a table that had gone; both come back, the column as something else.
  @Test func whatStayedForADependentComesBack() throws {
    let server = try PostgresServer()
    let mirror = try PublishedMirror.small()
    try mirror.store((1...5).map { PublishedMirror.topic($0, #""title":"\#($0)","rate":\#($0)"#, users: [$0]) })
    let publisher = try mirror.publisher(server)
    _ = try publisher.once()
    let connection = try server.connection()
    let links = "site.node_topic__field_people"
    func leave(_ kind: String) throws {
      var known = try #require(try PublicationTables(connection, "site").read().publication)
      let place = try #require(known.tables.firstIndex { $0.name == "node_topic" })
      known.tables[place].columns.removeAll { $0.name == "title" }
      known.tables.removeAll { $0.name == "node_topic__field_people" }
      try PublicationTables(connection, "site").write(known, .init(asOf: nil, isWhole: true))
      try connection.run(
        """
        ALTER TABLE site.node_topic DROP COLUMN title; ALTER TABLE site.node_topic ADD COLUMN title \(kind);
        DELETE FROM \(links); CREATE SCHEMA own; CREATE VIEW own.titles AS SELECT title FROM site.node_topic
        """)
    }
    // Of the same kind it serves on.
    try leave("text")
    #expect(try publisher.once().tables > 0)
    try mirror.expectCopy(of: server)
    #expect(try connection.value("SELECT count(title) FROM own.titles") == "5")
    // Of another one it would refuse every row: nothing is done until the view has gone.
    try connection.run("DROP SCHEMA own CASCADE")
    try leave("bigint")
    try connection.run("CREATE VIEW own.people AS SELECT target_id FROM \(links)")
    #expect(throws: PublishRefusal.self) { try publisher.once() }
    #expect(try connection.value("SELECT count(*) FROM site.node_topic") == "5")
    try connection.run("DROP VIEW own.titles")
    // So it is with the table.
    #expect(throws: PublishRefusal.self) { try publisher.once() }
    try connection.run("DROP SCHEMA own CASCADE")
    #expect(try publisher.once().odd == 0)
    try mirror.expectCopy(of: server)
  }

  /// A copy that is ahead of its mirror, or another mirror's, is loaded anew; one of another site is left alone.
  @Test func whoseCopyItIsIsKnown() throws {
    let server = try PostgresServer()
    let mirror = try PublishedMirror.small()
    try mirror.store([PublishedMirror.topic(1, #""title":"one""#), PublishedMirror.topic(2, #""title":"two""#)])
    _ = try mirror.publisher(server).once()
    let other = try PublishedMirror.small()
    try other.store([PublishedMirror.topic(3, #""title":"three","more":1"#)])
    #expect(try other.publisher(server).once().isLoad)
    try other.expectCopy(of: server)
    #expect(try mirror.publisher(server).once().isLoad)
    try mirror.expectCopy(of: server)
    let foreign = try PublishedMirror.small()
    try foreign.store([PublishedMirror.topic(4, #""title":"four""#)])
    try foreign.mirror.discovery.note(.siteBaseURL, "https://elsewhere.example.org")
    #expect(throws: PublishRefusal.self) { try foreign.publisher(server).once() }
    try mirror.expectCopy(of: server)
    // One publishes at a time.
    let first = try mirror.publisher(server)
    _ = try first.once()
    #expect(throws: PublishRefusal.self) { try mirror.publisher(server).once() }
    #expect(try first.once().isIdle)
    // Tables that no mirror made stay as they are.
    try server.connection().run("CREATE SCHEMA taken; CREATE TABLE taken.mine (a integer)")
    #expect(throws: PublishRefusal.self) { try mirror.publisher(server, schema: "taken").once() }
  }

  /// The mirror changes, the connection is killed at any place, the process and the server end; and the copy is right in the end.
  @Test(arguments: [7, 11]) func killedAtRandomItIsStillRight(seed: UInt64) throws {
    let server = try PostgresServer()
    let mirror = try PublishedMirror.small()
    var random = Steps(seed)
    try mirror.store((1...300).map { PublishedMirror.topic($0, #""title":"\#($0)""#, users: [$0 % 7 + 1]) })
    var publisher = try mirror.publisher(server)
    for round in 1...25 {
      try mirror.store(
        (0..<random.below(20) + 1).map { _ in
          let number = random.below(400) + 1
          let more = round % 9 == 0 ? #","later_\#(round)":\#(number)"# : ""
          return PublishedMirror.topic(
            number, #""title":"\#(round) \#(number)"\#(more)"#, users: (0..<random.below(4)).map { $0 + 1 })
        })
      if round % 4 == 0 {
        let lot = Int64(random.below(11))
        try mirror.remove("node--topic") { ($0.internalID ?? 0) % 11 == lot }
      }
      let killer = try Killer(server, after: random.below(30))
      var attempts = 0
      while true {
        attempts += 1
        try #require(attempts < 50)
        // A new one is what a process is that was started again.
        if random.below(3) == 0 { publisher = try mirror.publisher(server) }
        do {
          _ = try publisher.once()
          break
        } catch is PostgresFault { continue } catch is PublishRefusal {
          // The server has not noticed yet that the one before is gone.
          Thread.sleep(forTimeInterval: 0.02)
        }
      }
      killer.join()
      if round % 10 == 0 { try server.crash() }
      if round % 5 == 0 {
        var isThere = false
        for _ in 0..<100 where !isThere { isThere = (try? publisher.once()) != nil }
        try mirror.expectCopy(of: server, "round \(round)")
      }
    }
  }
}

/// Ends what is published with, once, a few milliseconds later.
private final class Killer: Sendable {
  private let done = DispatchSemaphore(value: 0)

  init(_ server: PostgresServer, after milliseconds: Int) throws {
    let target = try server.target()
    DispatchQueue.global().async { [done] in
      Thread.sleep(forTimeInterval: Double(milliseconds) / 1_000)
      _ = try? PostgresConnection(target).value(
        """
        SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
        WHERE application_name = 'social-mirror' AND pid <> pg_backend_pid()
        """)
      done.signal()
    }
  }

  func join() { done.wait() }
}

/// Numbers that come again with a seed (SplitMix64).
private struct Steps {
  private var state: UInt64

  init(_ seed: UInt64) { state = seed }

  mutating func below(_ bound: Int) -> Int {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return Int((mixed ^ (mixed >> 31)) % UInt64(max(1, bound)))
  }
}
