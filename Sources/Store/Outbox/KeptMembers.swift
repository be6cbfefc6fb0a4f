import JSONAPI

extension OutboxWriter {
  /// What the site shows of one resource, with the members that it had and lacks now. One answer alone, to a push, says nothing about
  /// members: an account that has lost a role gets documents without them. What the type as a whole has lost a pull finds out,
  /// which asks before it blanks (`sync.maxRemovalShare`).
  func keeping(_ copy: SiteCopy, of resource: Int64, type: String) throws -> SiteCopy {
    guard let before = try copies.copy(of: resource)?.newest else { return copy }
    var kept = copy
    guard try kept.text.keep(from: form.text(before, type: type)) else { return copy }
    kept.scanned = try form.scan(kept.text)
    return kept
  }
}
