import GRDB

/// A fact about the mirror that is kept in it.
package enum MirrorFact: String, Sendable {
  /// The site's base URL: a mirror belongs to one site.
  case siteBaseURL = "site_base_url"
  /// The `version` in the `jsonapi` member of the site's documents; 1.0 until noted.
  case jsonapiVersion = "jsonapi_version"
  /// The site's `Content-Language`; `en` until noted.
  case contentLanguage = "content_language"
  /// The UUID of the account that synchronises.
  case siteAccount = "site_account"
  /// `changed` of that account's own user at the last round that was complete.
  case accountChanged = "account_changed"
  /// 1 while the write-ahead log may still hold bytes of removed resources.
  case logHoldsRemoved = "log_holds_removed"
  /// Since when a reader keeps the write-ahead log from being folded, and up to which frame it is (`LogState`); not there when none does.
  case logHeld = "log_held"
  /// When the site's API description was last asked for, Unix seconds.
  case described = "described"
  /// The types whose fields the site was asked about, each with the time in Unix seconds, as JSON.
  case askedFields = "asked_fields"
  /// The site's clock at the last round, Unix seconds.
  case siteTime = "site_time"
  /// Where the entry point is, below the base URL: `/jsonapi`, `/en/jsonapi`, `/api`.
  case apiPath = "api_path"
  /// Where it was found first, when that is elsewhere: the site answers there too, or leads from there.
  case plainAPIPath = "plain_api_path"
  /// 1 where the site redirects from there.
  case plainAPIPathRedirects = "plain_api_path_redirects"
  /// What stands before the paths of routes: `/en`.
  case languagePrefix = "language_prefix"
  /// When links of which nothing tells what they are were last asked for a resource, Unix seconds.
  case namesAsked = "names_asked"
  /// The base URLs that the site's documents name as its own, a line each, those of its links first.
  case siteBases = "site_bases"
  /// When a sweep of all that was asked for began and did not end yet, the site's Unix seconds; empty when it did.
  case sweepBegan = "sweep_began"
  /// Since when the site takes no writes, and why (`WritesHold`); empty when it does.
  case writesRefused = "writes_refused"
  /// Up to which resource plain texts of formatted ones were made in a mirror of before (`Views.fillPlainTexts`); not there when all
  /// are.
  case plainTextAfter = "plain_text_after"
  /// The name of the mirror's change feed: no two mirrors have the same.
  case feed = "feed"
  /// The number of the last change up to which notes of what has left may be cut off: who has read up to there misses none.
  case feedKeptFrom = "feed_kept_from"

  /// Its value within a transaction; nil when it was never noted.
  func value(_ db: Database) throws -> String? {
    try String.cachedOne(db, sql: "SELECT value FROM setting WHERE name = ?", arguments: [rawValue])
  }

  /// Notes it with what else a transaction does.
  func note(_ value: String, _ db: Database) throws {
    try db.run(
      sql: "INSERT INTO setting (name, value) VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET value = ?2",
      arguments: [rawValue, value])
  }
}

extension Reading {
  /// The value of a fact; nil when it was never noted.
  package func fact(_ fact: MirrorFact) throws -> String? {
    try read(fact.value)
  }

  /// The base URLs that the site's documents name as its own, those of its links first; none before the first round.
  package func siteBases() throws -> [String] {
    try fact(.siteBases)?.split(separator: "\n").map(String.init) ?? []
  }
}

extension Discovery {
  /// Notes facts that are not as they were; nil takes one back.
  package func note(_ facts: [(MirrorFact, String?)]) throws {
    let fresh = try read { db in try facts.filter { try $0.0.value(db) != $0.1 } }
    guard !fresh.isEmpty else { return }
    try write { db in
      for (fact, value) in fresh {
        if let value {
          try fact.note(value, db)
        } else {
          try db.run(sql: "DELETE FROM setting WHERE name = ?", arguments: [fact.rawValue])
        }
      }
    }
  }

  /// Notes a fact.
  package func note(_ fact: MirrorFact, _ value: String) throws { try write { try fact.note(value, $0) } }
}
