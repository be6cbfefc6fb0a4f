import HTTPTypes
import JSONAPI
import TokenIssuer

/// Sessions of browsers, as requests of the local API ask for them.
extension BrowserSessions {
  /// Who sends a request; nil where nobody is signed in.
  /// - Throws: what the look for the account throws.
  func person(_ head: RequestHead, _ base: DocumentBase) throws -> Person? {
    try person(head.cookie, SessionCookie(base))
  }

  /// Signs somebody in: the new value of the cookie.
  func begin(_ account: Account, _ head: RequestHead, _ base: DocumentBase) -> String {
    begin(account, head.cookie, SessionCookie(base))
  }

  /// Ends the session of a browser, if it has one; the new value of the cookie.
  func end(_ head: RequestHead, _ base: DocumentBase) -> String { end(head.cookie, SessionCookie(base)) }

  /// The value of the browser's cookie, whoever is signed in, and whether it has to be set.
  func browser(_ head: RequestHead, _ base: DocumentBase) -> (value: String, isNew: Bool) {
    browser(head.cookie, SessionCookie(base))
  }

  /// Whether a form that came was shown to this browser.
  func isSealed(_ seal: String?, _ purpose: String, _ head: RequestHead, _ base: DocumentBase) -> Bool {
    isSealed(seal, purpose, head.cookie, SessionCookie(base))
  }
}

extension SessionCookie {
  /// The cookie of a mirror that is reached under a base URL.
  init(_ base: DocumentBase) { self.init(base: base.text) }
}

extension FormOrigin {
  /// Whether a form comes from a page of this mirror, as far as the browser tells.
  static func isOwn(_ fields: HTTPFields, authority: String?, _ base: DocumentBase) -> Bool {
    isOwn(site: fields[.fetchSite], origin: fields[.origin], authority: authority, base: base.text)
  }
}

extension HTTPField.Name {
  /// Fetch Metadata.
  static let fetchSite = parsed("Sec-Fetch-Site")
}
