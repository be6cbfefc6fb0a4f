/// A mirror that cannot be used as it is at present, in words for the operator: the file is named, and the way out.
package struct MirrorFault: Error, Sendable, Hashable, CustomStringConvertible {
  /// What is the matter with the file.
  package enum Kind: String, Sendable, Hashable {
    /// Another program holds SQLite's lock for writing, or for everything. Nothing was written.
    case busy
    /// Under the path lies another file than the one that was opened, or none.
    case moved
    /// What SQLite reads contradicts itself.
    case damaged
    /// It was opened for reading alone.
    case readOnly
    /// The disk, or the user's share of it, is full. Nothing was written.
    case full
  }

  /// Which of these it is: what callers decide by.
  package var kind: Kind
  /// What is wrong, with the path, and the way out.
  package var description: String
  /// SQLite's words; nil where there are none.
  package var detail: String?

  /// The fault of the mirror or of its disk that an error is; nil for all others.
  package init?(_ error: any Error) {
    if let fault = error as? MirrorFault {
      self = fault
    } else if StorageFault.isFull(error) {
      self.init(kind: .full, description: "\(error)")
    } else {
      return nil
    }
  }

  private init(kind: Kind, description: String, detail: String? = nil) {
    (self.kind, self.description, self.detail) = (kind, description, detail)
  }

  /// The write lock was not to be had in time.
  static func busy(_ path: String) -> MirrorFault {
    MirrorFault(
      kind: .busy,
      description:
        "another program holds the lock of the mirror \(path); nothing was written. `fuser -v \(path)` names it: "
        + "let it end its transaction")
  }

  /// There is no room.
  static func full(_ path: String) -> MirrorFault {
    MirrorFault(
      kind: .full,
      description:
        "the disk of the mirror \(path) is full; nothing was written. Make room: it needs that of its largest transaction, and of "
        + "\(path)-wal")
  }

  static func moved(_ path: String, _ what: String) -> MirrorFault {
    MirrorFault(
      kind: .moved,
      description:
        "the mirror \(path) \(what) while it was in use; nothing is read or written. Put the file back, or start "
        + "this process again to use what is there now")
  }

  static func damaged(_ path: String, _ message: String) -> MirrorFault {
    MirrorFault(
      kind: .damaged,
      description:
        "the mirror \(path) is damaged (SQLite: \(message)); `social-mirror check` tells what is lost and what to do",
      detail: message)
  }

  static func readOnly(_ path: String) -> MirrorFault {
    MirrorFault(
      kind: .readOnly,
      description:
        "the mirror \(path) is open for reading alone: the file or its folder may not be written by this user; "
        + "check owner, permissions and file system, or copy it to a folder of your own")
  }
}
