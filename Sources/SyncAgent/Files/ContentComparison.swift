import JSONAPI
import Logging
import Store
import Synchronization
import Upstream

/// Whether a content that is here still is what was fetched, and what the site has.
extension FileFetch {
  /// Whether a content is not on disk as it was fetched. Then it is forgotten.
  func hasDamaged(_ content: FileContent, of file: FileSource) throws -> Bool {
    guard let hash = content.hash else { return false }
    let stored = StoredContent(hash: hash, bytes: content.bytes, uri: file.uri)
    guard folder.fault(of: stored, isDeep: true)?.isGone == true else { return false }
    try placing.alone {
      // Another file with the same content may have brought it back meanwhile.
      if folder.fault(of: stored, isDeep: true)?.isGone == true { try files.forget(contents: [hash]) }
    }
    logger.warning("a content was damaged on disk; it is fetched again", metadata: ["file": "\(file.uri)"])
    return true
  }

  /// Asks for the head alone. Nil where that is not to be had.
  func isSame(_ file: FileSource, _ known: FileContent) async throws -> Bool? {
    let sink = HeadSink()
    do {
      _ = try await site.download(into: sink, foreign: foreign) {
        var request = FileRequest(url: file.reference?.url ?? file.url)
        request.isHead = true
        return request
      }
    } catch let error as SiteError where [.serverFault, .badRequest, .malformed, .forbidden].contains(error.kind) {
      return nil
    }
    return sink.head.map {
      FileTrust.objection(file, mediaType: $0["Content-Type"]) == nil && FileStep.isSame($0, as: known)
    }
  }
}

/// Takes a head, and nothing else.
private final class HeadSink: ContentSink {
  private let state = Mutex<InboundResponse?>(nil)
  var head: InboundResponse? { state.withLock { $0 } }
  func begin(_ head: InboundResponse) -> Bool {
    state.withLock { $0 = head }
    return true
  }
  func take(_ piece: UnsafeRawBufferPointer) -> Bool { false }
}
