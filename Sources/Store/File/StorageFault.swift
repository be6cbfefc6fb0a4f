import DurableFiles
import Foundation
import GRDB
import GRDBSQLite

/// An error of a file beside the mirror that knows whether there was no room.
package protocol DiskError: Error {
  /// Whether there is no room for it.
  var isFull: Bool { get }
}

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

  /// `SQLITE_IOERR_SHMSIZE`: the index of the write-ahead log could not be made larger.
  private static let noRoomForIndex: Int32 = SQLITE_IOERR | 19 << 8

  /// Whether an error says that there is no room on a disk, whoever met it: SQLite, a file of contents or of an upload.
  package static func isFull(_ error: any Error) -> Bool {
    switch error {
    case let error as MirrorFault: error.kind == .full
    case let error as DatabaseError:
      error.resultCode == .SQLITE_FULL || error.extendedResultCode.rawValue == noRoomForIndex
    case let error as SQLiteFault: error.code & 0xFF == SQLITE_FULL || error.code == noRoomForIndex
    case let error as any DiskError: error.isFull
    case let error as FileFault: error.code == ENOSPC || error.code == EDQUOT
    case let error as POSIXError: error.code == .ENOSPC || error.code == .EDQUOT
    case let error as CocoaError: error.code == .fileWriteOutOfSpace
    default: false
    }
  }
}
