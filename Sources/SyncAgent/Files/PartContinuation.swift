import Upstream

/// How the answer to a request for a file goes together with what has arrived of it (RFC 9110, 14.4 and 15.3.7).
enum PartContinuation: Sendable, Hashable {
  /// It is the rest; at the end there must be so many bytes, where that is known.
  case continues(expected: Int64?)
  /// It is the whole from the beginning.
  case whole(expected: Int64?)
  /// It is a piece of something else, for this reason.
  case refused(String)

  /// - Parameters:
  ///   - head: of an answer with status 200 or 206.
  ///   - arrived: bytes of an earlier attempt.
  ///   - partValidator: what these came with.
  ///   - size: what the resource says of its size. It is no proof, but where only the connection's end tells that it
  ///     was all, less is taken for a cut.
  init(_ head: InboundResponse, arrived: Int64, partValidator: String?, size: Int64?) {
    guard head.status == 206 else {
      // Nor is it told where packed content ends too early.
      self = .whole(expected: head.endsByClosing || head.isCoded ? size : nil)
      return
    }
    guard !head.isCoded else {
      self = .refused("the site sent a piece of packed content")
      return
    }
    guard let range = head["Content-Range"].flatMap(ContentRange.init), range.first == arrived else {
      self = .refused("the site sent another range than the one asked for")
      return
    }
    // A server that does not know If-Range sends the rest of whatever is there now.
    guard let partValidator, FileAnswer.validator(of: head) == partValidator else {
      self = .refused("the site sent the rest of another file than the part that is here")
      return
    }
    guard range.total.map({ $0 == range.end }) ?? true else {
      self = .refused("the site sent less than the rest")
      return
    }
    self = .continues(expected: range.end)
  }

  /// Why so many bytes at the end are not the file, for people; nil when they may be. What a range says of itself is
  /// exact; what the resource says of a size is only the least.
  func lack(of bytes: Int64) -> String? {
    switch self {
    case .continues(let expected?) where bytes != expected, .whole(let expected?) where bytes < expected:
      "\(bytes) of \(expected) bytes arrived"
    default: nil
    }
  }
}
