/// The reads of the local API: many at once, none waiting for a writer, each as far as a sight goes.
package final class ResourceReader: Sendable {
  private let connections: ReadConnections
  private let catalog = TypeCatalog()
  /// What queries had to read out of documents.
  package let usage = QueryUsage()

  /// A reader of a mirror's file.
  /// - Parameter timeLimit: the longest that one read may keep SQLite at work; then it throws `QueryOverdue`.
  package init(_ mirror: Mirror, timeLimit: Duration = .seconds(2)) {
    connections = ReadConnections(file: mirror.file, timeLimit: timeLimit)
  }

  /// Reads with a single statement, which is a snapshot by itself: the cheapest read. `body` must not suspend.
  package func single<Value>(seeing sight: Sight, _ body: (ReadSnapshot) throws -> Value) throws -> Value {
    try connections.with { try body(ReadSnapshot(connection: $0, catalog: catalog, sight: sight, usage: usage)) }
  }

  /// Reads in the cheapest way that sees one state.
  package func read<Value>(
    seeing sight: Sight, inOneStatement: Bool, _ body: (ReadSnapshot) throws -> Value
  ) throws -> Value {
    inOneStatement ? try single(seeing: sight, body) : try snapshot(seeing: sight, body)
  }

  /// Reads with several statements that see the same state. `body` must not suspend.
  package func snapshot<Value>(seeing sight: Sight, _ body: (ReadSnapshot) throws -> Value) throws -> Value {
    try connections.with { connection in
      try connection.snapshot {
        try body(ReadSnapshot(connection: connection, catalog: catalog, sight: sight, usage: usage))
      }
    }
  }
}
