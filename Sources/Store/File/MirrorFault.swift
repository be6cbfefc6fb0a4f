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
  }

  /// Which of these it is: what callers decide by.
  package var kind: Kind
  /// What is wrong, with the path, and the way out.
  package var description: String
  /// SQLite's words; nil where there are none.
  package var detail: String?

  /// The write lock was not to be had in time.
  static func busy(_ path: String) -> MirrorFault {
    MirrorFault(
      kind: .busy,
      description:
        "another program holds the lock of the mirror \(path); nothing was written. `fuser -v \(path)` names it: "
        + "let it end its transaction")
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
