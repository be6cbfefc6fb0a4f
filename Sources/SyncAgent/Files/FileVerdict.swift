import Store
import Upstream

/// What to do about one file: decided from what is known, with no disk and no site.
enum FileStep: Sendable, Hashable {
  /// The content is the one that is there; only the resource has moved on.
  case keep(FileContent)
  case fetch
  /// Ask for the resource first: its URL is signed and may have expired.
  case renewURL

  /// - Parameter isFresh: whether the URL was read just now.
  static func next(_ file: FileSource, isFresh: Bool) -> FileStep {
    if let known = file.known, known.hash != nil, known.source == file.identity { return .keep(known) }
    return !isFresh && file.url.contains("?") ? .renewURL : .fetch
  }

  /// The request for a file: whole, the rest of a part, or only if it has changed.
  /// - Parameters:
  ///   - arrived: bytes of an earlier attempt.
  ///   - partValidator: what these bytes came with; without it they cannot be continued.
  static func request(_ file: FileSource, arrived: Int64, partValidator: String?) -> FileRequest {
    if arrived > 0, let partValidator { return FileRequest(url: file.url, offset: arrived, validator: partValidator) }
    return FileRequest(url: file.url, validator: file.known?.hash == nil ? nil : file.known?.validator)
  }
}

/// Whether an answer is the file that was asked for.
enum FileTrust {
  /// A login or error page with status 200 must not take a file's place. The size that the resource names is no proof: the
  /// site rounds nothing, but derivatives and optimisers change files behind its back.
  /// - Returns: why it is not; nil when it may be.
  static func objection(_ file: FileSource, mediaType: String?) -> String? {
    let came = mediaType.map { $0.prefix { $0 != ";" }.lowercased() } ?? ""
    let expected = file.mediaType?.lowercased() ?? ""
    guard came == "text/html" || came == "application/xhtml+xml", expected != came, !expected.contains("html") else {
      return nil
    }
    return "the site sent a page (\(came)) instead of \(expected.isEmpty ? "the file" : expected)"
  }

  /// How long to leave a file alone after so many failures, in seconds: a minute, doubling, a day at most.
  static func pause(attempts: Int) -> Int64 { min(86_400, 60 << Int64(min(max(attempts, 1) - 1, 11))) }
}
