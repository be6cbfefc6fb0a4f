import Store

/// What was found out about a site by asking it as a round would, and changing nothing there. What it means is said elsewhere.
package struct SiteEvidence: Sendable {
  /// The entry point, as it answered.
  package struct Entry: Sendable, Hashable {
    /// Where it is by its own word, below the base URL.
    package var path: String
    /// Where it was asked.
    package var asked: String
    /// Whether a redirect led from there to elsewhere.
    package var isMoved: Bool
    /// Other base URLs that its links name.
    package var otherBases: [String]
    /// The `version` of its `jsonapi` member.
    package var version: String?
    /// How many resource types it links.
    package var types: Int
    /// Links of which nothing tells what they are, before a round has asked.
    package var untold: [String] = []
  }

  /// Whether JSON:API takes writes, as far as one tells that could never have been carried out.
  package enum Writes: Sendable, Hashable {
    /// It does.
    case open
    /// It is set to reading only; the site's words.
    case readOnly(words: String)
    /// Something before it answered.
    case intercepted(words: String)
    /// The answer tells nothing.
    case unclear(words: String)
  }

  /// The site's base URL.
  package var base: String
  /// Whether it is asked over TLS.
  package var isEncrypted: Bool
  /// Rows of a page that are asked for.
  package var pageSize: Int
  /// What ended the examination; what comes after it is not known.
  package var failure: SiteFailure?
  /// Its entry point; nil where none answered.
  package var entry: Entry?
  /// The UUID of the account; nil where it is not known, or not the mirror's.
  package var account: String?
  /// By how many seconds the site's clock is ahead of this machine's; nil where it does not say what time it is.
  package var clockAhead: Int64?
  /// What the site says that made it (`X-Generator`).
  package var generator: String?
  /// Whether a cache answers what was asked before.
  package var kept: KeptAnswer?
  /// What the account is shown, type by type.
  package var types: [ShownType] = []
  /// What the configuration names and the site does not have.
  package var misnamed: [SetAside] = []
  /// What else there is to say of the selection of types: no fault of anybody.
  package var selection: [SetAside] = []
  /// Whether local changes can be carried there.
  package var writes: Writes?
  /// Whether its API description is there and open to the account.
  package var isDescribed: Bool?

  /// A site that was not asked yet.
  package init(base: String, pageSize: Int) {
    self.base = base
    self.pageSize = pageSize
    isEncrypted = base.lowercased().hasPrefix("https:")
  }
}
