import JSONAPI

/// The body of a write, read before anything is looked up for it.
struct WriteBody: Sendable {
  /// Of a document; none of a file's.
  let bytes: [UInt8]
  /// The document; nil where it is none, or none was to be read.
  let document: JSON?
  /// A file's content; nil where it is a document.
  let file: ReceivedBody?

  /// - Parameters:
  ///   - isDocument: whether it is a document, and no file.
  ///   - depth: how deep a document may be nested.
  /// - Throws: `ErrorResponse` when it cannot be read in time, or the disk does not give it back.
  init(
    _ received: ReceivedBody, isDocument: Bool, depth: Int = ServerLimits.standard.jsonDepth, within limit: WorkLimit,
    _ request: RequestURI
  ) throws {
    guard isDocument else {
      (bytes, document, file) = ([], nil, received)
      return
    }
    bytes = try received.bytes()
    file = nil
    guard !bytes.isEmpty, !WriteBody.isDeeper(bytes, than: depth) else {
      document = nil
      return
    }
    do throws(JSONSyntaxError) {
      document = try JSON(parsing: bytes, while: { limit.goesOn })
    } catch {
      guard !error.isStopped else { throw WriteBody.takesTooLong(request) }
      document = nil
    }
  }

  /// Whether a text of JSON is nested deeper than it may be: one look at its bytes, and no more is made of it then.
  static func isDeeper(_ bytes: [UInt8], than limit: Int) -> Bool {
    var (depth, isText, isEscaped) = (0, false, false)
    for byte in bytes {
      if isText {
        if isEscaped {
          isEscaped = false
        } else if byte == UInt8(ascii: "\\") {
          isEscaped = true
        } else if byte == UInt8(ascii: "\"") {
          isText = false
        }
        continue
      }
      switch byte {
      case UInt8(ascii: "\""): isText = true
      case UInt8(ascii: "{"), UInt8(ascii: "["):
        depth += 1
        if depth > limit { return true }
      case UInt8(ascii: "}"), UInt8(ascii: "]"): depth -= 1
      default: break
      }
    }
    return false
  }

  /// The answer to a document that takes too long to read or to look through.
  static func takesTooLong(_ request: RequestURI) -> ErrorResponse {
    ErrorResponse(
      status: 413,
      detail: "The document takes longer than \(WorkLimit.longest.components.seconds) s to read; send less.",
      request: request)
  }
}
