import JSONAPI
import Store
import Upstream

/// What to do about one file: decided from what is known, with no disk and no site.
enum FileStep: Sendable, Hashable {
  /// The content is the one that is there; only the resource has moved on.
  case keep(FileContent)
  /// The content is here, and by all that is known the site's; ask whether it still is.
  case compare(FileContent)
  case fetch
  /// Ask for the resource first: its URL is signed and may have expired.
  case renewURL

  /// - Parameter isFresh: whether the URL was read just now.
  static func next(_ file: FileSource, isFresh: Bool) -> FileStep {
    if let known = file.known, known.hash != nil, known.source == file.identity {
      guard file.isCheck else { return .keep(known) }
      return !isFresh && file.url.contains("?") ? .renewURL : .compare(known)
    }
    return !isFresh && file.url.contains("?") ? .renewURL : .fetch
  }

  /// The request for a file: whole, the rest of a part, or only if it has changed.
  /// - Parameters:
  ///   - arrived: bytes of an earlier attempt.
  ///   - partValidator: what these bytes came with; without it they cannot be continued.
  ///   - isConditional: whether the site may say that it is the same.
  static func request(
    _ file: FileSource, arrived: Int64, partValidator: String?, isConditional: Bool = true
  ) -> FileRequest {
    let url = file.reference?.url ?? file.url
    if arrived > 0, let partValidator { return FileRequest(url: url, offset: arrived, validator: partValidator) }
    return FileRequest(url: url, validator: isConditional ? validator(for: file) : nil)
  }

  /// Whether a head says that the content is the one that is here, where no tag can: by length and time.
  static func isSame(_ head: InboundResponse, as known: FileContent) -> Bool {
    guard head.status == 200 else { return false }
    let length = head.isCoded ? nil : head["Content-Length"].flatMap { Int64($0) }
    if let length, length != known.bytes { return false }
    let time = head["Last-Modified"].flatMap(IMFFixdate.unixSeconds)
    if let time, let before = known.lastModified { return time == before }
    return length != nil
  }

  /// What tells the site which content is here. It speaks of one address only; and a date does not tell a file from
  /// an older one that was put in its place, so it is no use where the size differs.
  static func validator(for file: FileSource) -> String? {
    guard let known = file.known, known.hash != nil, let validator = known.validator,
      let before = FileIdentity(known.source), before.uri == file.uri
    else { return nil }
    return validator.hasSuffix("\"") || before.size == file.size ? validator : nil
  }
}
