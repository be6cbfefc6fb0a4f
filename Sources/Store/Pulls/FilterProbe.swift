import GRDB

/// What was found out about filters on a type, for one account (reference 3.3).
package struct FilterProbe: Sendable, Hashable {
  /// Whether a filter can be relied on.
  package enum Outcome: String, Sendable {
    /// A filtered collection shows what the unfiltered one shows.
    case work
    /// It silently shows nothing, or less.
    case refused
    /// No resource has `changed`: there is nothing to filter by for what is new, and the type is swept alone.
    case withoutChanged
    /// No resource has a serial number: there is no order to go by, and the type is swept alone.
    case withoutSerialNumber
  }

  /// Whether a filter can be relied on, or what the type lacks to be asked by.
  package var outcome: Outcome
  /// The UUID of the account that asked.
  package var account: String
  /// The site's time, Unix seconds.
  package var at: Int64

  /// What was found out, by whom and when.
  package init(_ outcome: Outcome, account: String, at: Int64) {
    self.outcome = outcome
    self.account = account
    self.at = at
  }
}

extension Pulling {
  /// Notes what a probe of a type found out.
  package func note(_ probe: FilterProbe, of type: String) throws {
    try write { db in
      try db.run(
        sql: """
          INSERT INTO probe (type, account, filters, at) VALUES (?1, ?2, ?3, ?4)
          ON CONFLICT (type) DO UPDATE SET account = ?2, filters = ?3, at = ?4
          """, arguments: [Names(db).type(type), probe.account, probe.outcome.rawValue, probe.at])
    }
  }
}

extension Reading {
  /// How many resources of a type are stored.
  package func count(of type: String) throws -> Int {
    try read { db in
      try Int.cachedOne(
        db,
        sql: "SELECT count(*) FROM resource WHERE type = (SELECT id FROM resource_type WHERE name = ?)",
        arguments: [type]) ?? 0
    }
  }

  /// Whether any resource of a type is stored.
  package func hasAny(of type: String) throws -> Bool {
    try read { db in
      try Bool.cachedOne(
        db,
        sql: "SELECT EXISTS (SELECT 1 FROM resource WHERE type = (SELECT id FROM resource_type WHERE name = ?))",
        arguments: [type]) ?? false
    }
  }

  /// The stored document of a type's newest resource; nil while none is stored.
  package func newestDocument(of type: String) throws -> [UInt8]? {
    try read { db in
      try String.cachedOne(
        db,
        sql: """
          SELECT document FROM resource WHERE type = (SELECT id FROM resource_type WHERE name = ?)
          ORDER BY internal_id DESC LIMIT 1
          """, arguments: [type]
      ).map { Array($0.utf8) }
    }
  }
}
