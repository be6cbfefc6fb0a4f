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

extension MirrorFault {
  /// What a client is told of a fault of the file; the operator's words, with the path, are for the log.
  var clientWords: String {
    switch kind {
    case .busy: "Another program holds the mirror's lock; nothing was written. Try again."
    case .moved: "The mirror's file is not where it was; nothing is read or written until it is back."
    case .damaged: "The mirror's file is damaged; its log says what to do."
    case .readOnly: "This mirror is a copy for reading alone."
    case .full: "The mirror's disk is full; nothing was written."
    }
  }

  /// The status of an answer that it prevented: 503 for what passes, 403 for writes to a copy, 507 where the disk is full (RFC 4918
  /// section 11.5), 500 for damage.
  var status: Int {
    switch kind {
    case .busy, .moved: 503
    case .full: 507
    case .damaged: 500
    case .readOnly: 403
    }
  }

  /// Whether the same request may succeed later; then its answer says when.
  var isPassing: Bool {
    switch kind {
    case .busy, .moved, .full: true
    case .damaged, .readOnly: false
    }
  }

  /// Seconds.
  var retryAfter: Int { kind == .busy ? 2 : 30 }
}

extension Answer {
  /// The answer to a request that a fault of the file prevented, in the site's error form.
  init(_ fault: MirrorFault, _ uri: RequestURI, method: String) {
    switch fault.kind {
    case .readOnly: self.init(.forbidden(method: method, reason: fault.clientWords, request: uri))
    case .busy, .moved, .full, .damaged:
      self.init(ErrorResponse(status: fault.status, detail: fault.clientWords, request: uri))
    }
    if fault.isPassing { fields[.retryAfter] = String(fault.retryAfter) }
  }
}
