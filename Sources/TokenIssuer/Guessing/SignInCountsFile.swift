import Coding
import DurableFiles
import Glibc

/// Where sums of refused sign-ins outlive the process: a small file beside the mirror, for its owner alone. Two processes that add at the
/// same moment may lose what one of them adds.
package struct SignInCountsFile: Sendable {
  /// Where it is; its folder must exist.
  package let path: String

  /// A file that need not exist.
  package init(path: String) { self.path = path }

  /// The sums; none where there is no file, or it cannot be read.
  package func load() -> SignInCounts {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { return SignInCounts() }
    defer { close(descriptor) }
    guard let status = try? DurableFile.status(of: descriptor), status.isRegular,
      let bytes = try? DurableFile.contents(of: descriptor, atMost: 4_096), let json = try? JSON(parsing: bytes)
    else { return SignInCounts() }
    return SignInCounts(json: json)
  }

  /// Adds to the sums.
  /// - Throws: `FileFault`; the sums are those of before.
  package func add(_ counts: SignInCounts) throws(FileFault) {
    try DurableFile.replace(path, with: (load() + counts).json.encoded(.plain))
  }
}
