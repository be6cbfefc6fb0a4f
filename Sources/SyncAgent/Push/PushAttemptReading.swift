import JSONAPI
import Store
import Upstream

/// What an attempt asks the site, and what it makes of the answers.
extension PushAttempt {
  func send(_ request: SiteRequest, _ report: inout PushReport) async throws -> InboundResponse {
    try await push.site.pacer.pass()
    report.requests += 1
    return try await push.site.session.authorized(request.prepare(base: push.site.base))
  }

  func look(_ report: inout PushReport) async throws -> Sight {
    try sight(try await send(OutgoingRequest.read(change, path: path), &report))
  }

  /// A look before an update, which the site takes when `changed` is still what was read. That counts seconds: of a copy that was
  /// read within the second of its own `changed`, a later edit in that second would go unnoticed and be written over. So the
  /// second is waited out, and nil says to look again.
  func lookBeforeUpdate(_ report: inout PushReport) async throws -> Sight? {
    let response = try await send(OutgoingRequest.read(change, path: path), &report)
    let sight = try sight(response)
    guard case .there(let copy) = sight,
      let seconds = PushDecision.unsettledSeconds(changed: copy.scanned.changed, readAt: response.date)
    else { return sight }
    try await push.site.wait(seconds)
    return nil
  }

  private func sight(_ response: InboundResponse) throws -> Sight {
    do {
      return .there(try copy(SiteAnswer.document(of: response), status: response.status))
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
    return try copy(body, status: response.status)
  }

  func copy(_ body: [UInt8], status: Int) throws -> SiteCopy {
    guard let copy = try copies(body, status: status).first else {
      throw SiteError(.malformed, status: status, detail: "a document without its resource")
    }
    return copy
  }

  func page(_ response: InboundResponse) throws -> [SiteCopy] {
    try copies(SiteAnswer.document(of: response), status: response.status)
  }

  func copies(_ body: [UInt8], status: Int) throws -> [SiteCopy] {
    do {
      var scanner = self.scanner
      let page = try scanner.page(body)
      let data = try JSON(parsing: body)["data"] ?? .null
      return zip(page.resources, data.array ?? [data]).map { SiteCopy(scanned: $0, json: $1) }
    } catch {
      throw SiteError(.malformed, status: status, detail: error.description)
    }
  }
}
