import JSONAPI

/// The body of a write, read before anything is looked up for it.
struct WriteBody: Sendable {
  let bytes: [UInt8]
  /// The document; nil where it is none, or none was to be read.
  let document: JSON?

  /// - Parameter isDocument: whether it is a document, and no file.
  /// - Throws: `ErrorResponse` when it cannot be read in time.
  init(_ bytes: [UInt8], isDocument: Bool, within limit: WorkLimit, _ request: RequestURI) throws(ErrorResponse) {
    self.bytes = bytes
    guard isDocument, !bytes.isEmpty else {
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

  /// The answer to a document that takes too long to read or to look through.
  static func takesTooLong(_ request: RequestURI) -> ErrorResponse {
    ErrorResponse(
      status: 413,
      detail: "The document takes longer than \(WorkLimit.longest.components.seconds) s to read; send less.",
      request: request)
  }
}
