import HTTPTypes
import Hummingbird
import JSONAPI
import NIOCore
import Store
import TokenIssuer

extension LocalAPIResponder {
  /// Answers POST, PATCH and DELETE on JSON:API routes, and refuses other methods, in the site's order (reference
  /// 1.2, 5.1): method, media type, token, resource, access, body.
  func write(
    _ route: Route, _ request: Request, _ uri: RequestURI, _ base: DocumentBase, _ caller: AccessToken?,
    _ presence: ClientPresence?
  ) async throws -> Answer {
    let method = request.method.rawValue
    do {
      switch try LocalAPIResponder.beforeRecording(uri, { try writes.find(route, method) }) {
      case .nothing: return Answer(page: "Page not found", status: 404)
      case .otherMethods(let methods): return Answer(.methodNotAllowed(method, allowed: methods, request: uri))
      case .route(let route):
        try route.checkMediaType(request.headers[.contentType], method, uri)
        guard let caller else { return LocalAPIResponder.anonymous(uri) }
        let account = try caller.accountID.flatMap { try mirror.account($0)?.name }
        let write = WriteRequest(
          route: route, method: method, uri: uri, base: base,
          author: ChangeAuthor(consumer: caller.consumerID, account: account), mayWrite: caller.mayWrite,
          disposition: request.headers[.contentDisposition])
        try LocalAPIResponder.beforeRecording(uri) { try writes.admit(write) }
        var request = request
        guard let body = try? await request.collectBody(upTo: route.longestBody) else {
          return Answer(page: "Payload too large", status: 413)
        }
        let (bytes, time) = (Array(body.readableBytesView), now())
        let limit = WorkLimit(presence)
        let recorded = try await SlowWrites.run { [writes] in
          try LocalAPIResponder.beforeRecording(uri) { try writes.record(write, bytes, at: time, within: limit) }
        }
        return try await answer(
          write, recorded, WaitPreference(request.headers[values: .prefer].joined(separator: ",")))
      }
    } catch let error as QueryParameterError {
      return Answer(ErrorResponse(error, request: uri))
    } catch let error as ErrorResponse {
      return Answer(error)
    }
  }

  /// The answer at once, or the site's own when the client waits for it and it comes in time.
  private func answer(
    _ write: WriteRequest, _ recorded: RecordedWrite, _ preference: WaitPreference?
  ) async throws -> Answer {
    guard let preference, let word = try await writes.siteWord(on: recorded, within: preference.seconds) else {
      return try writes.answer(write, recorded)
    }
    var answer: Answer
    if case .refused(let change) = word {
      guard let relayed = try writes.relayed(change, write) else { return try writes.answer(write, recorded) }
      answer = relayed
    } else {
      answer = try writes.answer(write, recorded)
    }
    answer.fields[.preferenceApplied] = "wait=\(preference.seconds)"
    return answer
  }
}

extension HTTPField.Name {
  /// RFC 7240 section 2.
  fileprivate static let prefer = parsed("Prefer")
  /// RFC 7240 section 3.
  static let preferenceApplied = parsed("Preference-Applied")
}
