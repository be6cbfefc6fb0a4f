import CZlib
import Foundation
import JSONAPI
import Synchronization

/// Which files were fetched once already.
final class ReplacedFiles: Sendable {
  private let whole = Mutex<Set<EntityUUID>>([])

  /// Whether the content that came first was fetched.
  func isAgain(_ id: EntityUUID) -> Bool { whole.withLock { $0.contains(id) } }

  /// A content was sent to its end.
  func note(_ id: EntityUUID) { whole.withLock { _ = $0.insert(id) } }
}

/// What habits do to addresses and bytes.
enum FileHabits {
  /// The folder under which files stand once more under `oddFileAddresses`, as it is written and as it is asked for.
  static let oddFolder = "/sites/default/files/an odd n\u{E4}me 100%"

  /// A document with other addresses of files: each keeps its form, by its place in the document's own text.
  /// - Parameter base: the site's base URL.
  static func readdressed(_ body: [UInt8], base: String) -> [UInt8] {
    let text = String(decoding: body, as: UTF8.self)
    guard text.contains(#""url":"\/s"#) else { return body }
    var output = ""
    var rest = text[...]
    while let found = rest.range(of: #""url":"\/s"#), let end = rest[found.upperBound...].firstIndex(of: "\"") {
      let start = rest.index(found.upperBound, offsetBy: -3)
      output += rest[..<start]
      let path = rest[start..<end].replacing("\\/", with: "/")
      output += escaped(address(String(path), base: base))
      rest = rest[end...]
    }
    return Array((output + rest).utf8)
  }

  private static func escaped(_ text: String) -> String {
    text.unicodeScalars.map { scalar in
      scalar == "/" ? "\\/" : scalar.isASCII ? String(scalar) : "\\u" + String(format: "%04x", scalar.value)
    }.joined()
  }

  private static func address(_ path: String, base: String) -> String {
    guard path.hasPrefix("/sites/default/files/") else { return path }
    let host = base.drop { $0 != "/" }
    let name = path.dropFirst("/sites/default/files".count)
    return switch path.utf8.reduce(0, { ($0 + Int($1)) % 7 }) {
    case 0: String(host) + path
    case 1: base + path
    case 2: String(path.dropFirst())
    case 3: path + "#page=1"
    case 4: oddFolder + name
    // The same machine by another name: another origin.
    case 5: base.replacing("127.0.0.1", with: "localhost") + path
    default: path
    }
  }

  /// The path without the folder that is only a habit's.
  static func plain(_ path: String) -> String {
    for text in [path, path.removingPercentEncoding ?? path] where text.hasPrefix(oddFolder + "/") {
      return "/sites/default/files" + text.dropFirst(oddFolder.count)
    }
    return path
  }

  /// Bytes as one gzip or zlib stream.
  static func packed(_ bytes: [UInt8], asGzip: Bool) -> [UInt8]? {
    var stream = z_stream()
    let window: Int32 = asGzip ? 31 : 15
    guard
      deflateInit2_(
        &stream, 6, Z_DEFLATED, window, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK
    else { return nil }
    defer { deflateEnd(&stream) }
    var bytes = bytes
    var output = [UInt8](repeating: 0, count: Int(deflateBound(&stream, UInt(bytes.count))) + 64)
    let state = bytes.withUnsafeMutableBufferPointer { input in
      output.withUnsafeMutableBufferPointer { output in
        stream.next_in = input.baseAddress
        stream.avail_in = UInt32(input.count)
        stream.next_out = output.baseAddress
        stream.avail_out = UInt32(output.count)
        return deflate(&stream, Z_FINISH)
      }
    }
    guard state == Z_STREAM_END else { return nil }
    return Array(output.prefix(output.count - Int(stream.avail_out)))
  }
}
