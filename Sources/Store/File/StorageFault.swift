import GRDB
import GRDBSQLite

/// What an error of the database says about the file.
package enum StorageFault: Sendable, Hashable {
  /// It may pass: the disk is full or does not answer, another process holds the file, it was moved away.
  case passing
  /// The file is not, or no longer, a database.
  case damage

  /// - Returns: nil for errors that are not the database's.
  package init?(_ error: any Error) {
    let code: Int32
    switch error {
    case let error as MirrorFault:
      self = error.kind == .damaged ? .damage : .passing
      return
    case let error as DatabaseError: code = error.resultCode.rawValue
    case let error as SQLiteFault: code = error.code & 0xFF
    default: return nil
    }
    self = code == SQLITE_CORRUPT || code == SQLITE_NOTADB ? .damage : .passing
  }
}
