import GRDB
import Synchronization

@testable import Store

/// What the writing connection of a mirror is told.
final class ToldStatements: Sendable {
  private let mirror: Mirror
  private let seen = Mutex<[String]>([])

  init(_ mirror: Mirror) {
    self.mirror = mirror
    mirror.database.pool.writeWithoutTransaction { db in db.trace { [self] in note("\($0)") } }
  }

  private func note(_ sql: String) { seen.withLock { $0.append(sql) } }

  /// All that `body` has it told.
  func during(_ body: (Mirror) throws -> Void) rethrows -> [String] {
    seen.withLock { $0 = [] }
    try body(mirror)
    return seen.withLock { $0 }
  }

  /// The connection is traced no more.
  func end() { mirror.database.pool.writeWithoutTransaction { db in db.trace(nil) } }
}

extension [String] {
  /// Whether SQLite was told of one transaction, and before it that it is to be on disk when it returns.
  var areDurable: Bool {
    let full = firstIndex { $0.contains("synchronous = FULL") }
    let begin = firstIndex { $0.hasPrefix("BEGIN") }
    let commit = lastIndex { $0.hasPrefix("COMMIT") }
    let usual = lastIndex { $0.contains("synchronous = NORMAL") }
    let order = [full, begin, commit, usual].compactMap { $0 }
    return order.count == 4 && order == order.sorted()
  }
}
