import GRDBSQLite

/// Who has resource objects at hand, so that a query need not read their documents: reading them is half of what a page costs.
package protocol DocumentHolder: AnyObject {
  /// Whether the resource object as it was since the change of this number is at hand, until the query is over. Asked once or more often
  /// for a row, before the row is given.
  func holds(_ resource: Int64, since sequence: Int64) -> Bool
}

/// The function of a read connection by which a query asks whether a document is at hand: `CASE` leaves out the columns of one that is,
/// and SQLite does not look at the pages that they are on.
final class HeldDocuments {
  /// `mirror_held(id, sequence)`.
  private static let function = "mirror_held"

  /// `FixedStatement.row` with null for the document of a resource that is at hand, and for its splice points.
  static let columns =
    "r.id, r.type, r.revision, CASE WHEN \(function)(r.id, r.sequence) THEN NULL ELSE r.document END, "
    + "CASE WHEN \(function)(r.id, r.sequence) THEN NULL ELSE r.splices END, r.sequence"

  /// Who is asked; nobody holds anything where it is nil.
  var holder: (any DocumentHolder)?
  /// The answer for the row that was asked about last: each is asked about twice.
  private var last: (resource: Int64, sequence: Int64, isHeld: Bool)?

  /// Lets a query ask.
  func lend<Value>(_ holder: (any DocumentHolder)?, _ body: () throws -> Value) rethrows -> Value {
    self.holder = holder
    defer { (self.holder, last) = (nil, nil) }
    return try body()
  }

  /// - Throws: `SQLiteFault` where the connection does not take the function. It must not outlive this object.
  func register(on connection: OpaquePointer?) throws {
    let result = sqlite3_create_function_v2(
      connection, HeldDocuments.function, 2, SQLITE_UTF8 | SQLITE_INNOCUOUS, Unmanaged.passUnretained(self).toOpaque(),
      { context, _, values in
        guard let pointer = sqlite3_user_data(context) else { return sqlite3_result_int(context, 0) }
        let documents = Unmanaged<HeldDocuments>.fromOpaque(pointer).takeUnretainedValue()
        let isHeld = documents.holds(sqlite3_value_int64(values?[0]), since: sqlite3_value_int64(values?[1]))
        sqlite3_result_int(context, isHeld ? 1 : 0)
      }, nil, nil, nil)
    guard result == SQLITE_OK else { throw SQLiteFault(connection) }
  }

  private func holds(_ resource: Int64, since sequence: Int64) -> Bool {
    if let last, last.resource == resource, last.sequence == sequence { return last.isHeld }
    let isHeld = holder?.holds(resource, since: sequence) ?? false
    last = (resource, sequence, isHeld)
    return isHeld
  }
}
