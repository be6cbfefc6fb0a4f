import JSONAPI
import Store
import Upstream

/// What an answer to a write, or its absence, means for the change.
package enum PushVerdict: Sendable, Hashable {
  /// The site changed the resource meanwhile: read it and merge again (reference 5.3).
  case readAgain
  /// Perhaps the site has it already: its UUID tells (reference 5.2).
  case look
  /// The site does not have the resource.
  case gone
  /// The site says no, and will say it again.
  case rejected
  /// Later; the site certainly did nothing.
  case later
  /// Nobody knows whether the site did it: to be settled by reading.
  case uncertain
  /// Nothing can be sent at all until a person has done something; the site did nothing.
  case stop

  /// The verdict on a write that did not bring a document or 204.
  package init(_ error: any Error, of kind: ChangeKind) {
    switch error {
    case let error as SiteError: self.init(error, of: kind)
    case let error as TransportError:
      if error.mayHaveArrived {
        self = .uncertain
      } else {
        self = RetryTable.failure(of: error) == .configuration ? .stop : .later
      }
    case let error as SignInError: self = error.isTransient ? .later : .stop
    default: self = .uncertain
    }
  }

  private init(_ error: SiteError, of kind: ChangeKind) {
    switch (error.kind, kind) {
    case (.unauthorized, _): self = .stop
    case (.throttled, _): self = .later
    // Too large for whatever stands before the site: it will be so again.
    case (.html, _) where error.status == 413: self = .rejected
    case (.unavailable, _), (.serverFault, _), (.html, _), (.malformed, _): self = .uncertain
    // A site that is set to reading only (reference 5.1) refuses the moment, not the change.
    case (.badRequest, _) where error.status == 405: self = .later
    case (.forbidden, .update) where error.pointer == "/data/attributes/changed": self = .readAgain
    case (.conflict, .create), (.unprocessable, .create): self = .look
    case (.notFound, .update), (.notFound, .delete): self = .gone
    case (.forbidden, _), (.badRequest, _), (.conflict, _), (.unprocessable, _), (.notFound, _): self = .rejected
    }
  }
}
