import HTTPTypes
import Hummingbird
import JSONAPI
import Logging
import NIOCore
import Store
import TokenIssuer

/// Writing: POST, PATCH and DELETE on the routes of resources. Its reads are those of the reading section.
struct WritingSection: Section {
  let reading: ReadingSection
  let writes: WriteAnswers
  let tokens: Tokens
  /// Unix seconds.
  let now: @Sendable () -> Int64

  func answer(_ route: ResourceRoute, to asked: Asked) throws -> Answer? { try reading.answer(route, to: asked) }

  func change(_ route: ResourceRoute, _ asked: Asked, _ sent: Sent) async throws -> Answer? {
    if let failure = asked.viewer.caller.failure { return Answer(refusing: failure) }
    guard let route = try reading.known(route, seeing: asked.viewer.sight) else { return nil }
    return try await write(route, asked, sent)
  }

  /// Answers POST, PATCH and DELETE, and refuses other methods, in the site's order (reference 1.2, 5.1): method, media type,
  /// token, resource, access, body.
  private func write(_ route: ResourceRoute, _ asked: Asked, _ sent: Sent) async throws -> Answer? {
    let (uri, sight) = (asked.uri, asked.viewer.sight)
    let request = sent.request
    let method = request.method.rawValue
    do {
      switch try WritingSection.beforeRecording(uri, { try writes.find(route, method, seeing: sight) }) {
      case .nothing: return nil
      case .otherMethods(let methods): return Answer(.methodNotAllowed(method, allowed: methods, request: uri))
      case .route(let route):
        try route.checkMediaType(request.headers[.contentType], method, uri)
        guard let caller = asked.viewer.caller.token else { return Answer(anonymous: uri) }
        let account = try caller.accountID.flatMap { try tokens.account($0)?.name }
        let write = WriteRequest(
          route: route, method: method, uri: uri, base: asked.base, sight: sight,
          author: ChangeAuthor(consumer: caller.consumerID, account: account),
          mayWrite: { caller.mayWrite($0, of: $1) },
          disposition: request.headers[.contentDisposition])
        try WritingSection.beforeRecording(uri) { try writes.admit(write) }
        guard
          let body = try await ReceivedBody.receive(
            sent, upTo: route.longestBody(writes.limits), spoolingTo: writes.recording)
        else { return Answer(page: "Payload too large", status: 413) }
        let time = now()
        let limit = WorkLimit(sent.presence)
        let recorded: RecordedWrite
        do { recorded = try await writes.record(write, body, at: time, within: limit) } catch let overdue
          as QueryOverdue
        {
          throw WritingSection.late(overdue, uri)
        }
        let preference = WaitPreference(request.headers[values: .prefer].joined(separator: ","))
        do { return try await answer(write, recorded, preference) } catch {
          // It is in the queue: who heard of a failure might send it again.
          sent.logger.warning(
            "a write was recorded, and its answer could not be made",
            metadata: [
              "path": "\(uri.path)", "changes": "\(recorded.changes.map(String.init).joined(separator: ","))",
              "error": "\(error)",
            ])
          return writes.accepted(write, recorded)
        }
      }
    } catch let error as QueryParameterError {
      return Answer(ErrorResponse(error, request: uri))
    } catch let error as ErrorResponse {
      return Answer(error)
    } catch is ReceivedBody.Interrupted {
      return Answer(page: "Bad request", status: 400)
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

  /// Runs what a write asks of the mirror before anything is recorded.
  /// - Throws: what `body` throws; `ErrorResponse` with 503 where the mirror could not be asked in time.
  private static func beforeRecording<Value>(_ uri: RequestURI, _ body: () throws -> Value) throws -> Value {
    do { return try body() } catch let overdue as QueryOverdue { throw late(overdue, uri) }
  }

  private static func late(_ overdue: QueryOverdue, _ uri: RequestURI) -> ErrorResponse {
    ErrorResponse.later(
      "To check this write took longer than the \(overdue.limit) that this mirror gives to it; nothing was recorded. "
        + "Try again.", uri)
  }
}
