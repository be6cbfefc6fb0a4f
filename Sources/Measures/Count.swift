import Synchronization

/// A number that only grows, from the start of the process on. Safe from any thread; to add costs one atomic and nothing else.
package final class Count: Sendable {
  private let value = Atomic<Int>(0)

  /// Zero.
  package init() {}

  /// Adds.
  /// - Parameter number: 0 or more.
  package func add(_ number: Int = 1) { value.wrappingAdd(number, ordering: .relaxed) }

  /// What was added so far.
  package var total: Int { value.load(ordering: .relaxed) }
}

/// A row of counts, one for each case of an enumeration.
package struct Counts<Kind: CaseIterable & Hashable & Sendable>: Sendable {
  private let counts: [Kind: Count]

  /// All at zero.
  package init() {
    counts = Dictionary(Kind.allCases.map { ($0, Count()) }) { first, _ in first }
  }

  /// Adds to one of them.
  package func add(_ number: Int = 1, to kind: Kind) { counts[kind]?.add(number) }

  /// What was added to one of them so far.
  package subscript(kind: Kind) -> Int { counts[kind]?.total ?? 0 }
}
