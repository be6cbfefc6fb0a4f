/// A part of a file on disk that is sent as the body of an answer.
struct FileSlice: Sendable, Hashable {
  var path: String
  /// Bytes.
  var range: Range<Int64>
}
