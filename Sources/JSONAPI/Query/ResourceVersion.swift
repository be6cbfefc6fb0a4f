import Coding

/// What `resourceVersion` asks for (reference 1.5).
package enum ResourceVersion: Sendable, Hashable {
  /// `id:<n>`: the revision of this id.
  case id(Int64)
  /// `rel:latest-version`.
  case latestVersion
  /// `rel:working-copy`.
  case workingCopy

  /// Reads the parameter's text, for a type that has versions.
  /// - Throws: the site's complaint about an invalid format or an unknown version.
  package init(_ text: String) throws(QueryParameterError) {
    let parts = text.splitKeepingEmpty(at: UInt8(ascii: ":"))
    guard ResourceVersion.isWellFormed(text) else {
      throw QueryParameterError("A resource version identifier was provided in an invalid format: `\(text)`")
    }
    let argument = parts.dropFirst().joined(separator: ":")
    switch (parts[0], argument) {
    case ("rel", "latest-version"): self = .latestVersion
    case ("rel", "working-copy"): self = .workingCopy
    case ("id", _):
      guard let id = Int64(argument) else { throw ResourceVersion.unknown(text) }
      self = .id(id)
    default: throw ResourceVersion.unknown(text)
    }
  }

  /// The parameter's text.
  package var text: String {
    switch self {
    case .id(let id): "id:\(id)"
    case .latestVersion: "rel:latest-version"
    case .workingCopy: "rel:working-copy"
    }
  }

  /// Checks the parameter's text on a collection, where only the two `rel:` versions make sense.
  /// - Throws: the site's complaint; 501 for a working copy that is filtered.
  package static func checkCollection(_ text: String, isFiltered: Bool) throws(QueryParameterError) {
    let version: ResourceVersion
    do { version = try ResourceVersion(text) } catch {
      throw isWellFormed(text) ? onlyRelative : error
    }
    switch version {
    case .id: throw onlyRelative
    case .workingCopy where isFiltered: throw filteredCopies
    case .latestVersion, .workingCopy: break
    }
  }

  private static let onlyRelative = QueryParameterError(
    "Collection resources only support the following resource version identifiers: rel:latest-version, "
      + "rel:working-copy")

  private static let filteredCopies = QueryParameterError(
    "JSON:API does not support filtering on revisions other than the latest version because a secure Drupal core API "
      + "does not yet exist to do so.", status: 501)

  private static func unknown(_ text: String) -> QueryParameterError {
    QueryParameterError("An invalid resource version identifier, `\(text)`, was provided.")
  }

  private static func isWellFormed(_ text: String) -> Bool {
    let parts = text.splitKeepingEmpty(at: UInt8(ascii: ":"))
    return parts.count >= 2 && isNegotiator(parts[0])
      && parts.dropFirst().allSatisfy { !$0.isEmpty && $0.utf8.allSatisfy(isArgument) }
  }

  /// `[a-z]+[a-z_]*[a-z]+`
  private static func isNegotiator(_ text: String) -> Bool {
    func isLetter(_ byte: UInt8) -> Bool { (0x61...0x7A).contains(byte) }
    guard let first = text.utf8.first, let last = text.utf8.last else { return false }
    return text.utf8.count >= 2 && isLetter(first) && isLetter(last)
      && text.utf8.allSatisfy { isLetter($0) || $0 == UInt8(ascii: "_") }
  }

  /// `[a-zA-Z0-9-]`
  private static func isArgument(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D: true
    default: false
    }
  }
}
