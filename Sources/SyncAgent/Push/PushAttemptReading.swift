import JSONAPI
import Logging
import Store
import Upstream

/// What an attempt asks the site, and what it makes of the answers.
extension PushAttempt {
  func send(_ request: SiteRequest, _ report: inout PushReport) async throws -> InboundResponse {
    report.requests += 1
    let response = try await push.site.send(request)
    // Whatever it says of this write: the site takes writes.
    if request.method != "GET", response.status != 405, response.status < 500, hold.take() {
      try outbox.releaseWrites()
    }
    return response
  }

  /// Looks at the site's copy, past all caches: what one of them kept would hide what others edited since.
  func look(_ report: inout PushReport) async throws -> Sight {
    let response = try await send(lookRequest, &report)
    return try newest(sight(response), response)
  }

  private var lookRequest: SiteRequest {
    OutgoingRequest.read(change, path: path).pastCaches(push.site.freshNumber())
  }

  /// A look before an update, which the site takes when `changed` is still what was read. That counts seconds: of a copy that was
  /// read within the second of its own `changed`, a later edit in that second would go unnoticed and be written over. So the
  /// second is waited out by the site's clock as it is known here, and nil says to look again.
  /// - Throws: `CopyNotSettled` when this push has waited long enough for such copies.
  func lookBeforeUpdate(_ report: inout PushReport) async throws -> Sight? {
    let asked = push.site.clock.seconds
    let response = try await send(lookRequest, &report)
    let sight = try newest(sight(response), response)
    guard case .there(let copy) = sight,
      let seconds = PushDecision.unsettledSeconds(
        changed: copy.scanned.changed, readAt: [asked, response.date].compactMap { $0 }.max())
    else { return sight }
    push.logger.info(
      "a change waits until the second of its copy is over",
      metadata: metadata.merging(["seconds": "\(seconds)"]) { $1 })
    guard patience.take(seconds) else { throw CopyNotSettled(seconds: seconds) }
    try await push.site.wait(seconds)
    return nil
  }

  /// What is known to be newer than what a look showed: a cache that keeps its answers whatever it is asked shows our own write
  /// as it was before. The site's answer to that write is in the mirror.
  private func newest(_ sight: Sight, _ response: InboundResponse) throws -> Sight {
    guard let known = try outbox.answered(change), let date = response.date, date <= known.madeAt ?? .min else {
      return sight
    }
    if case .there(let copy) = sight, !known.isNewer(than: copy) { return sight }
    push.logger.info("a cache shows a copy from before our own write", metadata: metadata)
    return .there(known)
  }

  private func sight(_ response: InboundResponse) throws -> Sight {
    do {
      return .there(try copy(SiteAnswer.document(of: response), of: response))
    } catch let error as SiteError where error.kind == .notFound {
      return .gone
    }
  }

  /// A look after a write has left: whatever goes wrong with it leaves the write uncertain.
  func lookAfter(_ report: inout PushReport) async throws -> Sight {
    do {
      return try await look(&report)
    } catch let error as SiteError {
      var unclear = error
      unclear.kind = .unavailable
      throw unclear
    } catch let error as TransportError {
      var unclear = error
      unclear.mayHaveArrived = true
      throw unclear
    }
  }

  func written(_ response: InboundResponse) throws -> SiteCopy {
    guard case .document(let body) = try SiteAnswer.written(response) else {
      throw SiteError(.malformed, status: response.status, detail: "no document after a write")
    }
    return try copy(body, of: response)
  }

  func copy(_ body: [UInt8], of response: InboundResponse) throws -> SiteCopy {
    guard var copy = try copies(body, status: response.status).first else {
      throw SiteError(.malformed, status: response.status, detail: "a document without its resource")
    }
    // What is made may get an id of the site's own; all else is asked for by the one that it has, in whatever letter case.
    let isMade = change.kind == .create || change.kind == .upload
    guard isMade || copy.scanned.uuid.folded == change.uuid.folded else {
      throw SiteError(
        .malformed, status: response.status,
        detail: "the resource \(copy.scanned.uuid) where \(change.uuid) was asked for")
    }
    copy.madeAt = response.date
    return copy
  }

  func page(_ response: InboundResponse) throws -> [SiteCopy] {
    try copies(SiteAnswer.document(of: response), status: response.status)
  }

  func copies(_ body: [UInt8], status: Int) throws -> [SiteCopy] {
    do {
      var scanner = self.scanner
      let page = try scanner.page(body)
      // What cannot be used may be no JSON, and then the document is none.
      if !page.unusable.isEmpty { _ = try JSON(parsing: body) }
      var copies: [SiteCopy] = []
      for resource in page.resources {
        copies.append(SiteCopy(scanned: resource, text: try scanner.text(of: resource)))
      }
      return copies
    } catch {
      throw SiteError(.malformed, status: status, detail: error.description)
    }
  }

  /// The whole of a copy.
  /// - Throws: `SiteError` where it cannot be read.
  func json(_ copy: SiteCopy) throws -> JSON { try read { try copy.json() } }

  /// Reads in a copy.
  /// - Throws: `SiteError` where that is no JSON after all.
  func read<Value>(_ body: () throws -> Value) throws -> Value {
    do { return try body() } catch let error as JSONSyntaxError {
      throw SiteError(.malformed, status: 200, detail: error.description)
    }
  }
}
