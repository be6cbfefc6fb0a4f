#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// A step of reading or writing a file that the system refused. Whoever asked puts it into words: they know what the file is.
package struct FileFault: Error, Sendable, Hashable, CustomStringConvertible {
  /// What was being done.
  package enum Step: Sendable, Hashable {
    /// The draft beside the path could not be made.
    case making
    /// The draft could not be written, or not be written through to the disk.
    case writing
    /// The draft could not be given its name.
    case naming
    /// The file has its name, but a power cut may take that away again.
    case lasting
    /// The file could not be read.
    case reading
  }

  /// Where it ended.
  package let step: Step
  /// The system's `errno`.
  package let code: Int32

  /// A refused step.
  package init(step: Step, code: Int32) {
    self.step = step
    self.code = code
  }

  /// The system's words, such as `Permission denied`.
  package var reason: String { String(cString: strerror(code)) }
  /// One line for the operator.
  package var description: String { "\(step): \(reason)" }
}
