import HTTPTypes
import JSONAPI
import Store

extension ErrorResponse {
  /// 503 in the site's error form: the same request may succeed in a moment (RFC 9110 section 15.6.4).
  static func later(_ detail: String, _ request: RequestURI) -> ErrorResponse {
    var response = ErrorResponse(status: 503, detail: detail, request: request)
    response.fields.append(Field(name: "Retry-After", value: "2"))
    return response
  }
}

extension LocalAPIResponder {
  /// Runs what a write asks of the mirror before anything is recorded.
  /// - Throws: what `body` throws; `ErrorResponse` with 503 where the mirror could not be asked in time.
  static func beforeRecording<Value>(_ uri: RequestURI, _ body: () throws -> Value) throws -> Value {
    do { return try body() } catch let overdue as QueryOverdue {
      throw ErrorResponse.later(
        "To check this write took longer than the \(overdue.limit) that this mirror gives to it; nothing was recorded. "
          + "Try again.", uri)
    }
  }

  /// What a client is told of a fault of the file; the operator's words, with the path, are for the log.
  static func words(_ fault: MirrorFault) -> String {
    switch fault.kind {
    case .busy: "Another program holds the mirror's lock; nothing was written. Try again."
    case .moved: "The mirror's file is not where it was; nothing is read or written until it is back."
    case .damaged: "The mirror's file is damaged; its log says what to do."
    case .readOnly: "This mirror is a copy for reading alone."
    }
  }

  /// Seconds.
  static func retryAfter(_ fault: MirrorFault) -> Int { fault.kind == .busy ? 2 : 30 }

  /// The answer to a request that a fault of the file prevented, in the site's error form: 503 for what passes, 403
  /// for writes to a copy, 500 for damage.
  static func answer(_ fault: MirrorFault, _ uri: RequestURI, method: String) -> Answer {
    switch fault.kind {
    case .readOnly: return Answer(.forbidden(method: method, reason: words(fault), request: uri))
    case .damaged: return Answer(ErrorResponse(status: 500, detail: words(fault), request: uri))
    case .busy, .moved:
      var answer = Answer(ErrorResponse(status: 503, detail: words(fault), request: uri))
      answer.fields[.retryAfter] = String(retryAfter(fault))
      return answer
    }
  }
}
