import JSONAPI

/// Which UUID a subject made where the recorded site made another, so that recorded requests and answers can be told in the
/// subject's own words.
package struct MintedIdentifiers: Sendable {
  private var own: [String: String] = [:]
  private let crawled: [String: JSON]

  /// - Parameter crawled: the resources that both have from the beginning, by `type/id`.
  package init(crawled: [String: JSON]) { self.crawled = crawled }

  /// Compares an answer with the recorded one, and notes UUIDs of one type in one place that neither had before.
  package mutating func learn(_ got: JSON, _ recorded: JSON) {
    switch (got, recorded) {
    case (.object(let one), .object(let other)):
      if let mine = one["id"]?.string, let theirs = other["id"]?.string, mine != theirs, one["type"] == other["type"] {
        let type = one["type"]?.string ?? ""
        let areNew = crawled["\(type)/\(theirs)"] == nil && crawled["\(type)/\(mine)"] == nil
        if areNew, own[theirs] == nil, theirs.count == 36 { own[theirs] = mine }
      }
      for name in one.names { learn(one[name] ?? .null, other[name] ?? .null) }
    case (.array(let one), .array(let other)): for (left, right) in zip(one, other) { learn(left, right) }
    default: break
    }
  }

  /// A recorded text with the subject's UUIDs.
  package func renamed(_ text: String) -> String { own.reduce(text) { $0.replacing($1.key, with: $1.value) } }

  /// A recorded value with the subject's UUIDs.
  package func renamed(_ value: JSON) throws -> JSON {
    own.isEmpty ? value : try JSON(parsing: renamed(value.text(.plain)))
  }
}
