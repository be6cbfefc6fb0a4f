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

/// Whether an answer is the file that was asked for.
enum FileTrust {
  /// A login or error page with status 200 must not take a file's place. The size that the resource names is no
  /// proof: the site rounds nothing, but derivatives and optimisers change files behind its back.
  /// - Returns: why it is not; nil when it may be.
  static func objection(_ file: FileSource, mediaType: String?) -> String? {
    let came = mediaType.map { $0.prefix { $0 != ";" }.lowercased() } ?? ""
    let expected = file.mediaType?.lowercased() ?? ""
    guard came == "text/html" || came == "application/xhtml+xml", expected != came, !expected.contains("html") else {
      return nil
    }
    return "the site sent a page (\(came)) instead of \(expected.isEmpty ? "the file" : expected)"
  }

  /// Why what begins as a page is not taken.
  static let page = "the site sent a page instead of the file"

  /// Of a file that is a page itself, another page is told by its size alone.
  /// - Parameter bytes: of what came.
  static func objection(_ file: FileSource, bytes: Int64) -> String? {
    guard file.mediaType?.lowercased().contains("html") == true, let size = file.size, size != bytes else { return nil }
    return "the site sent \(bytes) bytes where its page has \(size): a page that is another one is not taken"
  }

  /// An error in words for the operator. A 401 is about the file alone here: the site has just given a token, or the
  /// file is on another server, which gets none.
  static func reason(_ error: SiteError) -> String {
    error.kind == .unauthorized
      ? "its server wants another sign-in (401): does its folder have one of its own? Other files are not affected"
      : "\(error)"
  }

  /// How long to leave a file alone after so many failures, in seconds: a minute, doubling, a day at most; one that
  /// the site has lost an hour, doubling, a week at most.
  static func pause(attempts: Int, isLost: Bool = false) -> Int64 {
    let doublings = Int64(min(max(attempts, 1) - 1, 11))
    return isLost ? min(604_800, 3_600 << doublings) : min(86_400, 60 << doublings)
  }

  /// What a failure says of the site as a whole: whether the place where it keeps its files is away. All else is
  /// about the file, and so is what another server does.
  static func isSiteAway(_ error: any Error) -> Bool {
    switch error {
    case let error as SiteError: [.throttled, .unavailable].contains(error.kind)
    case let error as TransportError:
      [.unreachable, .nameNotResolved, .certificate, .tlsHandshake].contains(error.kind)
    default: false
    }
  }
}
