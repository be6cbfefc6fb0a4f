import Upstream

/// How far a failure reaches, as a decision only.
enum FailureScope: Sendable {
  /// One type, or one resource of it: the others go on.
  case part
  /// One answer, or the site as a whole: its entry point tells them apart.
  case answer
  /// Everything: credentials, the connection, this machine, cancellation.
  case everything

  /// The scope of an error.
  init(_ error: any Error) {
    self =
      switch error {
      case let error as SiteError: FailureScope(error.kind)
      case let error as TransportError: FailureScope(error.kind)
      case let fault as SyncFault: fault.isOfOneType ? .part : .everything
      case is UntrustworthyPage: .part
      default: .everything
      }
  }

  private init(_ kind: SiteError.Kind) {
    switch kind {
    case .unauthorized: self = .everything
    case .html, .malformed, .throttled, .unavailable: self = .answer
    case .forbidden, .notFound, .conflict, .unprocessable, .badRequest, .serverFault: self = .part
    }
  }

  private init(_ kind: TransportError.Kind) {
    switch kind {
    case .timeout, .truncated, .tooLarge, .protocolFailure, .redirectToOtherOrigin, .tooManyRedirects: self = .answer
    case .unreachable, .nameNotResolved, .certificate, .tlsHandshake, .otherOrigin, .insecure, .invalidRequest,
      .refused, .closed:
      self = .everything
    }
  }

  /// Returns where others than the part that failed can go on.
  /// - Parameter confirm: asks the site's entry point; throws where it does not answer the same account.
  /// - Throws: the error itself where it concerns everything, and whatever `confirm` throws.
  static func confine(_ error: any Error, confirm: () async throws -> Void) async throws {
    switch FailureScope(error) {
    case .part: return
    case .answer: try await confirm()
    case .everything: throw error
    }
  }
}
