import Foundation
import Store
import Synchronization
import Testing

/// A mirror in a folder of its own, which goes with it. When it goes, whatever is true of every mirror (`Mirror.check`) is proved of
/// its file, and what is not so fails the test that made it: whatever a test writes leaves a mirror that is in order. Who damages one
/// on purpose says so, and how, in words.
package final class ProvenMirror: Sendable {
  /// Removed with this object.
  package let folder: URL
  /// The mirror. May be closed earlier.
  package let mirror: Mirror
  /// What a test has done to it; nil while all is to be true of it.
  private let damage: Mutex<String?>
  private let maker: SourceLocation

  /// A new, empty mirror.
  /// - Parameters:
  ///   - name: of the file.
  ///   - damage: in which way the test damages it: then nothing is proved.
  package init(
    name: String = "mirror.sqlite", damagedBy damage: String? = nil, file: String = #fileID,
    filePath: String = #filePath, line: Int = #line
  ) throws {
    folder = FileManager.default.temporaryDirectory.appending(path: "mirror-\(UUID().uuidString)")
    mirror = try Mirror(path: folder.appending(path: name).path)
    self.damage = Mutex(damage)
    maker = SourceLocation(fileID: file, filePath: filePath, line: line, column: 1)
  }

  deinit {
    if damage.withLock({ $0 == nil }) { ProvenMirror.prove(mirror, made: maker) }
    try? mirror.close()
    try? FileManager.default.removeItem(at: folder)
  }

  /// Says that a test damages the mirror from here on: nothing is proved.
  package func damaged(by damage: String) { self.damage.withLock { $0 = damage } }

  /// Proves what is true of every mirror of the file under a path; nothing where there is none.
  package static func prove(
    at path: String, file: String = #fileID, filePath: String = #filePath, line: Int = #line
  ) {
    prove(at: path, made: SourceLocation(fileID: file, filePath: filePath, line: line, column: 1))
  }

  private static func prove(at path: String, made place: SourceLocation) {
    guard FileManager.default.fileExists(atPath: path) else { return }
    do {
      let mirror = try Mirror(path: path, for: .looking)
      defer { try? mirror.close() }
      judge(try mirror.reporting.check(), path, made: place)
    } catch { Issue.record("nothing can be proved of \(path): \(error)", sourceLocation: place) }
  }

  private static func prove(_ mirror: Mirror, made place: SourceLocation) {
    // One that is closed already is opened again, to be looked at.
    guard let results = try? mirror.reporting.check() else { return prove(at: mirror.path, made: place) }
    judge(results, mirror.path, made: place)
  }

  private static func judge(_ results: [InvariantResult], _ path: String, made place: SourceLocation) {
    for result in results where result.violations > 0 {
      let example = result.example.map { ", such as: \($0)" } ?? ""
      Issue.record(
        "the mirror that was made here ends with \(result.violations) against \"\(result.name)\"\(example)",
        sourceLocation: place)
    }
  }
}
