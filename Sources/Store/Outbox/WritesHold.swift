import GRDB
import JSONAPI

/// The site takes no writes at all: known from one refusal, and true of all changes. Nothing is sent before its time.
package struct WritesHold: Sendable, Hashable {
  /// The site's words.
  package var reason: String
  /// When it was first refused, Unix seconds of this machine.
  package var since: Int64
  /// Not to be tried before, Unix seconds of this machine.
  package var until: Int64
  /// How often it was refused in a row.
  package var times: Int64

  /// A first refusal, or one more.
  static func next(after before: WritesHold?, reason: String, at now: Int64) -> WritesHold {
    let times = min((before?.times ?? 0) + 1, 20)
    let wait = min(longest, 60 << (min(times, 5) - 1))
    return WritesHold(reason: reason, since: before?.since ?? now, until: now + wait, times: times)
  }

  /// The name under which it is set aside.
  fileprivate static let subject = "read only operations"

  /// Nothing is known any more.
  static func forget(_ db: Database) throws {
    try MirrorFact.writesRefused.note("", db)
    try db.run(sql: "DELETE FROM set_aside WHERE kind = 'setting' AND type = '' AND subject = ?", arguments: [subject])
  }

  /// The longest wait, in seconds.
  private static let longest: Int64 = 600

  fileprivate var text: String {
    JSON.object(
      JSONObject([
        ("reason", .string(reason)), ("since", .integer(since)), ("until", .integer(until)), ("times", .integer(times)),
      ])
    ).text()
  }

  fileprivate init?(text: String) {
    guard let json = try? JSON(parsing: text), let since = json["since"]?.integer, let until = json["until"]?.integer
    else { return nil }
    self.init(
      reason: json["reason"]?.string ?? "", since: since, until: until, times: json["times"]?.integer ?? 1)
  }

  private init(reason: String, since: Int64, until: Int64, times: Int64) {
    (self.reason, self.since, self.until, self.times) = (reason, since, until, times)
  }
}

extension Outbox {
  /// Whether the site takes no writes, as far as is known.
  package func writesHold() throws -> WritesHold? {
    guard let text = try reading.fact(.writesRefused), !text.isEmpty else { return nil }
    return WritesHold(text: text)
  }

  /// Notes that the site takes no writes.
  /// - Parameters:
  ///   - reason: its words, one line.
  ///   - advice: where a person changes that.
  /// - Returns: until when nothing is sent by itself.
  @discardableResult
  package func holdWrites(_ reason: String, advice: String, at now: Int64) throws -> WritesHold {
    let hold = WritesHold.next(after: try writesHold(), reason: reason, at: now)
    try write { db in
      try MirrorFact.writesRefused.note(hold.text, db)
      try SetAsideRows.note(
        [SetAside(.setting, subject: WritesHold.subject, reason: reason, advice: advice, at: now)], db)
    }
    return hold
  }

  /// The site takes writes again.
  package func releaseWrites() throws {
    guard try writesHold() != nil else { return }
    try write { try WritesHold.forget($0) }
  }
}
