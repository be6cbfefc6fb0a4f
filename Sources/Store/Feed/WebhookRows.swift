import GRDB

/// How far a webhook's receiver has been told, and how that goes.
package struct WebhookRow: Sendable, Hashable {
  /// Its name in the configuration.
  package var name: String
  /// Behind the last change that it has confirmed.
  package var position: FeedPosition
  /// When it was first known, Unix seconds, as below.
  package var added: Int64
  /// When it last confirmed something; nil before.
  package var delivered: Int64?
  /// Since when nothing reaches it; nil where all does.
  package var failingSince: Int64?
  /// How many times in a row it was tried in vain.
  package var failures: Int64
  /// Why the last time, without anything secret.
  package var lastError: String?
  /// When it is tried again.
  package var nextAttempt: Int64?
}

extension ChangeFeed {
  /// How far the feed goes.
  package func state() throws -> FeedState {
    try read { db in
      FeedState(
        feed: try MirrorFact.feed.value(db) ?? "", last: try ChangeNumber.last(db),
        keptFrom: try MirrorFact.feedKeptFrom.value(db).flatMap { Int64($0) } ?? 0)
    }
  }

  /// All webhooks that were ever begun and not forgotten, by name.
  package func webhooks() throws -> [WebhookRow] {
    try read { db in
      try Row.cachedAll(db, sql: "SELECT * FROM webhook ORDER BY name").map { row in
        let position: String = try row.decode(forColumn: "position")
        return try WebhookRow(
          name: row.decode(forColumn: "name"), position: FeedPosition(position) ?? .beginning,
          added: row.decode(forColumn: "added"), delivered: row.decode(forColumn: "delivered"),
          failingSince: row.decode(forColumn: "failing_since"), failures: row.decode(forColumn: "failures"),
          lastError: row.decode(forColumn: "last_error"), nextAttempt: row.decode(forColumn: "next_attempt"))
      }
    }
  }

  /// Begins with webhooks that are new, behind all that there is, and forgets those that are none any more.
  /// - Parameter now: Unix seconds.
  package func keep(webhooks names: [String], at now: Int64) throws {
    let known = Set(try webhooks().map(\.name))
    guard known != Set(names) else { return }
    let end = try state().end.text
    try write { db in
      for name in known.subtracting(names) { try db.run(sql: "DELETE FROM webhook WHERE name = ?", arguments: [name]) }
      for name in names where !known.contains(name) {
        try db.run(
          sql: "INSERT OR IGNORE INTO webhook (name, position, added) VALUES (?, ?, ?)", arguments: [name, end, now])
      }
    }
  }

  /// Notes that a receiver has confirmed all up to a place.
  package func delivered(_ name: String, upTo position: FeedPosition, at now: Int64) throws {
    try write { db in
      try db.run(
        sql: """
          UPDATE webhook SET position = ?2, delivered = ?3, failing_since = NULL, failures = 0, last_error = NULL,
            next_attempt = NULL WHERE name = ?1
          """, arguments: [name, position.text, now])
    }
  }

  /// Notes that there was nothing to tell a receiver up to a place.
  package func passed(_ name: String, upTo position: FeedPosition) throws {
    try write { db in
      try db.run(sql: "UPDATE webhook SET position = ?2 WHERE name = ?1", arguments: [name, position.text])
    }
  }

  /// Notes that a receiver could not be told.
  /// - Parameters:
  ///   - error: one line, without anything secret.
  ///   - next: when it is tried again, Unix seconds.
  package func failed(_ name: String, _ error: String, next: Int64, at now: Int64) throws {
    try write { db in
      try db.run(
        sql: """
          UPDATE webhook SET failing_since = coalesce(failing_since, ?4), failures = failures + 1, last_error = ?2,
            next_attempt = ?3 WHERE name = ?1
          """, arguments: [name, error, next, now])
    }
  }
}
