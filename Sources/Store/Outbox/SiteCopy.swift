import JSONAPI

/// A resource as the site showed it in one answer.
package struct SiteCopy: Sendable {
  /// What the mirror keeps of it.
  package var scanned: ScannedResource
  /// The resource object, on the site's base URL: mostly single members of it are asked for.
  var text: ResourceText
  /// When the site made it, by the `Date` of its answer, Unix seconds; nil when it did not say.
  package var madeAt: Int64?

  /// A copy in both forms of the same answer.
  package init(scanned: ScannedResource, text: ResourceText) {
    self.scanned = scanned
    self.text = text
  }

  /// The whole resource object, parsed each time.
  /// - Throws: `JSONSyntaxError` where a value in it is no JSON.
  package func json() throws -> JSON { try text.json() }

  /// The value of an attribute; nil where there is none.
  /// - Throws: `JSONSyntaxError` where it is no JSON.
  package func attribute(_ name: String) throws -> JSON? { try text.value(.attributes, name) }

  /// The value that a member has in it: an attribute's value, or a relationship's `data`; nil where there is none.
  /// - Throws: `JSONSyntaxError` where it is no JSON.
  package func value(of member: ChangedMember) throws -> JSON? { try member.value(in: text) }

  var form: StoredForm { StoredForm(scanned) }

  /// Whether the resource was as this copy shows it after it was as another one does.
  package func isNewer(than other: SiteCopy) -> Bool {
    let (own, its) = (scanned.changed ?? .min, other.scanned.changed ?? .min)
    if own != its { return own > its }
    guard let revision = scanned.revision, let before = other.scanned.revision else { return false }
    return revision > before
  }
}
