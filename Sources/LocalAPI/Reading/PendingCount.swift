import JSONAPI
import Store

/// Counts the unsettled local changes of an answer's resources, for `Mirror-Pending`.
struct PendingCount {
  private let snapshot: ReadSnapshot
  private var known: [Int64: [Int64: Int]] = [:]
  /// The last type that was seen to have none.
  private var settled: Int64?
  private(set) var sum = 0

  init(_ snapshot: ReadSnapshot) { self.snapshot = snapshot }

  /// Takes in a resource of the answer. The first of a type asks for all of the type: mostly there are none.
  mutating func note(_ resource: Int64, _ type: ServedType) throws {
    if settled == type.id { return }
    let changes = try known[type.id] ?? snapshot.pendingChanges(of: type)
    known[type.id] = changes
    if changes.isEmpty { settled = type.id }
    sum += changes[resource] ?? 0
  }
}
