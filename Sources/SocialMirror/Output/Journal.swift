import Foundation
import Logging

/// The journal of systemd as the place that log lines go to: each with its priority, and its fields as fields of the entry.
enum Journal {
  /// Where it takes entries in its own protocol.
  static let path = "/run/systemd/journal/socket"

  /// Whether standard error leads there (JOURNAL_STREAM, systemd.exec(5)): somebody may have turned it elsewhere since.
  static func isStandardError(_ environment: [String: String]) -> Bool {
    guard let stream = environment["JOURNAL_STREAM"] else { return false }
    var info = stat()
    guard fstat(STDERR_FILENO, &info) == 0 else { return false }
    return stream == "\(info.st_dev):\(info.st_ino)"
  }

  /// The number of a level (syslog(3)).
  static func priority(_ level: Logger.Level) -> Int {
    switch level {
    case .trace, .debug: 7
    case .info: 6
    case .notice: 5
    case .warning: 4
    case .error: 3
    case .critical: 2
    }
  }

  /// Lines for standard error, from each of which the journal reads the priority (sd-daemon(3)).
  static func line(_ text: String, _ level: Logger.Level) -> String {
    text.split(separator: "\n", omittingEmptySubsequences: false).map { "<\(priority(level))>\($0)" }
      .joined(separator: "\n")
  }

  /// The field of a key of a log line's metadata: up to 64 capital letters, digits and `_`, such as `MIRROR_TYPE`.
  static func fieldName(_ key: String) -> String {
    let name = key.unicodeScalars.prefix(57).map { scalar -> Character in
      let isPlain = scalar.isASCII && (scalar.properties.isAlphabetic || ("0"..."9").contains(scalar))
      return isPlain ? Character(scalar) : "_"
    }
    return "MIRROR_" + String(name).uppercased()
  }

  /// An entry in the journal's own protocol.
  static func entry(_ fields: [(name: String, value: String)]) -> [UInt8] {
    var bytes: [UInt8] = []
    for (name, value) in fields {
      bytes.append(contentsOf: name.utf8)
      if value.utf8.contains(0x0A) {
        // What has line breaks comes with its length, 64 bits, the lowest byte first.
        bytes.append(0x0A)
        let count = UInt64(value.utf8.count)
        for byte in 0..<8 { bytes.append(UInt8(truncatingIfNeeded: count >> UInt64(8 * byte))) }
      } else {
        bytes.append(0x3D)
      }
      bytes.append(contentsOf: value.utf8)
      bytes.append(0x0A)
    }
    return bytes
  }
}
