import HummingbirdCore
import NIOCore

/// A body that is sent as it comes, for as long as somebody reads it. A class, so that an answer without one stays small.
final class AnswerStream: Sendable {
  private let write: @Sendable (inout any ResponseBodyWriter) async throws -> Void

  /// - Parameter write: is called once at most, and not at all where the client is gone before.
  init(_ write: @escaping @Sendable (inout any ResponseBodyWriter) async throws -> Void) { self.write = write }

  /// The body, of no length that is known.
  var body: ResponseBody {
    ResponseBody { [write] writer in
      try await write(&writer)
      try await writer.finish(nil)
    }
  }
}
