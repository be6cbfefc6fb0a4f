import Foundation
import HTTPTypes

/// ReDoc, which shows a description in a browser. It is no part of the program: it is laid beside it when that is packaged.
struct RedocBundle: Sendable {
  /// The folders in which it is looked for, the first that has it.
  let folders: [String]

  /// The names of its files.
  static let script = "redoc.standalone.js"
  static let licence = script + ".LICENSE.txt"
  /// Longer files are none of its. Bytes.
  private static let longest: UInt64 = 16_777_216

  /// A file of it; nil where it is missing.
  func file(_ name: String, _ mediaType: String) -> Answer? {
    for folder in folders {
      let path = "\(folder)/\(name)"
      guard let file = FileHandle(forReadingAtPath: path), let size = try? file.seekToEnd(),
        (1...RedocBundle.longest).contains(size)
      else { continue }
      var answer = Answer(file: FileSlice(path: path, range: 0..<Int64(size)))
      answer.fields[.contentType] = mediaType
      answer.fields[.cacheControl] = "private, max-age=3600"
      return answer
    }
    return nil
  }

  /// Whether it is there.
  var isThere: Bool { file(RedocBundle.script, "") != nil }
}

extension RedocBundle {
  /// Where packages lay it, and `make redoc`: beside the program, by where that is.
  static var usualFolders: [String] {
    let program = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()
    let beside = ["../share/social-mirror/redoc", "../../redoc"].map {
      program.appending(path: $0).standardizedFileURL.path
    }
    return beside + ["/usr/local/share/social-mirror/redoc", "/usr/share/social-mirror/redoc"]
  }
}
