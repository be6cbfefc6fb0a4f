import DurableFiles
import Foundation
import JSONAPI

/// The folder that an export is to be. It is a new one, or an earlier export and nothing else: whatever people keep there is not for
/// this program to remove.
struct ExportPlace {
  /// The folder that it is in, without links.
  let parent: String
  /// Its own name.
  let name: String
  /// Where it is.
  var path: String { parent == "/" ? "/\(name)" : "\(parent)/\(name)" }

  /// - Parameter text: as it was asked for; a relative one counts from where the program runs.
  init(_ text: String) throws(ExportFault) {
    var text = Substring(text)
    while text.count > 1, text.hasSuffix("/") { text.removeLast() }
    let slash = text.lastIndex(of: "/")
    name = String(slash.map { text[text.index(after: $0)...] } ?? text)
    guard !name.isEmpty, name != ".", name != "..", !text.utf8.contains(0) else {
      throw .refused("\(text) cannot become an export; give the name of a new folder, such as \(text)/snapshot")
    }
    let folder = DurableFile.folder(of: String(text))
    guard let real = realpath(folder, nil) else {
      throw .refused("the folder \(folder), in which \(name) is to be made: \(String(cString: strerror(errno)))")
    }
    defer { free(real) }
    parent = String(cString: real)
  }

  /// What is there.
  enum Finding: Hashable {
    case nothing
    /// An earlier export, which consists of these files.
    case export(files: Set<String>)
  }

  /// Looks at what is there.
  /// - Throws: `ExportFault` for whatever is neither nothing nor an export.
  func look() throws(ExportFault) -> Finding {
    var info = stat()
    guard lstat(path, &info) == 0 else {
      guard errno == ENOENT else { throw .system("look at", path, errno) }
      return .nothing
    }
    if info.st_mode & S_IFMT == S_IFLNK {
      throw .refused("\(path) is a symbolic link; give the folder that is meant")
    }
    guard info.st_mode & S_IFMT == S_IFDIR else {
      throw .refused("\(path) is there and is no folder; give another name")
    }
    guard let files = Manifest.files(inFolder: path) else {
      throw .refused(
        "\(path) is there and is no earlier export (it has no \(Manifest.name) of one); nothing in it is touched. Give the name of a "
          + "new folder, such as \(path)/snapshot")
    }
    let there = Set((try? FileManager.default.contentsOfDirectory(atPath: path)) ?? [])
    if let strange = there.subtracting(files).sorted().first {
      throw .refused(
        "\(path) is an earlier export, but \(strange) in it is not of it; nothing is touched. Move that away, or give another name"
      )
    }
    return .export(files: files)
  }
}
