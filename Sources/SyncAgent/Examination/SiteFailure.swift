import Upstream

/// Why a question to the site came to nothing: which kind of failure it was, in the words of whoever met it.
package struct SiteFailure: Sendable, Hashable {
  /// What kind of failure it was.
  package enum Kind: String, Sendable, Hashable, CaseIterable {
    /// No connection.
    case unreachable
    /// The name has no address.
    case nameNotResolved
    /// No answer in time.
    case timeout
    /// The site's certificate is out of date, or not in date yet.
    case expiredCertificate
    /// The site's certificate is another host's.
    case foreignCertificate
    /// Another fault of the certificate, or of `site.caFile`.
    case certificate
    /// No TLS that both can do.
    case tls
    /// The site leads to another origin.
    case redirectElsewhere
    /// What came was cut off, too much, or no HTTP.
    case brokenAnswer
    /// `invalid_client`.
    case wrongClient
    /// The user or the password is wrong.
    case wrongUser
    /// The consumer may not use the grant.
    case grantNotAllowed
    /// The scope is not granted.
    case scopeNotGranted
    /// The refresh token is used up.
    case refreshTokenRefused
    /// A token that was just issued is refused, or the request for one.
    case refused
    /// The credentials were refused before, and were not tried again.
    case heldBack
    /// A web server in front asks for HTTP Basic.
    case httpBasic
    /// A firewall answered.
    case firewall
    /// Maintenance mode.
    case maintenance
    /// Too many requests.
    case throttled
    /// Not at present.
    case unavailable
    /// The site failed over the question.
    case siteFault
    /// The site failed over the request for a token.
    case tokenFault
    /// What answers at the token route is none.
    case noTokenRoute
    /// A page, or another thing than JSON:API.
    case page
    /// The site understood, and said no.
    case rejected
    /// There is no entry point.
    case noEntryPoint
    /// The site took the request for a visitor's.
    case anonymous
    /// It is not the mirror's site.
    case otherSite
    /// It is not the mirror's account.
    case otherAccount
    /// This machine's, not the site's: the token's file, the mirror, an address that cannot be asked.
    case local
  }

  /// What kind of failure it was.
  package var kind: Kind
  /// One sentence for people; no secret is in it.
  package var words: String
  /// The file that keeps a refusal, where that is why the site was not asked.
  package var note: String?
  /// The grant that is not allowed.
  package var grant: String?

  /// A failure of this kind.
  package init(_ kind: Kind, _ words: String, note: String? = nil, grant: String? = nil) {
    self.kind = kind
    self.words = words
    self.note = note
    self.grant = grant
  }

  /// The failure behind an error.
  init(_ error: any Error) {
    switch error {
    case let error as TransportError: self.init(SiteFailure.kind(of: error), "\(error)")
    case let error as SiteError: self.init(SiteFailure.kind(of: error), "\(error)")
    case let error as SyncFault: self.init(SiteFailure.kind(of: error), "\(error)")
    case SignInError.heldBack(_, _, let note): self.init(.heldBack, "\(error)", note: note)
    case SignInError.unsupportedGrant(let grant, _): self.init(.grantNotAllowed, "\(error)", grant: grant)
    case let error as SignInError: self.init(SiteFailure.kind(of: error), "\(error)")
    case is UntrustworthyPage: self.init(.brokenAnswer, "\(error)")
    default: self.init(.local, "\(error)")
    }
  }

  private static func kind(of error: TransportError) -> Kind {
    switch error.kind {
    case .unreachable, .closed: .unreachable
    case .nameNotResolved: .nameNotResolved
    case .timeout: .timeout
    // The library has one code for all that is wrong with a certificate; its words tell which it is.
    case .certificate: kind(ofCertificate: error.message.lowercased())
    case .tlsHandshake: .tls
    case .redirectToOtherOrigin, .tooManyRedirects: .redirectElsewhere
    case .truncated, .tooLarge, .protocolFailure, .refused: .brokenAnswer
    case .otherOrigin, .insecure, .invalidRequest: .local
    }
  }

  private static func kind(ofCertificate words: String) -> Kind {
    if words.contains("has expired") || words.contains("not yet valid") { return .expiredCertificate }
    return words.contains("subject name") ? .foreignCertificate : .certificate
  }

  private static func kind(of error: SignInError) -> Kind {
    switch error {
    case .wrongClient: .wrongClient
    case .wrongUser: .wrongUser
    case .unsupportedGrant: .grantNotAllowed
    case .invalidScope: .scopeNotGranted
    case .refreshRefused: .refreshTokenRefused
    case .refused: .refused
    case .unavailable(429, _, _): .throttled
    case .unavailable(500, _, _): .tokenFault
    case .unavailable: .unavailable
    case .maintenance: .maintenance
    case .httpBasic: .httpBasic
    case .heldBack: .heldBack
    case .unintelligible(_, _, let page): page?.firewall == nil ? .noTokenRoute : .firewall
    }
  }

  private static func kind(of error: SiteError) -> Kind {
    switch error.kind {
    case .html: error.door == nil ? .page : .firewall
    case .unauthorized: .refused
    case .throttled: .throttled
    case .unavailable: error.isMaintenance ? .maintenance : .unavailable
    case .serverFault: .siteFault
    case .malformed: .brokenAnswer
    case .forbidden, .notFound, .conflict, .unprocessable, .badRequest: .rejected
    }
  }

  private static func kind(of fault: SyncFault) -> Kind {
    switch fault {
    case .otherSite: .otherSite
    case .noEntryPoint: .noEntryPoint
    case .otherAccount: .otherAccount
    case .anonymous: .anonymous
    case .nothingToMirror, .filterRefused, .sawNothing, .lostFields: .rejected
    }
  }
}
