import Store
import Upstream

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
