import CRename
import DurableFiles
import Foundation

/// The folder in which an export is made: beside its place, under a name that begins with a point, for its owner alone. It is given its
/// name in one step when all is on the disk. Whoever makes one has a lock on it; one without a lock was left by a process that was
/// killed, and the next export to the same place removes it.
final class DraftFolder {
  /// Where it is.
  let path: String
  private let place: ExportPlace
  private let descriptor: Int32
  private var isDone = false

  private static let ending = ".unfinished"
  /// What was replaced where names cannot change places.
  private static let replaced = ".replaced"

  /// Makes one, and removes those that were left.
  init(for place: ExportPlace) throws(ExportFault) {
    DraftFolder.clean(place)
    self.place = place
    path =
      "\(place.parent == "/" ? "" : place.parent)/.\(place.name).\(getpid()).\(UInt32.random(in: 0 ... .max))"
      + DraftFolder.ending
    guard mkdir(path, 0o700) == 0 else { throw .system("make", path, errno) }
    let opened = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
    // The mask may have taken permissions away. File systems of networks have no such locks on folders: there nobody cleans up.
    guard opened >= 0, flock(opened, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK, fchmod(opened, 0o700) == 0 else {
      let code = errno
      if opened >= 0 { close(opened) }
      rmdir(path)
      throw .system("make", path, code)
    }
    descriptor = opened
  }

  /// What did not become an export leaves nothing.
  deinit {
    if !isDone { DraftFolder.remove(path, nil) }
    close(descriptor)
  }

  /// Gives the folder its name, when the files in it are on the disk. An earlier export goes with that, and its files after it.
  /// - Parameter made: the names of these files: what else is there would keep the next export from replacing this one.
  /// - Returns: what is left of the earlier one; nil where nothing is.
  func publish(_ made: Set<String>) throws(ExportFault) -> String? {
    let there = Set((try? FileManager.default.contentsOfDirectory(atPath: path)) ?? [])
    if let strange = there.symmetricDifference(made).sorted().first {
      throw .failed("\(path): \(strange) is not as it was written; nothing is left of this export")
    }
    guard fsync(descriptor) == 0 else { throw .system("write", path, errno) }
    let files: Set<String>
    switch try place.look() {
    case .nothing:
      guard rename(path, place.path) == 0 else { throw .system("name", place.path, errno) }
      isDone = true
      try last()
      return nil
    case .export(let earlier): files = earlier
    }
    var old = path
    let code = exchange_names(path, place.path)
    // What does not know the call says any of these; old rules of containers, that it is not permitted.
    if [ENOSYS, EINVAL, ENOTSUP, EPERM].contains(code) {
      old = String(path.dropLast(DraftFolder.ending.utf8.count)) + DraftFolder.replaced
      try replace(old)
    } else if code != 0 {
      throw .system("replace", place.path, code)
    }
    isDone = true
    try last()
    return DraftFolder.remove(old, files) ? nil : old
  }

  /// In two steps. A process that is killed between them leaves the earlier export under the other name, and the next one puts it back.
  private func replace(_ old: String) throws(ExportFault) {
    guard rename(place.path, old) == 0 else { throw .system("replace", place.path, errno) }
    guard rename(path, place.path) == 0 else {
      let code = errno
      rename(old, place.path)
      throw .system("name", place.path, code)
    }
  }

  private func last() throws(ExportFault) {
    do { try DurableFile.synchronizeFolder(of: place.path) } catch {
      throw .failed("\(place.path) is there, but a power cut may take its name away: \(error.reason)")
    }
  }

  // MARK: What was left

  /// Removes what processes that were killed have left beside a place, as far as that is this user's.
  static func clean(_ place: ExportPlace) {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: place.parent)) ?? []
    for name in names where name.hasPrefix(".\(place.name).") {
      let path = "\(place.parent)/\(name)"
      let isReplaced = name.hasSuffix(replaced)
      guard isReplaced || name.hasSuffix(ending) else { continue }
      let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
      guard descriptor >= 0 else { continue }
      defer { close(descriptor) }
      var info = stat()
      guard fstat(descriptor, &info) == 0, info.st_uid == geteuid(), flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
        continue
      }
      if isReplaced, access(place.path, F_OK) != 0, rename(path, place.path) == 0 { continue }
      remove(path, isReplaced ? Manifest.files(inFolder: path) ?? [] : nil)
    }
  }

  /// Removes a folder with the files in it, or with these of them; folders in it stay, and so does it then.
  /// - Returns: whether nothing is left.
  @discardableResult
  private static func remove(_ path: String, _ files: Set<String>?) -> Bool {
    let names = files.map(Array.init) ?? (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
    for name in names where !name.contains("/") { unlink("\(path)/\(name)") }
    return rmdir(path) == 0
  }
}
