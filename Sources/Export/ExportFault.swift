import DurableFiles
import Store

/// Why an export was not made. What was there before is as it was.
package struct ExportFault: DiskError, Sendable, CustomStringConvertible {
  /// Whether something else has to be asked for: the folder, a name, a tool.
  package var isUsage: Bool
  /// Whether there is no room for it.
  package var isFull: Bool
  /// What is wrong, and the way out.
  package var description: String

  /// Something that cannot be asked for.
  static func refused(_ description: String) -> ExportFault {
    ExportFault(isUsage: true, isFull: false, description: description)
  }

  /// Something that went wrong.
  static func failed(_ description: String) -> ExportFault {
    ExportFault(isUsage: false, isFull: false, description: description)
  }

  /// What the system refused.
  /// - Parameters:
  ///   - what: such as `write`.
  ///   - code: the system's `errno`.
  static func system(_ what: String, _ path: String, _ code: Int32) -> ExportFault {
    let fault = FileFault(step: .writing, code: code)
    guard StorageFault.isFull(fault) else { return .failed("cannot \(what) \(path): \(fault.reason)") }
    return .full(path, fault.reason)
  }

  /// There is no room.
  static func full(_ path: String, _ reason: String) -> ExportFault {
    ExportFault(
      isUsage: false, isFull: true,
      description: "cannot write \(path): \(reason). Nothing is left of this export; make room, and export again")
  }
}
