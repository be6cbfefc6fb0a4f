import Foundation

/// How a sample site is set up.
package struct SampleSiteSettings: Sendable {
  /// The address to listen on; never more than loopback is needed.
  package var host = "127.0.0.1"
  /// The port to listen on; 0 lets the system choose.
  package var port = 0
  /// The number of resources: 0 for the recorded 1,302, more for a community made by cloning.
  package var resources = 0
  /// Clients for `/oauth/token`.
  package var consumers = [Consumer(id: "demo-client", secret: "demo-secret")]
  /// People for the password grant: the one that synchronises, and a plain member.
  package var accounts = [
    Account(name: "demo", password: "demo-password"),
    Account(name: "member", password: "member-password", user: "a0000000-0000-4000-8000-000000000002"),
  ]
  /// Life of access tokens in seconds.
  package var accessTokenSeconds = 300
  /// Life of refresh tokens in seconds.
  package var refreshTokenSeconds = 1_209_600
  /// How often the community changes by itself while the site runs; 0 for never.
  package var changesPerSecond = 0.0
  /// How many such changes there are before the community is quiet; nil for no end.
  package var changeCount: Int?
  /// Decides the changes, and the order of rows that sort keys leave equal.
  package var seed: UInt64 = 1
  /// Whether the site takes writes; otherwise it answers 405 as a fresh installation does (reference 5.1).
  package var acceptsWrites = true
  /// What this site does otherwise than the recorded one.
  package var habits: Set<Habit> = []
  /// The most rows of a page under `Habit.cappedPages`.
  package var cappedPageSize = 7
  /// The most rows of a page that the site can bear under `Habit.heavyPages`.
  package var heaviestPage = 12
  /// Of how many serial numbers one is broken under `Habit.poison`.
  package var poisonEvery: Int64 = 61
  /// How many requests the log keeps.
  package var logCapacity = 10_000
  /// The site's own clock, in Unix seconds.
  package var clock: @Sendable () -> Double = { Date().timeIntervalSince1970 }

  /// The recorded community on a free port of loopback.
  package init() {}
}
