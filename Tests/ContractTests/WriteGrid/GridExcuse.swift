import JSONAPI

/// One difference between the sample site and the local API over the same community that is meant to be, when the same write is
/// asked of both and nothing has reached the site yet: which member, status or message, in which requests, and why. All the rest of
/// the two answers has to be equal.
struct GridExcuse: Sendable {
  var name: String
  var why: String
  /// In answers to which requests.
  var about: @Sendable (WriteCase) -> Bool
  /// At which place.
  var concerns: @Sendable (GridDifference) -> Bool
  /// With which values, or which words on both sides.
  var holds: @Sendable (GridExchange, GridDifference, GridMemory) -> Bool
  /// In so many cases of the first seed it is met: then one that is not is no longer needed.
  var least = 1500

  init(
    _ name: String, why: String, least: Int = 1500, about: @escaping @Sendable (WriteCase) -> Bool = { _ in true },
    at concerns: @escaping @Sendable (GridDifference) -> Bool,
    holds: @escaping @Sendable (GridExchange, GridDifference, GridMemory) -> Bool
  ) {
    (self.name, self.why, self.least) = (name, why, least)
    (self.about, self.concerns, self.holds) = (about, concerns, holds)
  }

  /// One of what the two say: exact statuses and messages.
  init(
    _ name: String, why: String, least: Int = 1500, about: @escaping @Sendable (WriteCase) -> Bool = { _ in true },
    pairs: [GridPair]
  ) {
    self.init(
      name, why: why, least: least, about: about, at: { $0.place == "status" || $0.place == "errors" },
      holds: { exchange, _, _ in pairs.contains { $0.fits(exchange) } })
  }

  /// All there are. One that is never met fails the suite.
  static let all: [GridExcuse] = Array([doors, minted, defaults, kinds, faults, parted].joined())

  /// Those that say nothing about what the two have stored: the site answers with what it has made, each time.
  static let passing = Set(minted.map(\.name))

  func excuses(_ exchange: GridExchange, _ difference: GridDifference, _ memory: GridMemory) -> Bool {
    about(exchange.written) && concerns(difference) && holds(exchange, difference, memory)
  }

  /// Whether it is about such a difference of such a request, whatever the values are.
  func isNear(_ exchange: GridExchange, _ difference: GridDifference) -> Bool {
    about(exchange.written) && concerns(difference)
  }
}

/// What the two answer to one request: statuses, and messages in which `…` stands for any text. No messages stand for a success, or for
/// an answer that is no error document.
struct GridPair: Sendable {
  var site: (status: Set<Int>, messages: [String])
  var local: (status: Set<Int>, messages: [String])

  init(_ site: Set<Int>, _ messages: [String], _ local: Set<Int>, _ others: [String]) {
    self.site = (site, messages)
    self.local = (local, others)
  }

  func fits(_ exchange: GridExchange) -> Bool {
    site.status.contains(exchange.site.status) && local.status.contains(exchange.local.status)
      && GridPair.fit(exchange.siteSays, site.messages) && GridPair.fit(exchange.localSays, local.messages)
  }

  /// Whether each of some errors says one of these messages.
  static func fit(_ errors: [GridError], _ messages: [String]) -> Bool {
    if errors.isEmpty || messages.isEmpty { return errors.isEmpty && messages.isEmpty }
    return errors.allSatisfy { error in messages.contains { GridPair.fits(error.detail, $0) } }
  }

  /// Whether a text is a pattern in which `…` stands for any text.
  static func fits(_ text: String, _ pattern: String) -> Bool {
    let parts = pattern.split(separator: "…", omittingEmptySubsequences: false)
    guard let first = parts.first, let last = parts.last, text.hasPrefix(first) else { return false }
    if parts.count == 1 { return text == pattern }
    var rest = text.dropFirst(first.count)
    for part in parts.dropFirst().dropLast() where !part.isEmpty {
      guard let found = rest.firstRange(of: part) else { return false }
      rest = rest[found.upperBound...]
    }
    return rest.hasSuffix(last)
  }
}
