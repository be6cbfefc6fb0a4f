import Testing

@testable import Publish

/// Where a connection string leads, and what holds where it says nothing.
@Suite struct TargetTests {
  private static func target(_ text: String, _ environment: [String: String] = [:]) throws -> PostgresTarget {
    try PostgresTarget(text, environment: environment)
  }

  @Test(arguments: [
    "postgres://mirror@db.example.org/community", "host=10.0.0.1 dbname=x", "host=db.example.org,localhost",
  ])
  func overTheNetworkTheServerProvesItself(text: String) throws {
    let target = try Self.target(text)
    #expect(target.conninfo.contains("sslmode='verify-full'"))
    #expect(target.warning == nil && !target.hasPassword)
  }

  @Test(arguments: [
    "postgres://a@localhost/b", "host=/run/postgresql dbname=x", "dbname=x", "host=127.0.0.1", "host=::1",
    "service=community",
  ])
  func onThisMachineNothingIsAdded(text: String) throws {
    let target = try Self.target(text)
    #expect(!target.conninfo.contains("sslmode"))
    #expect(target.warning == nil)
  }

  @Test func whatIsSaidIsTakenAndWeakModesAreWarnedOf() throws {
    let weak = try Self.target("postgres://a@db.example.org/b?sslmode=require")
    #expect(weak.conninfo.contains("sslmode='require'") && weak.warning?.contains("verify-full") == true)
    #expect(try Self.target("host=db.example.org", ["PGSSLMODE": "disable"]).warning != nil)
    #expect(try Self.target("host=db.example.org sslmode=verify-ca").warning == nil)
    #expect(try Self.target("dbname=x connect_timeout=3").conninfo.contains("connect_timeout='3'"))
  }

  @Test func passwordsAreSeenAndNotShown() throws {
    let target = try Self.target(#"host=db.example.org port=5433 user=a password='it\'s \\ hush' dbname=b"#)
    #expect(target.hasPassword)
    #expect(target.description == "db.example.org:5433, database b")
    #expect(!"\(target)".contains("hush") && !String(reflecting: target).contains("hush"))
    // It is read by libpq as it was written.
    #expect(try Self.target(target.conninfo).conninfo == target.conninfo)
    var shown = ""
    dump(target, to: &shown)
    #expect(!shown.contains("hush"))
  }

  @Test(arguments: [" \n ", "postgres://x:%zz/", "nonsense=1", String(repeating: "a", count: 5_000)])
  func whatIsNoneIsRefusedWithoutItself(text: String) {
    do {
      _ = try Self.target(text)
      Issue.record("it was taken")
    } catch let refusal as PublishRefusal {
      #expect(!refusal.description.contains(text))
    } catch { Issue.record("\(error)") }
  }

  /// A file that nobody has filled does not lead to whatever database is nearest.
  @Test func nothingLeadsNowhere() {
    #expect(throws: PublishRefusal.self) { try Self.target("") }
    #expect(throws: PublishRefusal.self) { try Self.target("", ["PGHOST": "db.example.org", "PGSSLMODE": "disable"]) }
  }
}
