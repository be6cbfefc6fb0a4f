import JSONAPI
import Store

/// Counts the unsettled local changes of an answer's resources, for `Mirror-Pending`.
struct PendingCount {
  private let snapshot: ReadSnapshot
  private var known: [Int64: [Int64: Int]] = [:]
  private(set) var sum = 0

  init(_ snapshot: ReadSnapshot) { self.snapshot = snapshot }

  /// Takes in a resource of the answer. The first of a type asks for all of the type: mostly there are none.
  mutating func note(_ resource: Int64, _ type: ServedType) throws {
    if known[type.id] == nil { known[type.id] = try snapshot.pendingChanges(of: type) }
    sum += known[type.id]?[resource] ?? 0
  }
}
