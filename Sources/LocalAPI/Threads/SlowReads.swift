import NIOPosix

/// Where reads are answered that may take long. On an event loop each of them would hold up all clients whose connections that
/// loop has.
enum SlowReads {
  /// Few: more would share the same cores, and each query's time is limited.
  private static let pool: NIOThreadPool = {
    let pool = NIOThreadPool(numberOfThreads: 4)
    pool.start()
    return pool
  }()

  /// Runs a read, which must not wait for anything but the mirror.
  static func run<Value: Sendable>(_ body: @escaping @Sendable () -> Value) async throws -> Value {
    try await pool.runIfActive(body)
  }

  /// Whether a request may take long: it filters, sorts, includes or skips, looks for words, or is for the description of all types, as
  /// far as can be told without parsing it.
  static func mayBe(_ request: RequestHead) -> Bool {
    guard let target = request.path else { return false }
    guard let question = target.utf8.firstIndex(of: UInt8(ascii: "?")) else {
      return ends(target.utf8[...], as: "/mirror/openapi.json")
    }
    if ends(target.utf8[..<question], as: "/mirror/search") { return true }
    let query = target.utf8[question...]
    var rest = query[...]
    // Brackets are encoded more often than not; with anything else encoded, names are not what they look like.
    while let percent = rest.firstIndex(of: UInt8(ascii: "%")) {
      let code = rest[percent...].dropFirst().prefix(2).map { $0 & 0xDF }
      guard code == [0x15, 0x42] || code == [0x15, 0x44] else { return true }
      rest = rest[percent...].dropFirst()
    }
    return ["filter", "sort", "include", "offset", "_format", "options"].contains { query.contains($0.utf8) }
  }

  /// Whether a path may be that of a route of the mirror's own: as it is written, or in another letter case.
  /// - Parameter end: in lower case.
  private static func ends(_ path: Substring.UTF8View, as end: StaticString) -> Bool {
    let count = end.utf8CodeUnitCount
    guard path.count >= count else { return false }
    return end.withUTF8Buffer { end in path.suffix(count).elementsEqual(end) { $0 == $1 || $0 | 0x20 == $1 } }
  }
}
