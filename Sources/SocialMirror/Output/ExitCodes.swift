import Export
import JSONAPI
import Publish
import Store
import SyncAgent
import Upstream

/// A command that ends with a code of its own, having said all there is to say.
struct Finished: Error {
  var code: ExitCodes
}

/// The exit codes of the outside face.
enum ExitCodes: Int32, Sendable {
  /// Done, nothing left over.
  case done = 0
  /// A fault of the program or the machine.
  case fault = 1
  /// Wrong usage or configuration.
  case usage = 2
  /// The site could not be reached or did not answer sensibly.
  case site = 3
  /// The site refused the credentials.
  case credentials = 4
  /// Done, but something waits for a person.
  case person = 5
}

extension ExitCodes {
  /// The code for an error of ours; nil for others.
  init?(_ error: any Error) {
    switch error {
    case is ConfigurationError, is OutboxRefusal, is PublishRefusal: self = .usage
    case is MirrorUnusable, is MirrorFault, is SQLiteFault, is PostgresFault: self = .fault
    case let fault as ExportFault: self = fault.isUsage ? .usage : .fault
    case let error as SignInError:
      if case .unintelligible = error { self = .site } else { self = error.isTransient ? .site : .credentials }
    case let error as SiteError: self = error.kind == .unauthorized ? .credentials : .site
    // Like `sawNothing`: the site answers, and what it had is not to be seen.
    case UntrustworthyPage.suddenlyEmpty: self = .person
    case is TransportError, is UntrustworthyPage: self = .site
    case let fault as SyncFault:
      switch fault {
      case .otherSite, .nothingToMirror, .noEntryPoint: self = .usage
      case .otherAccount, .sawNothing, .lostFields: self = .person
      case .anonymous: self = .credentials
      case .filterRefused: self = .site
      }
    default: return nil
    }
  }
}
